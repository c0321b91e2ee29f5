import { describe, expect, it } from 'vitest';
import { offerVersion, withdrawVersion } from '../../../model/store/offer.ts';
import { promoteVersion, rollBack } from '../../../model/store/promote.ts';
import type { BundleStore } from '../../../model/store/store.ts';
import { bundleFiles } from './bundle-fixture.ts';
import { addUnusable, addVersions, atOnce, storeKinds, unusable } from './stores.ts';

describe.each(storeKinds)('offering in $kind', ({ start, missing }) => {
  const pointerOf = async (store: BundleStore) => (await store.readPointer())?.pointer;

  /** A store that serves `one` and has others to offer. */
  async function serving(...others: string[]): Promise<BundleStore> {
    const { store } = await start();
    await addVersions(store, 'one', ...others);
    await promoteVersion(store, 'one');
    return store;
  }

  it.skipIf(missing)('adds a version to the alternates, once, and takes it away again', async () => {
    const store = await serving('two', 'three');
    expect(await offerVersion(store, 'two')).toEqual({ current: 'one', outcome: 'offered' });
    expect(await offerVersion(store, 'three')).toEqual({ current: 'one', outcome: 'offered' });
    expect(await offerVersion(store, 'two')).toEqual({ current: 'one', outcome: 'offered-before' });
    expect(await pointerOf(store)).toEqual({ version: 'one', alternates: ['two', 'three'] });
    expect(await withdrawVersion(store, 'two')).toEqual({ current: 'one', was: 'offered' });
    expect(await withdrawVersion(store, 'three')).toEqual({ current: 'one', was: 'offered' });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
    expect((await store.readManifest('two')).version).toBe('two');
  });

  it.skipIf(missing)('keeps what a rollback needs', async () => {
    const store = await serving('two', 'three');
    await promoteVersion(store, 'two');
    await offerVersion(store, 'three');
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one', alternates: ['three'] });
    // The one that was served before may be offered too.
    await offerVersion(store, 'one');
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one', alternates: ['three', 'one'] });
  });

  it.skipIf(missing)('lets no rollback go to what was withdrawn', async () => {
    const store = await serving('two');
    await promoteVersion(store, 'two');
    expect(await withdrawVersion(store, 'one')).toEqual({ current: 'two', was: 'previous' });
    expect(await pointerOf(store)).toEqual({ version: 'two' });
    await expect(rollBack(store)).rejects.toMatchObject({ code: 'not-found' });
  });

  it.skipIf(missing)('tells who changed what, newest first, twenty changes back', async () => {
    const store = await serving('two', 'three');
    const by = (name: string, minute: number) => ({ at: `2026-11-28T13:${minute}:00.000Z`, by: name });
    await offerVersion(store, 'two', { author: by('ann', 10) });
    await promoteVersion(store, 'three', { author: by('ben', 11) });
    await rollBack(store, { author: by('ann', 12) });
    await withdrawVersion(store, 'two', { author: by('cleo', 13) });
    expect((await pointerOf(store))?.history).toEqual([
      { ...by('cleo', 13), did: 'withdrew', version: 'two' },
      { ...by('ann', 12), did: 'rolled back to', version: 'one' },
      { ...by('ben', 11), did: 'promoted', version: 'three' },
      { ...by('ann', 10), did: 'offered', version: 'two' },
    ]);
    for (let minute = 20; minute < 40; minute++) await rollBack(store, { author: by('ann', minute) });
    expect((await pointerOf(store))?.history).toHaveLength(20);
    expect((await pointerOf(store))?.history?.at(-1)).toMatchObject(by('ann', 20));
  });

  it.skipIf(missing)('moves a candidate to its place among the others', async () => {
    const { store, list } = await start();
    await addVersions(store, 'one');
    await promoteVersion(store, 'one');
    for (const [name, bytes] of bundleFiles('new')) await store.candidates.addFile('new', name, bytes);
    const apart = await list();
    expect(apart).toEqual(expect.arrayContaining(['candidates/new/generator.onnx', 'candidates/new/manifest.json']));
    expect(apart.filter((key) => key.startsWith('models/new/'))).toEqual([]);
    expect(await offerVersion(store, 'new', { dryRun: true })).toEqual({ current: 'one', outcome: 'offered' });
    expect(await list()).toEqual(apart);
    expect(await offerVersion(store, 'new')).toEqual({ current: 'one', outcome: 'offered' });
    expect((await store.readManifest('new')).version).toBe('new');
  });

  it.skipIf(missing)('changes nothing on a dry run', async () => {
    const store = await serving('two', 'three');
    await offerVersion(store, 'two');
    expect(await offerVersion(store, 'three', { dryRun: true })).toEqual({ current: 'one', outcome: 'offered' });
    expect(await withdrawVersion(store, 'two', { dryRun: true })).toEqual({ current: 'one', was: 'offered' });
    expect(await pointerOf(store)).toEqual({ version: 'one', alternates: ['two'] });
  });

  it.skipIf(missing)('has nothing to do for the current version, and does not withdraw it', async () => {
    const store = await serving('two');
    expect(await offerVersion(store, 'one')).toEqual({ current: 'one', outcome: 'is-current' });
    await expect(withdrawVersion(store, 'one')).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('promote another one first'),
    });
    expect(await withdrawVersion(store, 'two')).toEqual({ current: 'one', was: 'neither' });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
  });

  it.skipIf(missing)('refuses what is missing or not whole', async () => {
    const store = await serving();
    await addUnusable(store);
    for (const [version, code] of Object.entries(unusable))
      await expect(offerVersion(store, version)).rejects.toMatchObject({ code });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
  });

  it.skipIf(missing)('withdraws what was lost or damaged since', async () => {
    const store = await serving();
    const etag = (await store.readPointer())?.etag;
    await store.writePointer({ version: 'one', alternates: ['lost'] }, etag);
    expect(await withdrawVersion(store, 'lost')).toEqual({ current: 'one', was: 'offered' });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
  });

  it.skipIf(missing)('offers eight at most, and says which could be withdrawn', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `more-${at}`);
    const store = await serving(...names);
    for (const name of names.slice(0, 8)) await offerVersion(store, name);
    await expect(offerVersion(store, 'more-8')).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Withdraw one first: more-0, more-1,'),
    });
  });

  it.skipIf(missing)('needs a current model', async () => {
    const { store } = await start();
    await addVersions(store, 'one');
    for (const change of [offerVersion, withdrawVersion])
      await expect(change(store, 'one')).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('serves no model yet'),
      });
  });

  it.skipIf(missing)('lets one of two operators win when both change the pointer at once', async () => {
    const store = await serving('two', 'three');
    const [mine, yours] = atOnce(store);
    const outcomes = await Promise.allSettled([offerVersion(mine, 'two'), promoteVersion(yours, 'three')]);
    expect(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))).toEqual([
      'conflict',
    ]);
    const promoted = outcomes[1].status === 'fulfilled';
    expect(await pointerOf(store)).toEqual(
      promoted ? { version: 'three', previous: 'one' } : { version: 'one', alternates: ['two'] },
    );
  });
});
