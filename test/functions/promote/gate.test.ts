import { describe, expect, it } from 'vitest';
import { gateSchema, judge } from '../../../functions/promote/gate.ts';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { manifestSchema } from '../../../model/bundle/manifest.ts';

function manifest(version: string, scores: Manifest['scores'], evaluation?: Manifest['evaluation']): Manifest {
  const code = { name: 'freshcar', version: '0.1.0' };
  return manifestSchema.parse({ format: 1, version, architecture: {}, files: {}, scores, evaluation, code });
}

const gate = gateSchema.parse({});

/** Scores with a spread of 0.01, of cars none of which look copied. */
const scored = (kid: number, more: Manifest['scores'] = {}) => ({
  kid,
  kidSpread: 0.01,
  copyingSuspicious: 0,
  ...more,
});

describe('the gate', () => {
  it.each<[string, Manifest['scores'], Manifest['scores'], boolean, string]>([
    ['a better one', scored(0.08), scored(0.1), true, 'kid 0.08 of new against 0.1 of old'],
    [
      'one that is better by less than the spread of the scores',
      scored(0.0905),
      scored(0.1),
      false,
      'less than 0.09 is asked for: 1 times the spread of 0.01',
    ],
    // 2% of such a score, which was the margin once, is a fiftieth of its spread.
    [
      'one that is better by chance',
      scored(0.0071, { kidSpread: 0.0069 }),
      scored(0.0073, { kidSpread: 0.0069 }),
      false,
      '0.0069',
    ],
    ['one whose own score moves by more', scored(0.08, { kidSpread: 0.03 }), scored(0.1), false, 'the spread of 0.03'],
    ['a worse one', scored(0.2), scored(0.1), false, 'Kept as a candidate'],
    ['one that was not measured', {}, scored(0.1), false, 'new has no score kid'],
    ['one that copies', scored(0.01, { copyingSuspicious: 6 }), scored(0.1), false, '6 cars of new look copied'],
    [
      'one that nobody checked for copies',
      { kid: 0.01, kidSpread: 0.01 },
      scored(0.1),
      false,
      'was not checked for copies',
    ],
    [
      'one that says to copy less than nothing',
      scored(0.01, { copyingSuspicious: -5 }),
      scored(0.1),
      false,
      'says that -5',
    ],
    [
      'one without a spread',
      { kid: 0.01, copyingSuspicious: 0 },
      scored(0.1),
      false,
      'nobody measured by how much kid moves',
    ],
    ['one beside a current one without scores', scored(0.1), {}, false, 'the current model old has no score kid'],
    ['a better one below zero, as kernel distances can be', scored(-0.03), scored(-0.01), true, 'Let through'],
  ])('judges %s', (_, fresh, old, passed, reason) => {
    const verdict = judge(manifest('new', fresh), manifest('old', old), gate);
    expect(verdict).toEqual({ passed, reason: expect.stringContaining(reason) });
  });

  it.each([
    [0, true],
    [4, true],
    [5, true],
    [6, false],
  ])('lets five cars of 2,048 look copied, and no more: %i', (copyingSuspicious, passed) => {
    const scores = scored(0.01, { copyingSuspicious });
    expect(judge(manifest('new', scores), manifest('old', scored(0.1)), gate).passed).toBe(passed);
    expect(judge(manifest('new', scores), undefined, gate).passed).toBe(passed);
  });

  it.each([
    [1, 0.0899, true],
    [1, 0.0901, false],
    [0, 0.1, true],
    [0, 0.1001, false],
    [2.5, 0.0749, true],
    [2.5, 0.0751, false],
  ])('with a margin of %d spreads of 0.01 takes a kid of %d in place of 0.1: %s', (margin, kid, passed) => {
    const asked = gateSchema.parse({ margin });
    expect(judge(manifest('new', scored(kid)), manifest('old', scored(0.1)), asked).passed).toBe(passed);
  });

  it('asks for a spread less than a score below zero, which is further below', () => {
    const old = manifest('old', scored(-0.1));
    expect(judge(manifest('new', scored(-0.1101)), old, gate).passed).toBe(true);
    expect(judge(manifest('new', scored(-0.1099)), old, gate).passed).toBe(false);
  });

  it('asks for one spread, by KID, and lets five look copied, unless it is told otherwise; knows no margin below 0 or over 10', () => {
    expect(gate).toEqual({ score: 'kid', margin: 1, copies: 5 });
    for (const wrong of [
      { margin: -0.01 },
      { margin: 10.01 },
      { copies: -1 },
      { copies: 0.5 },
      { score: 'recall' },
      { kid: 1 },
    ])
      expect(gateSchema.safeParse(wrong).success).toBe(false);
    expect(gateSchema.safeParse({ margin: 0, copies: 0 }).success).toBe(true);
  });

  const measured = { protocol: 1, features: 'a', data: 'c' };
  const evaluationOf = ({ protocol, features, data }: typeof measured, name = 'held-out') => ({
    protocol,
    features: { name: 'features.onnx', sha256: features.repeat(64) },
    data: { name, images: 160, sha256: data.repeat(64) },
  });

  it.each([
    ['the same way', {}, true],
    ['by another protocol', { protocol: 2 }, false],
    ['with other features', { features: 'b' }, false],
    ['against other images', { data: 'd' }, false],
  ])('compares scores that were measured %s: %j', (_, change, passed) => {
    const old = manifest('old', scored(0.1), evaluationOf(measured));
    const verdict = judge(manifest('new', scored(0.05), evaluationOf({ ...measured, ...change })), old, gate);
    expect(verdict.passed).toBe(passed);
    if (!passed) expect(verdict.reason).toContain('measured with different features');
  });

  it('compares scores against the same images whatever their file is called', () => {
    const old = manifest('old', scored(0.1), evaluationOf(measured));
    expect(judge(manifest('new', scored(0.05), evaluationOf(measured, 'held-out.npy')), old, gate).passed).toBe(true);
  });

  it('lets the first measured model through', () => {
    expect(judge(manifest('new', scored(1)), undefined, gate).passed).toBe(true);
    expect(judge(manifest('new', {}), undefined, gate).passed).toBe(false);
  });

  it('judges by the score and the margin that it is given', () => {
    const strict = gateSchema.parse({ score: 'fid', margin: 2 });
    const of = (kid: number, fid: number) => scored(kid, { fid, fidSpread: 10 });
    expect(judge(manifest('new', of(1, 40)), manifest('old', of(0.1, 61)), strict).passed).toBe(true);
    expect(judge(manifest('new', of(1, 40)), manifest('old', of(9, 59)), strict).passed).toBe(false);
    const plain = gateSchema.parse({ margin: 0 });
    const without = { kid: 0.1, copyingSuspicious: 0 };
    expect(judge(manifest('new', without), manifest('old', without), plain).passed).toBe(true);
  });
});
