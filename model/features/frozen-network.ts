import { z } from 'zod';

/**
 * A network that others have trained and that stays as it is, as plain data: the inverted bottlenecks of MobileNet V2 (Sandler
 * et al. 2018) and its kin, a chain of convolutions with their batch normalisations folded into kernel and bias.
 *
 * Kernels are `[side, side, inputs, filters]`, a depthwise one's `[side, side, channels, 1]`; all pad "same" as TensorFlow does.
 */

const layerSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['conv', 'depthwise']),
  side: z.int().min(1).max(7),
  stride: z.literal([1, 2]),
  /** Channels that come out. */
  filters: z.int().min(1),
  /** Whether values end at 0 below and at 6 above. */
  relu6: z.boolean(),
  /** The earlier layer whose output is added to this one's. */
  add: z.string().exactOptional(),
});

/** What a colour is to the network: `scale * value + shift` of a value in [-1, 1], for red, green and blue. */
const normalisationSchema = z.strictObject({
  scale: z.tuple([z.number(), z.number(), z.number()]),
  shift: z.tuple([z.number(), z.number(), z.number()]),
});

/** How many maps the discriminator looks at: at a quarter, an eighth, a sixteenth and a thirty-second of the input. */
export const tapCount = 4;

export const frozenNetworkSchema = z
  .strictObject({
    normalisation: normalisationSchema,
    layers: z.array(layerSchema).min(tapCount),
    /** The layers whose outputs are looked at, the largest map first. */
    taps: z.array(z.string()).length(tapCount),
  })
  .superRefine(({ layers, taps }, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    const maps = mapsOf(layers);
    layers.forEach(({ name, kind, filters, add }, at) => {
      const before = at === 0 ? 3 : (layers[at - 1]?.filters ?? 0);
      if (kind === 'depthwise' && filters !== before) fault(`${name} is depthwise but changes the number of channels`);
      const [own, added] = [maps.get(name), maps.get(add ?? name)];
      if (add !== undefined && (added === undefined || added.at >= at))
        fault(`${name} adds ${add}, which is not before it`);
      else if (own?.part !== added?.part || own?.filters !== added?.filters)
        fault(`${name} adds ${add} of another shape`);
    });
    if (maps.size < layers.length) fault('two layers have one name');
    taps.forEach((tap, at) => {
      if (maps.get(tap)?.part !== 4 * 2 ** at) fault(`${tap} is no map of a part of ${4 * 2 ** at}`);
    });
  });

export type FrozenLayer = z.output<typeof layerSchema>;
export type FrozenNetwork = z.output<typeof frozenNetworkSchema>;

/** By name: where each layer is, its channels, and how many times smaller than the input its map is. */
function mapsOf(layers: readonly FrozenLayer[]): Map<string, { at: number; filters: number; part: number }> {
  let part = 1;
  return new Map(
    layers.map(({ name, filters, stride }, at) => {
      part *= stride;
      return [name, { at, filters, part }];
    }),
  );
}

/** Channels of each tap. */
export function tapChannels({ layers, taps }: FrozenNetwork): number[] {
  return taps.map((tap) => layers.find(({ name }) => name === tap)?.filters ?? 0);
}

/** Every weight's name and shape, layer by layer. */
export function frozenWeights({ layers }: FrozenNetwork): { readonly name: string; readonly shape: number[] }[] {
  return layers.flatMap(({ name, kind, side, filters }, at) => {
    const inputs = at === 0 ? 3 : (layers[at - 1]?.filters ?? 0);
    const shape = kind === 'depthwise' ? [side, side, filters, 1] : [side, side, inputs, filters];
    return [
      { name: `${name}/kernel`, shape },
      { name: `${name}/bias`, shape: [filters] },
    ];
  });
}

/** Of the maps at a quarter to a thirty-second of the input, the last narrow one each: what the bottlenecks hand on. */
export function lastOfEachSize(chain: readonly FrozenLayer[]): string[] {
  let part = 1;
  const last = new Map<number, string>();
  for (const { name, stride, relu6 } of chain) {
    part *= stride;
    if (!relu6) last.set(part, name);
  }
  return [4, 8, 16, 32].map((size) => last.get(size) ?? `a part of ${size}`);
}
