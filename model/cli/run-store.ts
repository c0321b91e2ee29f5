import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { loadEngine } from '../engine/load.ts';
import { checkBundle, checkFile as inspect } from '../store/check-bundle.ts';
import { openFolder } from '../store/folder.ts';
import { type Offer, offerVersion, withdrawVersion } from '../store/offer.ts';
import { openStore } from '../store/open-store.ts';
import { type Promotion, promoteVersion, rollBack } from '../store/promote.ts';
import { publishBundle } from '../store/publish.ts';
import type { Author, BundleStore } from '../store/store.ts';
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
  report(
    await promoteVersion(store, version, { dryRun, inspect, author: thisAuthor() }),
    store.location,
    dryRun,
    terminal,
  );
}

interface RollbackFlags extends StoreFlags {
  readonly from?: string;
}

export async function runRollback({ store: place, dryRun = false, from }: RollbackFlags, terminal: Terminal) {
  const store = await openStore(place, process.env);
  report(
    await rollBack(store, { dryRun, inspect, author: thisAuthor(), ...(from !== undefined && { from }) }),
    store.location,
    dryRun,
    terminal,
  );
}

interface OfferFlags extends StoreFlags {
  readonly withdraw?: boolean;
}

export async function runOffer(version: string, flags: OfferFlags, { out }: Terminal) {
  const { store: place, dryRun = false, withdraw: isWithdrawal = false } = flags;
  const store = await openStore(place, process.env);
  const { location } = store;
  if (isWithdrawal) {
    await withdraw(store, version, dryRun, out);
    return;
  }
  const { current, outcome } = await offerVersion(store, version, { dryRun, inspect, author: thisAuthor() });
  const nothing: Partial<Record<Offer['outcome'], string>> = {
    'is-current': `serves ${version} already, as its current model`,
    'offered-before': `offers ${version} as an alternate to ${current} already`,
  };
  if (nothing[outcome] !== undefined) out.write(`Nothing to do: ${location} ${nothing[outcome]}.\n`);
  else if (dryRun) out.write(`Would offer ${version} as an alternate to ${current} from ${location}.\n`);
  else out.write(`${location} offers ${version} as an alternate to ${current} now.\n`);
}

interface WithdrawFlags extends StoreFlags {
  /** A distribution's name, or true where none is named. */
  readonly purge?: string | true;
}

export async function runWithdraw(version: string, flags: WithdrawFlags, { out }: Terminal) {
  const { store: place, dryRun = false, purge } = flags;
  await withdraw(await openStore(place, process.env), version, dryRun, out);
  if (purge === undefined) return;
  const { cloudFront, findDistribution, purgeVersion } = await import('../store/purge.ts');
  const client = cloudFront();
  const distribution = purge === true ? await findDistribution(client) : purge;
  if (dryRun) {
    out.write(`Would have ${distribution} forget ${version}.\n`);
    return;
  }
  const name = await purgeVersion(client, { distribution, version, reference: randomUUID() });
  out.write(`${distribution} forgets ${version} within minutes (${name}).\n`);
}

async function withdraw(store: BundleStore, version: string, dryRun: boolean, out: Terminal['out']) {
  const { current, was } = await withdrawVersion(store, version, { dryRun, author: thisAuthor() });
  const { location } = store;
  const whats = {
    offered: `offers ${version} as an alternate to ${current} no longer`,
    previous: `goes back to ${version} no longer from ${current}`,
  };
  if (was === 'neither') out.write(`Nothing to do: ${location} neither offers ${version} nor goes back to it.\n`);
  else if (dryRun) out.write(`Would withdraw ${version}: ${location} ${whats[was]}.\n`);
  else out.write(`${location} ${whats[was]}.\n`);
}

/** Whoever is at this machine, for the pointer's history. */
function thisAuthor(): Author {
  const name = attempt(() => userInfo().username) ?? 'somebody';
  return { at: new Date().toISOString(), by: `${name}@${hostname()}`.slice(0, 200) };
}

/** A container may run as a user that its system does not know. */
function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
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
