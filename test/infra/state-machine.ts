import type { Template } from 'aws-cdk-lib/assertions';
import { type RunOptions, StateMachine } from 'aws-local-stepfunctions';
import { textOf } from './policies.ts';

/** What each task state does, by its name: gets the parameters that AWS would get, returns AWS's answer or throws. */
export type Tasks = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;

export interface Outcome {
  readonly status: 'succeeded' | 'failed';
  /** What the execution returned. */
  readonly output?: unknown;
  /** Every state that was entered, in order. */
  readonly states: readonly string[];
}

/** An error as a service gives it to Step Functions: `Error` is what states are caught by, `Cause` the sentence. */
export function serviceError(name: string, cause: string): Error {
  return Object.assign(new Error(cause), { name });
}

// The interpreter is written for Node 22, and this is all of it that Node 20 lacks.
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    value: () => {
      const resolvers: Record<string, unknown> = {};
      resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
      return resolvers;
    },
  });
}

type Definition = ConstructorParameters<typeof StateMachine>[0];

/** The state machine of a template whose logical name begins with `name`, as JSON. */
export function definitionOf(template: Template, name: string): Definition {
  const machines = Object.entries(template.findResources('AWS::StepFunctions::StateMachine'));
  const [, machine] = machines.find(([id]) => id.startsWith(name)) ?? [];
  const text = textOf(machine?.Properties.DefinitionString).replaceAll('<AWS::Partition>', 'aws');
  return JSON.parse(text);
}

/**
 * Interprets a state machine of a template, with `tasks` in AWS's place and no waiting between retries. `change` has its
 * say before, for what the interpreter does not know.
 */
export function runMachine(
  template: Template,
  name: string,
  tasks: Tasks,
  change = (definition: Definition) => definition,
): (input: unknown) => Promise<Outcome> {
  const definition = change(definitionOf(template, name));
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const retryIntervalOverrides = Object.fromEntries(Object.keys(definition.States).map((name) => [name, 0]));
  return async (input) => {
    const states: string[] = [];
    const execution = machine.run(JSON.parse(JSON.stringify(input)), {
      overrides: { taskResourceLocalHandlers: tasks, retryIntervalOverrides },
      context: { Execution: { Name: 'run-1', Id: 'arn:aws:states:eu-central-1:123456789012:execution:cars:run-1' } },
    });
    const listen = (async () => {
      for await (const event of execution.eventLogs) {
        if (event.type === 'StateEntered') states.push(event.state.name);
      }
    })();
    const result = await execution.result.then(
      (output) => ({ status: 'succeeded' as const, output }),
      (error: Error) => ({ status: 'failed' as const, output: error.message }),
    );
    await listen;
    return { ...result, states };
  };
}
