import { ApiMapping, DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import type { Settings } from '../context.ts';
import type { CarApi } from './car-api.ts';
import { Cdn } from './cdn.ts';

export interface Address {
  /** Where visitors find the page; ends in a slash. */
  readonly url: string;
  /** The same without the slash. */
  readonly origin: string;
  /** What a domain of the operator's own is pointed to by a CNAME; absent without one. */
  readonly cname?: string;
  /** CloudFront, where it stands before the API. */
  readonly cdn?: Cdn;
}

/** Where the service is found: at the API itself, at CloudFront before it, or at a domain that leads to either. */
export function publishAddress(scope: Construct, { api, stage }: CarApi, settings: Settings): Address {
  const { domain } = settings;
  const at = (origin: string) => ({ url: `${origin}/`, origin });
  if (settings.cdn) {
    const cdn = new Cdn(scope, 'Cdn', { api, settings });
    const { distributionDomainName: cname } = cdn.distribution;
    return domain === undefined ? { ...at(`https://${cname}`), cdn } : { ...at(`https://${domain}`), cname, cdn };
  }
  if (domain === undefined) return at(api.apiEndpoint);
  const name = new DomainName(scope, 'Domain', {
    domainName: domain,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', settings.certificate ?? ''),
  });
  new ApiMapping(scope, 'DomainMapping', { api, domainName: name, stage });
  return { ...at(`https://${domain}`), cname: name.regionalDomainName };
}
