import { Choice, Condition, type IChainable, JsonPath, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ExecutionFailure } from './execution-failure.ts';

export interface ExecutionInput {
  /** What holds where the execution's input says nothing else. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Those of them that have to be objects; `usable` finds each as a text below `$.texts`. */
  readonly objects: readonly string[];
  readonly usable: Condition;
  /** The same in a sentence, for whoever gave another input. */
  readonly rules: string;
}

/** Whether a text that `States.JsonToString` wrote is that of an object; that of a text would begin with a quote. */
const isObject = (path: string) => Condition.stringMatches(path, '{*');

/** What a value of an object begins with, behind its name and a colon, when it is no text. */
const noTexts = [...'0123456789-tfn[{'];

/** Whether the object of that name, one of `objects`, holds texts only. */
export function holdsTexts(name: string): Condition {
  return Condition.not(
    Condition.or(...noTexts.map((start) => Condition.stringMatches(`$.texts.${name}`, `*":${start}*`))),
  );
}

/**
 * The beginning of a state machine: lays the execution's input over the defaults, and refuses what cannot be used. The
 * language knows no test for objects, and handed anything else a merge or a task ends the execution past every notice:
 * so they are looked at as texts first.
 */
export function checkInput(
  scope: Construct,
  { defaults, objects, usable, rules }: ExecutionInput,
  next: IChainable,
  failure: ExecutionFailure,
): IChainable {
  const refuse = failure.because('InvalidInput', rules);
  const textOf = (path: string) => JsonPath.jsonToString(JsonPath.objectAt(path));
  const read = new Pass(scope, 'Defaults', {
    parameters: { defaults, given: JsonPath.entirePayload, text: textOf('$') },
  });
  const complete = new Pass(scope, 'Complete', {
    parameters: { input: JsonPath.jsonMerge(JsonPath.objectAt('$.defaults'), JsonPath.objectAt('$.given')) },
    outputPath: '$.input',
  });
  const write = () =>
    new Pass(scope, 'WriteObjects', {
      parameters: Object.fromEntries(objects.map((name) => [name, textOf(`$.${name}`)])),
      resultPath: '$.texts',
    });
  const isUsable = Condition.and(...objects.map((name) => isObject(`$.texts.${name}`)), usable);
  const looked = objects.length === 0 ? complete : complete.next(write());
  looked.next(new Choice(scope, 'Usable?').when(isUsable, next).otherwise(refuse));
  return read.next(new Choice(scope, 'AnObject?').when(isObject('$.text'), complete).otherwise(refuse));
}
