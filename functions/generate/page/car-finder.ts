import type { Picture } from '../../../model/image.ts';
import { latentsFromSeeds } from '../../../model/latent.ts';
import { type CarIndex, indexName, parseIndex } from '../../../model/likeness/car-index.ts';
import { featureParts, featuresOf } from '../../../model/likeness/features.ts';
import { carsOfColour, type Found, nearestCars, projectFeatures } from '../../../model/likeness/nearest.ts';
import type { Colour } from '../../../model/likeness/paint.ts';
import { type Refined, refine } from '../../../model/likeness/refine.ts';
import { randomFromSeed } from '../../../model/random.ts';
import { freshSeed, type Model } from './address.ts';
import { factsOf, type LocalEngine, loadLocalEngine, type ModelFacts } from './local-engine.ts';

/** Refining draws `rounds` times `children` cars, a thousand, some ten seconds of a phone; it begins with `parents`. */
export const rounds = 40;
const [children, parents] = [24, 24];

export interface CarFinder {
  /** How many cars there are to find. */
  readonly cars: number;
  byPicture(picture: Picture, count: number): Found[];
  byColour(colour: Colour, count: number): Found[];
  /** Looks for a nearer car than there is, until `onRound` says `false`. @throws Error when this browser cannot draw. */
  refine(picture: Picture, onRound: (round: number, nearest: Refined) => boolean): Promise<Refined>;
}

/** @throws Error with a sentence for people where the model has no index, or it cannot be had. */
export async function loadFinder(model: Model): Promise<CarFinder> {
  const facts = await factsOf(model);
  const response = await fetch(`models/${facts.version}/${indexName}`);
  if (response.status === 404) throw new Error('Nobody has written down yet what the cars of this model look like.');
  if (!response.ok) throw new Error('The service has no answer at the moment. Try again.');
  const index = parseIndex(new Uint8Array(await response.arrayBuffer()), featureParts);
  return finderBy(index, facts);
}

function finderBy(index: CarIndex, facts: ModelFacts): CarFinder {
  let engine: Promise<LocalEngine> | undefined;
  const load = () => {
    engine ??= loadLocalEngine(facts);
    // What failed once may work later.
    engine.catch(() => {
      engine = undefined;
    });
    return engine;
  };
  const numbersOf = (picture: Picture) => projectFeatures(index, featuresOf(picture));
  return {
    cars: index.cars,
    byPicture: (picture, count) => nearestCars(index, numbersOf(picture), count),
    byColour: (colour, count) => carsOfColour(index, colour, count),
    async refine(picture, onRound) {
      const { draw } = await load();
      const { latentSize, imageSize } = facts;
      const wanted = numbersOf(picture);
      const seeds = nearestCars(index, wanted, parents).map(({ seed }) => seed);
      const begun = { wanted, parents: latentsFromSeeds(seeds, latentSize) };
      const drawer = { latentSize, imageSize, draw: (latents: Float32Array) => draw(latents, 1) };
      return refine(drawer, index, begun, { rounds, children, random: randomFromSeed(freshSeed()), onRound });
    },
  };
}
