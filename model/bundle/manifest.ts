import { z } from 'zod';
import { architectureSchema, generator } from '../architecture/dcgan.ts';
import { countParameters } from '../architecture/network.ts';

/**
 * `manifest.json`, the table of contents of a bundle: what the model is, where it comes from, and every other file with
 * its size and SHA-256, so that whoever fetched a bundle can verify it before using it.
 */

export const manifestName = 'manifest.json';

/**
 * What may be in a manifest, which may be a stranger's: 400 MB of generator as 32-bit floats, a few files, a gigabyte in all.
 * The shipped models have 1.5 million parameters, the widest of the family that anybody would train some ten times that.
 */
const parameterLimit = 100_000_000;
const fileLimit = 64;
const byteLimit = 2 ** 30;

/** What is read whole for one page or one answer, which a Lambda function ends at 6 MB, has far less by nature. */
const byteLimits: Readonly<Record<string, number>> = {
  'card.md': 2 ** 18,
  'directions.json': 2 ** 18,
  'index.bin': 16 * 2 ** 20,
  'samples.png': 4 * 2 ** 20,
  'time-lapse.png': 4 * 2 ** 20,
};

/** A model's version: lower-case letters, digits, dots and hyphens. It becomes part of paths and of URLs. */
export const modelVersionSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/, 'a version is 1 to 64 of a-z, 0-9, dot and hyphen')
  .refine((version) => !version.includes('..'), 'a version has no two dots in a row')
  // A store keeps its pointer, and the lock of it, beside the versions.
  .refine((version) => !version.startsWith('current.json'), 'a version has another name than the pointer');

/** The name of a file in a bundle: no folders, so that no name can reach out of the bundle. */
const fileNameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);

const fileEntrySchema = z.strictObject({
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Where the training pictures came from; the dataset's own provenance file says the rest. */
const dataSchema = z.strictObject({
  name: z.string(),
  images: z.int().min(1),
  /** SHA-256 of the packed `.npy` file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What the scores were measured with and against; scores of other features or pictures cannot be compared. */
const evaluationSchema = z.strictObject({
  /** The version of the protocol: how many cars, which seeds, which settings. */
  protocol: z.int().min(1),
  features: z.strictObject({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The real pictures. */
  data: dataSchema,
});

/**
 * How far apart a model's cars are when its latent vectors are scaled: what makes a truncation mean the same for every
 * model. `spreads` are in units of the spread at scale 1, by the features of the evaluation.
 */
const latentSchema = z
  .strictObject({
    // Far from what any model has: a product with a latent vector stays a number.
    scales: z.array(z.number().gt(0).max(1000)).min(1).max(100),
    spreads: z.array(z.number().min(0).max(1000)).min(1),
  })
  .refine(({ scales, spreads }) => scales.length === spreads.length, 'a spread for each scale')
  .refine(({ scales }) => scales.every((scale, at) => scale > (scales[at - 1] ?? 0)), 'scales ascend');

export const manifestSchema = z.strictObject({
  /** The format of this file. A reader refuses a number that it does not know. */
  format: z.literal(1),
  version: modelVersionSchema,
  architecture: architectureSchema.refine(
    (architecture) => countParameters(generator(architecture)).total <= parameterLimit,
    {
      message: `its generator has more than ${parameterLimit} parameters`,
    },
  ),
  files: z
    .record(fileNameSchema, fileEntrySchema)
    .refine((files) => !(manifestName in files), 'the manifest does not list itself')
    .refine((files) => Object.keys(files).length <= fileLimit, `there are more than ${fileLimit}`)
    .refine(
      (files) => Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0) <= byteLimit,
      `they have more than ${byteLimit} bytes`,
    )
    .refine(
      (files) => Object.entries(byteLimits).every(([name, most]) => (files[name]?.bytes ?? 0) <= most),
      `one has more bytes than such a file may: ${JSON.stringify(byteLimits)}`,
    ),
  data: dataSchema.optional(),
  /** The training configuration as it ran; absent for imported models. */
  recipe: z.record(z.string(), z.json()).optional(),
  /** Measured scores by name, such as `kid`. */
  scores: z.record(z.string(), z.number()).default({}),
  evaluation: evaluationSchema.optional(),
  latent: latentSchema.optional(),
  /** What made it: the program and its version. */
  code: z.strictObject({ name: z.string(), version: z.string() }),
});

export type Manifest = z.output<typeof manifestSchema>;
export type FileEntry = z.output<typeof fileEntrySchema>;

/** The ONNX graph that serves. */
export const onnxName = 'generator.onnx';
/** TensorFlow.js layers model: topology and weight table, and the weights themselves. */
export const tfjsModelName = 'model.json';
export const tfjsWeightsName = 'weights.bin';
