import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Bundle } from './bundle.ts';
import { CarApi } from './car-api.ts';
import { CarFunction } from './car-function.ts';
import type { Settings } from './context.ts';
import { FirstModel } from './first-model.ts';
import { createModelBucket } from './model-bucket.ts';
import { createWarmUp } from './warm-up.ts';

export interface ServingStackProps extends StackProps {
  readonly settings: Settings;
  /** The folder that `buildLambdaAsset` made. */
  readonly code: string;
  /** The model that a new service begins with. */
  readonly bundle: Bundle;
}

/** The public service: a bucket with models, a function that draws cars by the current one, and an API before it. */
export class ServingStack extends Stack {
  constructor(scope: Construct, id: string, { settings, code, bundle, ...props }: ServingStackProps) {
    super(scope, id, { description: 'freshcar: draws cars that do not exist', ...props });
    const bucket = createModelBucket(this);
    new FirstModel(this, 'FirstModel', { bucket, bundle });
    const cars = new CarFunction(this, 'Cars', { bucket, code, settings });
    const { api } = new CarApi(this, 'CarApi', { handler: cars.live, settings });
    if (settings.warmUp) createWarmUp(this, cars.live);

    new CfnOutput(this, 'Url', { description: 'Open this to see a car', value: `${api.apiEndpoint}/` });
    new CfnOutput(this, 'ModelBucket', { description: 'Where the models are', value: bucket.bucketName });
  }
}
