import { readFileSync } from 'node:fs';
import type { FeatureSet } from '../../model/evaluation/feature-set.ts';

export interface FormulaSet {
  readonly count: number;
  readonly size: number;
  readonly s: number;
}

export interface MetricNumbers {
  readonly cases: readonly {
    readonly a: FormulaSet;
    readonly b: FormulaSet;
    readonly frechet: number;
    readonly kernel: number;
    readonly nearest: readonly number[];
    readonly nearestDistances: readonly number[];
  }[];
  readonly precisionRecall: readonly (PrecisionRecallNumbers & object)[];
  readonly blocks: PrecisionRecallNumbers;
}

interface PrecisionRecallNumbers {
  readonly a: FormulaSet;
  readonly b: FormulaSet;
  readonly precision: number;
  readonly recall: number;
}

/** What numpy and scipy gave for sets of `formulaFeatures`; the file's note says how. */
export function metricNumbers(): MetricNumbers {
  return JSON.parse(readFileSync(new URL('../fixtures/evaluation/metrics.json', import.meta.url), 'utf8'));
}

/** The features of the fixtures. */
export function formulaFeatures({ count, size, s }: FormulaSet): FeatureSet {
  const values = Float32Array.from({ length: count * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return Math.sin((i + 1) * (j + 1.3) * 0.731 + s) * (1 + 0.1 * j) + 0.3 * s * Math.cos(0.9 * i + j);
  });
  return { values, count, size };
}

/** Rows of numbers as features. */
export function features(rows: readonly (readonly number[])[]): FeatureSet {
  return { values: Float32Array.from(rows.flat()), count: rows.length, size: rows[0]?.length ?? 0 };
}
