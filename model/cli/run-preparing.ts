import { basename } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { trainableSizes } from '../architecture/dcgan.ts';
import type { Crop } from '../dataset/prepare/crop.ts';
import { type PackProgress, type PackResult, packDataset } from '../dataset/prepare/pack.ts';
import { packingBar, packingLine } from '../dataset/prepare/progress.ts';
import type { UnreadableLimit } from '../dataset/prepare/unreadable-limit.ts';
import { besides } from '../dataset/provenance.ts';
import { readDataset } from '../dataset/read-dataset.ts';
import { openSource } from '../dataset/sources/open-source.ts';
import type { DuplicateKind, Layout, Selection } from '../dataset/sources/selection.ts';
import type { Source, Unreadable } from '../dataset/sources/source.ts';
import { FreshcarError } from '../errors.ts';
import { cutTo } from '../status-line.ts';
import { printable, type Terminal } from '../terminal.ts';

export interface PrepareFlags {
  readonly out: string;
  readonly size: number;
  readonly layout: Layout;
  readonly split: Selection['split'];
  readonly only?: readonly string[];
  /** The source's own boxes or else everything, by default. */
  readonly crop?: Crop;
  readonly dropDuplicates?: DuplicateKind;
  readonly without?: string;
  readonly maxUnreadable?: UnreadableLimit;
  readonly threads: number;
}

/** Unreadable pictures that are told one by one; all of them are in the `.json`. */
const mostToldOf = 20;
/** Milliseconds between two drawings of the bar, and between two plain lines. */
const barEvery = 100;
const lineEvery = 5000;

/** Packs photographs as the flags say. */
export async function runPreparing(photos: string, flags: PrepareFlags, terminal: Terminal): Promise<void> {
  const source = await openSource(photos, flags.layout, { split: flags.split, only: flags.only ?? [] });
  const without = flags.without === undefined ? undefined : await readKnown(flags.without);
  const show = display(terminal);
  let shown: PackResult;
  try {
    shown = await packDataset({
      source,
      out: flags.out,
      imageSize: flags.size,
      crop: cropOf(flags, source),
      dropDuplicates: flags.dropDuplicates,
      without,
      maxUnreadable: flags.maxUnreadable,
      threads: flags.threads,
      signal: terminal.interruption(),
      report: show.progress,
      onUnreadable: show.unreadable,
      onFlawed: show.flawed,
      inputs: flags.without === undefined ? [] : [flags.without],
      code: { name: packageJson.name, version: packageJson.version },
    });
  } finally {
    show.end();
  }
  terminal.out.write(summaryOf(shown, flags));
  for (const remark of remarksOn(shown, flags)) terminal.err.write(`${remark}\n`);
}

function summaryOf({ count, found, unreadable, duplicates }: PackResult, { out }: PrepareFlags): string {
  const left = [
    ...(unreadable.length > 0 ? [`${unreadable.length} that could not be read`] : []),
    ...(duplicates.length > 0 ? [counted(duplicates.length, 'duplicate')] : []),
  ];
  if (left.length === 0) return `${counted(count, 'picture')} in ${out}\n`;
  const listed = `left out: ${left.join(' and ')}, listed in ${besides(out, '.json')}`;
  return `${count} of ${counted(found, 'picture')} in ${out}; ${listed}\n`;
}

/** What a maker had better know before a training. */
function remarksOn({ count, squeezed, passedOver }: PackResult, { size, crop }: PrepareFlags): string[] {
  const names = passedOver.slice(0, mostNamed).map(printable).join(', ');
  const more = passedOver.length > mostNamed ? ', ...' : '';
  const keep = crop === 'center' ? '' : '; --crop center keeps the middle of each in its shape';
  return [
    ...(passedOver.length > 0 ? [`Passed over ${counted(passedOver.length, 'other file')}: ${names}${more}`] : []),
    ...(squeezed > 0
      ? [`${squeezed} of ${counted(count, 'picture')} were no squares and have been squeezed into one${keep}.`]
      : []),
    ...(trainableSizes.includes(size)
      ? []
      : [
          `freshcar train takes ${trainableSizes.join(', ')} pixels, not ${size}: pack with one of these --size to train.`,
        ]),
  ];
}

/** Files that are named among those passed over. */
const mostNamed = 5;

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

async function readKnown(path: string) {
  return { ...(await readDataset(path)), name: basename(path) };
}

function cropOf({ crop }: PrepareFlags, { hasBoxes, kind }: Source) {
  if (crop === 'box' && !hasBoxes)
    throw new FreshcarError('invalid-input', `--crop box: a source of layout ${kind} knows no boxes. Try center.`);
  return crop ?? (hasBoxes ? 'box' : 'none');
}

/** On a terminal one bar that is drawn over and over, otherwise a line every few seconds. */
function display({ err, now }: Terminal) {
  const start = now();
  let [last, drawn, told, flawed] = [start, false, 0, 0];
  const clear = () => {
    if (drawn) err.write('\r\u001b[K');
    drawn = false;
  };
  return {
    progress: (progress: PackProgress) => {
      const isLast = progress.done >= progress.total;
      if (!isLast && now() - last < (err.isTTY ? barEvery : lineEvery)) return;
      last = now();
      const seconds = (last - start) / 1000;
      if (!err.isTTY) return void err.write(`${packingLine(progress, seconds)}\n`);
      const bar = packingBar(progress, seconds);
      err.write(`\r\u001b[K${err.columns ? cutTo(bar, err.columns - 1) : bar}`);
      drawn = true;
    },
    unreadable: ({ name, reason }: Unreadable) => {
      if (++told > mostToldOf + 1) return;
      clear();
      if (told > mostToldOf) err.write('More cannot be read; they are not told one by one.\n');
      else err.write(`Left out ${printable(name)}: ${reason}\n`);
    },
    flawed: ({ name, note }: { readonly name: string; readonly note: string }) => {
      if (++flawed > mostToldOf + 1) return;
      clear();
      if (flawed > mostToldOf) err.write('More have flaws; they are not told one by one.\n');
      else err.write(`Took ${printable(name)}, though ${note}\n`);
    },
    end: () => {
      if (drawn) err.write('\n');
    },
  };
}
