import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { FreshcarError } from '../../errors.ts';
import { type MatValue, parseMat5 } from './mat5.ts';
import type { Box } from './source.ts';

/** One photograph of Stanford Cars and where its car is. */
export interface Annotation {
  /** The file's name, in one of the lists with the folder before it. */
  readonly file: string;
  readonly box: Box;
  /** Whether it belongs to the test half, where the list says so. */
  readonly test?: boolean;
}

/** Corners count from 1 and are both inside, as MATLAB counts; a corner may be written in any order. */
const rowSchema = z
  .object({
    file: z.string().min(1),
    x1: z.coerce.number().int(),
    y1: z.coerce.number().int(),
    x2: z.coerce.number().int(),
    y2: z.coerce.number().int(),
    test: z.coerce.number().optional(),
  })
  .transform(({ file, x1, y1, x2, y2, test }): Annotation => {
    const [left, top] = [Math.min(x1, x2) - 1, Math.min(y1, y2) - 1];
    const box = { left, top, width: Math.abs(x2 - x1) + 1, height: Math.abs(y2 - y1) + 1 };
    return { file: file.replaceAll('\\', '/'), box, ...(test !== undefined && { test: test !== 0 }) };
  });

type RowKey = keyof z.input<typeof rowSchema>;

/** What the columns are called in the `.mat` files and in the CSVs that are made of them. */
const columnNames: Readonly<Record<string, RowKey>> = {
  fname: 'file',
  filename: 'file',
  image: 'file',
  image_path: 'file',
  relative_im_path: 'file',
  bbox_x1: 'x1',
  bbox_y1: 'y1',
  bbox_x2: 'x2',
  bbox_y2: 'y2',
  x1: 'x1',
  y1: 'y1',
  x2: 'x2',
  y2: 'y2',
  test: 'test',
};

/** A CSV without a header, as the set by folders of classes has it: file, corners, class. */
const headless = ['file', 'x1', 'y1', 'x2', 'y2'] as const;

/**
 * Reads `cars_annos.mat`, `cars_train_annos.mat` and their kin: a struct array `annotations`.
 *
 * @throws FreshcarError `invalid-input` when it is none.
 */
export function parseMatAnnotations(bytes: Uint8Array, name: string): Annotation[] {
  const value = parseMat5(bytes, name).get('annotations');
  if (value?.kind !== 'structs')
    throw new FreshcarError('invalid-input', `${name} has no struct array named annotations.`);
  return value.structs.map((struct, index) =>
    parseRow(
      Object.entries(struct).map(([column, cell]) => [column, plain(cell)]),
      `${name}: annotation ${index + 1}`,
    ),
  );
}

/**
 * Reads a CSV of boxes: with a header that names file and corners, in any order, or without one as file, x1, y1, x2, y2.
 *
 * @throws FreshcarError `invalid-input` when it is none.
 */
export function parseCsvAnnotations(text: string, name: string): Annotation[] {
  const rows = parseCsv(text, name);
  const header = rows[0]?.map((column) => column.trim().toLowerCase()) ?? [];
  const hasHeader = header.some((column) => columnNames[column] !== undefined);
  const columns = hasHeader ? header : headless;
  return rows.slice(hasHeader ? 1 : 0).map((row, index) =>
    parseRow(
      columns.map((column, at) => [column, row[at]]),
      `${name}: line ${index + (hasHeader ? 2 : 1)}`,
    ),
  );
}

function parseCsv(text: string, name: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new FreshcarError('invalid-input', `${name} is no CSV: ${(cause as Error).message}.`, { cause });
  }
}

function parseRow(entries: readonly (readonly [column: string, value: unknown])[], place: string): Annotation {
  const row: Record<string, unknown> = {};
  for (const [column, value] of entries) row[columnNames[column] ?? column] ??= value;
  const result = rowSchema.safeParse(row);
  if (result.success) return result.data;
  const problem = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new FreshcarError('invalid-input', `${place} is no file and box (${problem}).`);
}

function plain(value: MatValue): unknown {
  if (value.kind === 'text') return value.text;
  return value.kind === 'numbers' ? value.numbers[0] : undefined;
}
