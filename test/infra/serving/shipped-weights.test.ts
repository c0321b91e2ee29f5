import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContextError } from '../../../infra/context.ts';
import { readBundles } from '../../../infra/serving/bundle.ts';
import { requireConsent } from '../../../infra/serving/shipped-weights.ts';
import { writeRealBundle } from '../../functions/generate/real-bundle.ts';
import { temporaryFolder } from '../../model/store/bundle-fixture.ts';

const consent = (place: string, acceptWeights = false) => requireConsent('.', readBundles(place), { acceptWeights });

describe('weights that are for research only', () => {
  it('are deployed once somebody has said yes', () => {
    expect(() => consent('model/pretrained')).toThrow(ContextError);
    expect(() => consent('model/pretrained')).toThrow(
      /fronts-32-3 and fronts-64-3 .*research only.* -c acceptWeights=true/,
    );
    expect(() => consent('model/pretrained', true)).not.toThrow();
    expect(() => consent('model/pretrained/models/fronts-64-3')).toThrow('The weights of fronts-64-3');
  });

  it('are known under another name', async () => {
    const folder = path.join(await temporaryFolder(), 'mine');
    await cp('model/pretrained/models/fronts-32-3', folder, { recursive: true });
    const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8'));
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version: 'mine-1' }));
    expect(() => consent(folder)).toThrow('The weights of mine-1');
  });

  it('are not those that somebody trained', async () => {
    const own = await writeRealBundle(await temporaryFolder(), 'own-1');
    expect(() => consent(own)).not.toThrow();
  });
});
