import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HttpResult } from '../../functions/generate/lambda/http-event.ts';
import { httpEvent } from '../support/lambda-events.ts';
import { startFunction } from '../support/programs.ts';
import { startStore } from './built-function.ts';
import { buildOnce } from './lambda-output.ts';

let built: Awaited<ReturnType<typeof buildOnce>>;
beforeAll(async () => {
  built = await buildOnce();
});
afterAll(() => built.remove());

/** Milliseconds, more than the five seconds that one attempt at an object may take and the half second of grace. */
const frozenFor = 6000;

interface Freeze {
  /** The request at which the function is frozen. */
  readonly at: string;
  /** What becomes of that request meanwhile. */
  readonly answer: 'arrives' | 'is lost' | 'is cut off';
  /** Whether the next attempt meets the same. */
  readonly twice?: boolean;
}

const objects = ['models/current.json', 'models/noise/manifest.json', 'models/noise/generator.onnx'];
const freezes: Freeze[] = [
  ...objects.flatMap((at) => (['arrives', 'is lost', 'is cut off'] as const).map((answer) => ({ at, answer }))),
  { at: 'models/noise/generator.onnx', answer: 'is lost', twice: true },
];

/** Freezes the function once, or twice, and returns what the event that waited got, and what of the log an alarm would count. */
async function thawed({ at, answer, twice }: Freeze) {
  const { s3, environment } = await startStore();
  let left = twice ? 2 : 1;
  s3.fault = (incoming, outgoing) => {
    if (left === 0 || !incoming.url?.includes(at)) return false;
    left -= 1;
    running.child.kill('SIGSTOP');
    setTimeout(() => running.child.kill('SIGCONT'), frozenFor);
    if (answer === 'is cut off') outgoing.destroy();
    return answer !== 'arrives';
  };
  const running = startFunction(built.asset.folder, environment);
  const result = (await running.invoke(httpEvent('/car.png'))) as HttpResult;
  running.child.kill();
  const alarming = running.log.filter((line) => /"level":"(ERROR|WARN)"|FailedLoads|RefusedSwaps/.test(line));
  return { at, answer, left, status: result.statusCode, body: result.body, alarming };
}

// Each object's at once, since most of the time is spent frozen.
it.each(objects)(
  'frozen while it asks for %s, the function loads on in silence once it is thawed',
  async (object) => {
    for (const { body, ...outcome } of await Promise.all(freezes.filter(({ at }) => at === object).map(thawed))) {
      expect(outcome).toEqual({ at: object, answer: outcome.answer, left: 0, status: 200, alarming: [] });
      expect(PNG.sync.read(Buffer.from(body, 'base64'))).toMatchObject({ width: 32, height: 32 });
    }
  },
  120_000,
);
