import { CloudFrontClient, CreateInvalidationCommand, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import { FreshcarError } from '../errors.ts';
import { distributionComment } from './distribution-comment.ts';
import { checkVersion } from './pointer.ts';

export interface PurgeOptions {
  readonly distribution: string;
  readonly version: string;
  /** Another text for each call: CloudFront takes two with the same one for one. */
  readonly reference: string;
}

/**
 * Has a distribution of CloudFront forget all that it has kept of a version.
 *
 * @returns The invalidation's name; CloudFront takes a minute or two for it.
 * @throws FreshcarError `not-found` when there is no such distribution, `unavailable` when CloudFront refuses or is out of reach.
 */
export async function purgeVersion(client: CloudFrontClient, options: PurgeOptions): Promise<string> {
  const { distribution, version, reference } = options;
  checkVersion(version);
  // The model's own description, and everything below it.
  const paths = [`/models/${version}`, `/models/${version}/*`];
  const command = new CreateInvalidationCommand({
    DistributionId: distribution,
    InvalidationBatch: { CallerReference: reference, Paths: { Quantity: paths.length, Items: paths } },
  });
  try {
    const { Invalidation } = await client.send(command);
    return Invalidation?.Id ?? '';
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown error';
    if (name === 'NoSuchDistribution')
      throw new FreshcarError('not-found', `There is no distribution ${distribution} in this account.`, { cause });
    throw new FreshcarError(
      'unavailable',
      `CloudFront did not forget ${version}: ${name}. It takes cloudfront:CreateInvalidation on ${distribution}; then run the same command again.`,
      { cause },
    );
  }
}

/**
 * The one distribution of the account that is for cars.
 *
 * @throws FreshcarError `not-found` when there is none, `invalid-input` when there are several, `unavailable` when CloudFront
 * does not say.
 */
export async function findDistribution(client: CloudFrontClient): Promise<string> {
  const listed = await client.send(new ListDistributionsCommand({})).catch((cause) => {
    const name = cause instanceof Error ? cause.name : 'unknown error';
    const hint = 'name the distribution behind --purge, or get the right cloudfront:ListDistributions';
    throw new FreshcarError('unavailable', `CloudFront does not list its distributions: ${name}; ${hint}.`, { cause });
  });
  const found = (listed.DistributionList?.Items ?? []).filter(({ Comment }) => Comment === distributionComment);
  const names = found.map(({ Id }) => Id).filter((id) => id !== undefined);
  const [name, ...others] = names;
  if (name === undefined)
    throw new FreshcarError('not-found', 'This account has no distribution for cars; the service is without a CDN.');
  if (others.length > 0)
    throw new FreshcarError(
      'invalid-input',
      `There are several distributions for cars, ${names.join(', ')}: name one behind --purge.`,
    );
  return name;
}

/** CloudFront is one service for all regions, and answers in this one. */
export function cloudFront(): CloudFrontClient {
  return new CloudFrontClient({ region: 'us-east-1' });
}
