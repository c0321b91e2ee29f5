import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Log, LogLine } from '../log.ts';
import { type Meter, metricUnits } from '../meter.ts';
import { requestIdOf } from './http-event.ts';
import type { InvocationContext, LambdaHandler } from './lambda.ts';

/** What an operator sees of the Lambda function: its log and its metrics, by Powertools for AWS. */
export interface Operations {
  readonly log: Log;
  readonly meter: Meter;
  /**
   * Puts a handler under observation: each of its log lines tells the invocation, the API's request, whether this was
   * the first call of this copy (`cold_start`) and the model; its metrics go out when it is done, in one line of EMF.
   */
  observe<Result>(handler: LambdaHandler<Result>): LambdaHandler<Result>;
}

/** CloudWatch's name for the group of all metrics here, where the environment gives no other. */
export const defaultNamespace = 'freshcar';
/** The one dimension; a model's version is none, since each new one would be a new, billed metric. */
const serviceName = 'generate';

/** @param modelVersion The version that is being served; undefined before the first load. */
export function createOperations(modelVersion: () => string | undefined, namespace = defaultNamespace): Operations {
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace, serviceName });
  const level =
    (name: 'info' | 'warn' | 'error'): LogLine =>
    (message, fields = {}) =>
      logger[name](message, { model_version: modelVersion(), ...fields });

  const begin = (event: unknown, context: InvocationContext) => {
    logger.addContext(context);
    const requestId = requestIdOf(event);
    if (requestId !== undefined) logger.setCorrelationId(requestId);
    metrics.captureColdStartMetric();
  };
  const end = (context: InvocationContext) => {
    if (metrics.hasStoredMetrics()) {
      metrics.addMetadata('function_request_id', context.awsRequestId);
      metrics.addMetadata('model_version', modelVersion() ?? 'none');
      metrics.publishStoredMetrics();
    }
    logger.resetKeys();
  };

  return {
    log: { info: level('info'), warn: level('warn'), error: level('error') },
    meter: (metric, value) => void metrics.addMetric(metric, metricUnits[metric], value),
    observe: (handler) => async (event, context) => {
      begin(event, context);
      try {
        return await handler(event, context);
      } finally {
        end(context);
      }
    },
  };
}
