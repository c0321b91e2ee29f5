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
  const unknown = unknownSettings(config);
  if (unknown.length > 0) throw refusal(`A projected discriminator has no ${unknown.join(', no ')}. Leave that away`);
}

/** What the DCGAN's discriminator alone can do, as the settings' names, where the configuration asks for it. */
function unknownSettings({ r1, freezeDiscriminator, frozenNormalisation }: TrainingConfig): string[] {
  return [
    ...(r1 > 0 ? ['r1'] : []),
    ...(freezeDiscriminator > 0 ? ['freeze-discriminator'] : []),
    ...(frozenNormalisation === 'moving' ? ['frozen-normalisation moving'] : []),
  ];
}

function refusal(sentence: string): FreshcarError {
  return new FreshcarError('invalid-input', `${sentence}.`);
}
