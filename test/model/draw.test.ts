import { expect, it } from 'vitest';
import { drawMorph, drawSeeds } from '../../model/draw.ts';
import { latentsFromSeeds } from '../../model/latent.ts';

/** An engine that tells the latent vectors which it was given, and draws nothing. */
function listening(latentSpread?: { scales: number[]; spreads: number[] }) {
  const given: Float32Array[] = [];
  const draw = async (latents: Float32Array) => {
    given.push(latents);
    return new Uint8Array(0);
  };
  return { given, engine: { latentSize: 4, latentSpread, draw } };
}

const half = (values: Float32Array) => values.map((value) => value / 2);

it('multiplies latent vectors by the truncation where nobody measured how the cars spread', async () => {
  const { given, engine } = listening();
  await drawSeeds(engine, [5], 0.5);
  expect(given).toEqual([half(latentsFromSeeds([5], 4))]);
});

it('multiplies them by what makes the cars spread so much, where that was measured', async () => {
  // Half the latent vectors make a quarter of the spread.
  const { given, engine } = listening({ scales: [0.5, 1], spreads: [0.25, 1] });
  await drawSeeds(engine, [5], 0.25);
  await drawMorph(engine, { through: [5, 5], frames: 2 }, 0.25);
  const [car, morph] = given;
  expect(car).toEqual(half(latentsFromSeeds([5], 4)));
  expect(morph?.slice(0, 4)).toEqual(car);
});

it('leaves them as they are at a truncation of one', async () => {
  const { given, engine } = listening({ scales: [0.5, 1], spreads: [0.25, 1] });
  await drawSeeds(engine, [5]);
  expect(given).toEqual([latentsFromSeeds([5], 4)]);
});
