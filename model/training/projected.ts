import { FreshcarError } from '../errors.ts';
import type { FeaturesFile } from '../features/features-file.ts';
import type { TrainingConfig } from './config.ts';

/**
 * Refuses settings that a projected discriminator does not have, and features that are not the configuration's.
 *
 * @param features The file that was given, if one was.
 * @throws FreshcarError `invalid-input` that says what to do instead.
 */
export function checkFeatures(config: TrainingConfig, features: FeaturesFile | undefined): void {
  if (config.discriminator === 'dcgan') {
    if (features === undefined) return;
    throw refusal(
      'Features are what a projected discriminator sees through. Add --discriminator projected, or leave --features away',
    );
  }
  const own = config.features;
  if (features === undefined) {
    const which = own === undefined ? 'a frozen network' : `the frozen network in ${own.name}`;
    throw refusal(`A projected discriminator sees images through ${which}. Name its file by --features`);
  }
  if (own?.sha256 !== features.sha256)
    throw refusal(
      `This configuration's features are ${own?.name} with SHA-256 ${own?.sha256}; ${features.name} has ${features.sha256}. ` +
        'Name the right file by --features, or begin a new run',
    );
  if (config.frozenNormalisation === 'moving')
    throw refusal('A projected discriminator has no frozen-normalisation moving. Leave that away');
}

function refusal(sentence: string): FreshcarError {
  return new FreshcarError('invalid-input', `${sentence}.`);
}
