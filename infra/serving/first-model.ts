import path from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AwsCustomResource, type AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { formatPointer, modelsPrefix, pointerName } from '../../model/store/pointer.ts';
import type { Bundle, Bundles } from './bundle.ts';

export interface FirstModelProps {
  readonly bucket: IBucket;
  readonly bundles: Bundles;
}

/**
 * Puts the shipped model, and its alternates, into the bucket, so that a new service draws a car at once. A deploy may
 * add models but never changes which ones are served:
 *
 * - Each file of a bundle is copied to its own version's folder. A later deploy that ships another version adds a
 *   folder and takes none away.
 * - The pointer is written only when the stack is created, and only if there is none (`If-None-Match: *`), so it is safe
 *   even over a bucket that an earlier stack left behind. From then on it belongs to `freshcar promote` and
 *   `freshcar offer`.
 *
 * Not CDK's `BucketDeployment`: it would write the pointer anew with every change of the bundle, and its function may
 * delete anything in the bucket. This one may read the shipped files and write their copies.
 */
export class FirstModel extends Construct {
  private readonly role: Role;
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { bucket, bundles }: FirstModelProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      description: 'Copies the shipped models into the bucket',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(this.role);
    const copies = bundles.flatMap((bundle) => bundle.files.map((name) => this.copyFile(bucket, bundle, name)));
    const pointer = this.writePointer(bucket, bundles);
    for (const copy of copies) pointer.node.addDependency(copy);
  }

  private copyFile(bucket: IBucket, { folder, version }: Bundle, name: string): AwsCustomResource {
    const asset = new Asset(this, `Asset-${version}-${name}`, { path: path.join(folder, name) });
    const key = `${modelsPrefix}${version}/${name}`;
    const copy: AwsSdkCall = {
      service: 'S3',
      action: 'CopyObject',
      parameters: { Bucket: bucket.bucketName, Key: key, CopySource: `${asset.s3BucketName}/${asset.s3ObjectKey}` },
      physicalResourceId: PhysicalResourceId.of(key),
      // The answer is not needed, and some of it could outgrow what CloudFormation takes.
      outputPaths: ['CopyObjectResult.ETag'],
    };
    this.allow('s3:GetObject', asset.bucket.arnForObjects(asset.s3ObjectKey));
    this.allow('s3:PutObject', bucket.arnForObjects(key));
    return this.callS3(`Copy-${version}-${name}`, { onCreate: copy, onUpdate: copy });
  }

  private writePointer(bucket: IBucket, [{ version }, ...others]: Bundles): AwsCustomResource {
    const alternates = others.map((bundle) => bundle.version);
    const key = `${modelsPrefix}${pointerName}`;
    this.allow('s3:PutObject', bucket.arnForObjects(key));
    return this.callS3('Pointer', {
      onCreate: {
        service: 'S3',
        action: 'PutObject',
        parameters: {
          Bucket: bucket.bucketName,
          Key: key,
          Body: formatPointer({ version, ...(alternates.length > 0 && { alternates }) }),
          ContentType: 'application/json',
          IfNoneMatch: '*',
        },
        // There is a pointer already, and it stays.
        ignoreErrorCodesMatching: 'PreconditionFailed',
        physicalResourceId: PhysicalResourceId.of(key),
      },
    });
  }

  private allow(action: string, resource: string): void {
    this.role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
  }

  private callS3(id: string, calls: { onCreate: AwsSdkCall; onUpdate?: AwsSdkCall }): AwsCustomResource {
    const resource = new AwsCustomResource(this, id, {
      ...calls,
      role: this.role,
      logGroup: this.logGroup,
      installLatestAwsSdk: false,
    });
    // Without this CloudFormation may make the call before the role has its policy.
    resource.node.addDependency(this.role);
    return resource;
  }
}
