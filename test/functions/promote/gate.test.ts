import { describe, expect, it } from 'vitest';
import { gateSchema, judge } from '../../../functions/promote/gate.ts';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { manifestSchema } from '../../../model/bundle/manifest.ts';

function manifest(version: string, scores: Manifest['scores'], evaluation?: Manifest['evaluation']): Manifest {
  const code = { name: 'freshcar', version: '0.1.0' };
  return manifestSchema.parse({ format: 1, version, architecture: {}, files: {}, scores, evaluation, code });
}

const gate = gateSchema.parse({});

describe('the gate', () => {
  it.each([
    ['a better one', { kid: 0.09 }, { kid: 0.1 }, true, 'kid 0.09 of new against 0.1 of old'],
    ['one that is better by less than the margin', { kid: 0.099 }, { kid: 0.1 }, false, 'less than 0.098 is asked for'],
    ['a worse one', { kid: 0.2 }, { kid: 0.1 }, false, 'Kept as a candidate'],
    ['one that was not measured', {}, { kid: 0.1 }, false, 'new has no score kid'],
    ['one that copies', { kid: 0.01, copyingSuspicious: 6 }, { kid: 0.1 }, false, '6 cars of new look copied'],
    ['one beside a current one without scores', { kid: 0.1 }, {}, false, 'the current model old has no score kid'],
    ['a better one below zero, as kernel distances can be', { kid: -0.02 }, { kid: -0.01 }, true, 'Let through'],
  ])('judges %s', (_, fresh, old, passed, reason) => {
    const verdict = judge(manifest('new', fresh), manifest('old', old), gate);
    expect(verdict).toEqual({ passed, reason: expect.stringContaining(reason) });
  });

  it('compares no scores that were measured with other features', () => {
    const measured = (features: string, name = 'held-out') => ({
      protocol: 1,
      features: { name: 'features.onnx', sha256: features.repeat(64) },
      data: { name, images: 160, sha256: 'c'.repeat(64) },
    });
    const old = manifest('old', { kid: 0.1 }, measured('a'));
    expect(judge(manifest('new', { kid: 0.05 }, measured('a')), old, gate).passed).toBe(true);
    // The same pictures under another name.
    expect(judge(manifest('new', { kid: 0.05 }, measured('a', 'held-out.npy')), old, gate).passed).toBe(true);
    expect(judge(manifest('new', { kid: 0.05 }, measured('b')), old, gate)).toMatchObject({
      passed: false,
      reason: expect.stringContaining('different features'),
    });
  });

  it('lets the first measured model through', () => {
    expect(judge(manifest('new', { kid: 1 }), undefined, gate).passed).toBe(true);
    expect(judge(manifest('new', {}), undefined, gate).passed).toBe(false);
  });

  it('judges by the score and the margin that it is given', () => {
    const strict = gateSchema.parse({ score: 'fid', margin: 0.5 });
    const scores = { kid: 1, fid: 40 };
    expect(judge(manifest('new', scores), manifest('old', { kid: 0.1, fid: 90 }), strict).passed).toBe(true);
    expect(judge(manifest('new', scores), manifest('old', { kid: 9, fid: 70 }), strict).passed).toBe(false);
  });
});
