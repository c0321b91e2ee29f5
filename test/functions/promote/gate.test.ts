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

  it.each([
    [0, true],
    [4, true],
    [5, true],
    [6, false],
  ])('lets five cars of 2,048 look copied, and no more: %i', (copyingSuspicious, passed) => {
    const scores = { kid: 0.01, copyingSuspicious };
    expect(judge(manifest('new', scores), manifest('old', { kid: 0.1 }), gate).passed).toBe(passed);
    expect(judge(manifest('new', scores), undefined, gate).passed).toBe(passed);
  });

  it.each([
    [0.02, 0.0979, true],
    [0.02, 0.098, false],
    [0, 0.1, true],
    [0, 0.1001, false],
    [0.5, 0.0499, true],
    [0.5, 0.0501, false],
  ])('with a margin of %d takes a kid of %d in place of 0.1: %s', (margin, kid, passed) => {
    const asked = gateSchema.parse({ margin });
    expect(judge(manifest('new', { kid }), manifest('old', { kid: 0.1 }), asked).passed).toBe(passed);
  });

  it('asks for 2% less than a score below zero, which is further below', () => {
    const old = manifest('old', { kid: -0.1 });
    expect(judge(manifest('new', { kid: -0.1021 }), old, gate).passed).toBe(true);
    expect(judge(manifest('new', { kid: -0.1019 }), old, gate).passed).toBe(false);
  });

  it('asks for 2%, by KID, and lets five look copied, unless it is told otherwise; knows no margin below 0 or over 1', () => {
    expect(gate).toEqual({ score: 'kid', margin: 0.02, copies: 5 });
    for (const wrong of [
      { margin: -0.01 },
      { margin: 1.01 },
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
    const old = manifest('old', { kid: 0.1 }, evaluationOf(measured));
    const verdict = judge(manifest('new', { kid: 0.05 }, evaluationOf({ ...measured, ...change })), old, gate);
    expect(verdict.passed).toBe(passed);
    if (!passed) expect(verdict.reason).toContain('measured with different features');
  });

  it('compares scores against the same images whatever their file is called', () => {
    const old = manifest('old', { kid: 0.1 }, evaluationOf(measured));
    expect(judge(manifest('new', { kid: 0.05 }, evaluationOf(measured, 'held-out.npy')), old, gate).passed).toBe(true);
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
