import { Option } from 'commander';

/** `--store`, and what it says of S3, the same for every command that writes to a store. */
export function storeOption(): Option {
  return new Option('--store <place>', 's3://bucket, s3://bucket/prefix/, or a folder').makeOptionMandatory();
}

export const storeHelp = `
Credentials and region of S3 come from where AWS's own tools take them from (AWS_PROFILE, AWS_REGION, ...);
AWS_ENDPOINT_URL_S3 names another S3 server, which has to know conditional writes.
`;

export interface StoreFlags {
  readonly store: string;
  readonly dryRun?: boolean;
}
