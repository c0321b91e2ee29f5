import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { ResultWriterV2, S3JsonItemReader } from 'aws-cdk-lib/aws-stepfunctions';
import { shardsName } from '../../model/bulk/plan.ts';
import { mapRuns } from './car-bucket.ts';

/** What a map's items are read from, with the right to read lists only: the construct library gives the whole bucket. */
export class ShardListReader extends S3JsonItemReader {
  private readonly cars: IBucket;

  /** @param key Where the state's input names the list. */
  constructor(cars: IBucket, key: string) {
    super({ bucket: cars, key });
    this.cars = cars;
  }

  override providePolicyStatements(): PolicyStatement[] {
    return [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [this.cars.arnForObjects(`*/${shardsName}`)] }),
    ];
  }
}

/** Where a map's results go, with the right to write there only. */
export class MapRunWriter extends ResultWriterV2 {
  private readonly cars: IBucket;

  constructor(cars: IBucket) {
    super({ bucket: cars, prefix: mapRuns });
    this.cars = cars;
  }

  override providePolicyStatements(): PolicyStatement[] {
    const actions = ['GetObject', 'PutObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'];
    const resources = [this.cars.arnForObjects(`${mapRuns}/*`)];
    return [new PolicyStatement({ actions: actions.map((action) => `s3:${action}`), resources })];
  }
}
