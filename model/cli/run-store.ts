import { checkBundle, checkFile as inspect } from '../bundle/check-bundle.ts';
import { loadEngine } from '../engine/load.ts';
import { openFolder } from '../store/folder.ts';
import { type Offer, offerVersion, withdrawVersion } from '../store/offer.ts';
import { openStore } from '../store/open-store.ts';
import { type Promotion, promoteVersion, rollBack } from '../store/promote.ts';
import { publishBundle } from '../store/publish.ts';
import type { Terminal } from '../terminal.ts';
import type { StoreFlags } from './store-option.ts';

export async function runPublish(bundle: string, { store: place, dryRun = false }: StoreFlags, terminal: Terminal) {
  const source = await openFolder(bundle);
  const reading = await source.readPointer();
  const manifest = await source.readManifest(reading?.pointer.version ?? '');
  await checkBundle(source, manifest);
  // Loading draws a car on trial: what cannot draw is not published.
  await (await loadEngine(source, manifest)).dispose();
  const store = await openStore(place, process.env);
  const onFile = (name: string, bytes: number) => terminal.err.write(`${name}: ${bytes} bytes\n`);
  const outcome = await publishBundle(source, manifest, store, { dryRun, onFile });
  const where = `model ${manifest.version} in ${store.location}`;
  if (outcome === 'present') terminal.out.write(`Nothing to do: ${where} is this very bundle.\n`);
  else if (dryRun) terminal.out.write(`Would publish ${where}: ${sizeOf(manifest.files)}.\n`);
  else terminal.out.write(`Published ${where}. Serve it: freshcar promote ${manifest.version} --store ${place}\n`);
}

export async function runPromote(version: string, { store: place, dryRun = false }: StoreFlags, terminal: Terminal) {
  const store = await openStore(place, process.env);
  report(await promoteVersion(store, version, { dryRun, inspect }), store.location, dryRun, terminal);
}

interface RollbackFlags extends StoreFlags {
  readonly from?: string;
}

export async function runRollback({ store: place, dryRun = false, from }: RollbackFlags, terminal: Terminal) {
  const store = await openStore(place, process.env);
  report(
    await rollBack(store, { dryRun, inspect, ...(from !== undefined && { from }) }),
    store.location,
    dryRun,
    terminal,
  );
}

interface OfferFlags extends StoreFlags {
  readonly withdraw?: boolean;
}

export async function runOffer(version: string, flags: OfferFlags, { out }: Terminal) {
  const { store: place, dryRun = false, withdraw = false } = flags;
  const store = await openStore(place, process.env);
  const { location } = store;
  if (withdraw) {
    const current = await withdrawVersion(store, version, { dryRun });
    if (dryRun) out.write(`Would offer ${version} no longer beside ${current} from ${location}.\n`);
    else out.write(`${location} offers ${version} no longer beside ${current}.\n`);
    return;
  }
  const { current, outcome } = await offerVersion(store, version, { dryRun, inspect });
  const nothing: Partial<Record<Offer['outcome'], string>> = {
    'is-current': `serves ${version} already, as its current model`,
    'offered-before': `offers ${version} beside ${current} already`,
  };
  if (nothing[outcome] !== undefined) out.write(`Nothing to do: ${location} ${nothing[outcome]}.\n`);
  else if (dryRun) out.write(`Would offer ${version} beside ${current} from ${location}.\n`);
  else out.write(`${location} offers ${version} beside ${current} now.\n`);
}

function report({ from, to }: Promotion, location: string, dryRun: boolean, { out }: Terminal): void {
  const before = from === undefined ? 'nothing' : from;
  if (from === to) out.write(`Nothing to do: ${location} serves ${to} already.\n`);
  else if (dryRun) out.write(`Would serve ${to} from ${location}, in place of ${before}.\n`);
  else out.write(`${location} serves ${to} now, in place of ${before}.\n`);
}

function sizeOf(files: Readonly<Record<string, { readonly bytes: number }>>): string {
  const sizes = Object.values(files).map(({ bytes }) => bytes);
  return `${sizes.length} files, ${sizes.reduce((sum, bytes) => sum + bytes, 0)} bytes`;
}
