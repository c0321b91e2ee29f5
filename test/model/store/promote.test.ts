import { describe, expect, it } from 'vitest';
import { promoteVersion, rollBack } from '../../../model/store/promote.ts';
import type { BundleStore } from '../../../model/store/store.ts';
import { addUnusable, addVersions, atOnce, storeKinds, unusable } from './stores.ts';

describe.each(storeKinds)('promoting in $kind', ({ start, missing }) => {
  const pointerOf = async (store: BundleStore) => (await store.readPointer())?.pointer;

  it.skipIf(missing)('moves the pointer and remembers where it stood', async () => {
    const { store, list } = await start();
    await addVersions(store, 'one', 'two');
    expect(await promoteVersion(store, 'one')).toEqual({ from: undefined, to: 'one' });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
    expect(await promoteVersion(store, 'two')).toEqual({ from: 'one', to: 'two' });
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one' });
    expect(await promoteVersion(store, 'two')).toEqual({ from: 'two', to: 'two' });
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one' });
    expect((await list()).filter((key) => !key.includes('one/') && !key.includes('two/'))).toEqual([
      'models/current.json',
    ]);
  });

  it.skipIf(missing)('goes back, and forward again', async () => {
    const { store } = await start();
    await addVersions(store, 'one', 'two');
    await promoteVersion(store, 'one');
    await expect(rollBack(store)).rejects.toMatchObject({ code: 'not-found' });
    await promoteVersion(store, 'two');
    expect(await rollBack(store, { from: 'two' })).toEqual({ from: 'two', to: 'one' });
    expect(await pointerOf(store)).toEqual({ version: 'one', previous: 'two' });
    await expect(rollBack(store, { from: 'two' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await rollBack(store)).toEqual({ from: 'one', to: 'two' });
  });

  it.skipIf(missing)('leaves the alternates alone, until that becomes the current one', async () => {
    const { store } = await start();
    await addVersions(store, 'one', 'two', 'large');
    await store.writePointer({ version: 'one', alternates: ['large', 'two'] }, undefined);
    await promoteVersion(store, 'two');
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one', alternates: ['large'] });
    await rollBack(store);
    expect(await pointerOf(store)).toEqual({ version: 'one', previous: 'two', alternates: ['large'] });
    await promoteVersion(store, 'large');
    expect(await pointerOf(store)).toEqual({ version: 'large', previous: 'one' });
  });

  it.skipIf(missing)('changes nothing on a dry run', async () => {
    const { store } = await start();
    await addVersions(store, 'one', 'two');
    expect(await promoteVersion(store, 'one', { dryRun: true })).toEqual({ from: undefined, to: 'one' });
    await expect(store.readPointer()).rejects.toMatchObject({ code: 'not-found' });
    await promoteVersion(store, 'one');
    await promoteVersion(store, 'two');
    expect(await rollBack(store, { dryRun: true })).toEqual({ from: 'two', to: 'one' });
    expect(await pointerOf(store)).toEqual({ version: 'two', previous: 'one' });
  });

  it.skipIf(missing)('refuses what is missing or not whole, and leaves the pointer as it was', async () => {
    const { store } = await start();
    await addVersions(store, 'one');
    await promoteVersion(store, 'one');
    await addUnusable(store);
    for (const [version, code] of Object.entries(unusable))
      await expect(promoteVersion(store, version)).rejects.toMatchObject({ code });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
  });

  it.skipIf(missing).each([[[]], [['one']]])(
    'lets one of two operators win when both promote at once, after %j',
    async (before) => {
      const { store } = await start();
      await addVersions(store, 'one', 'two', 'three');
      for (const version of before) await promoteVersion(store, version);
      const [mine, yours] = atOnce(store);
      const outcomes = await Promise.allSettled([promoteVersion(mine, 'two'), promoteVersion(yours, 'three')]);
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.to] : []));
      const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
      expect(lost).toEqual(['conflict']);
      expect(await pointerOf(store)).toEqual({ version: won[0], ...(before[0] && { previous: before[0] }) });
    },
  );

  it.skipIf(missing)('writes a damaged pointer anew', async () => {
    const { store } = await start();
    await addVersions(store, 'one');
    await promoteVersion(store, 'one');
    const etag = (await store.readPointer())?.etag;
    await store.writePointer({ version: 'NOT A VERSION' }, etag);
    await expect(store.readPointer()).rejects.toMatchObject({ code: 'damaged-bundle' });
    expect(await promoteVersion(store, 'one')).toEqual({ from: undefined, to: 'one' });
    expect(await pointerOf(store)).toEqual({ version: 'one' });
  });
});
