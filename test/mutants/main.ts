import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { randomFromSeed } from '../../model/random.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { relatedTests, roomOf } from './related-tests.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

const help = `Breaks the code on purpose, one small change at a time in a copy of it, and counts how often the tests notice.

  npm run mutants -- [--only FOLDERS] [--count N] [--seed S] [--json FILE]

  --only FOLDERS  what is broken, such as model/training,functions; default all of model/training, model/evaluation,
                  model/store, functions and infra
  --count N       how many changes of each room are tried, drawn by lot; default 10
  --seed S        of the lots; default 1. The same seed tries the same changes of the same code
  --json FILE     writes every change and whether it was noticed
  --help          this text

Ten changes take some three minutes. Those that survive are printed: each is a test to write, or changes nothing.
`;

const usual = ['model/training', 'model/evaluation', 'model/store', 'functions', 'infra'];
/** Milliseconds for the tests of one change. */
const limit = 10 * 60_000;

interface Outcome {
  readonly source: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly killed: boolean;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const listed = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

/** Without replacement, by the lots of one seed. */
function draw<T>(from: readonly T[], count: number, seed: number): T[] {
  const random = randomFromSeed(seed);
  const left = [...from];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(random.integer(left.length), 1)[0] as T,
  );
}

/** The nearest tests first; those that are further away only where these noticed nothing. */
async function isKilled(workspace: Workspace, source: string, mutation: Mutation, tests: readonly string[]) {
  const [near, far] = [tests.slice(0, 4), tests.slice(4)];
  return workspace.breaking(
    source,
    mutation,
    async () => (await workspace.fails(near, limit)) || (far.length > 0 && (await workspace.fails(far, limit))),
  );
}

async function main(): Promise<void> {
  const folders = values.only?.split(',') ?? usual;
  const sources = folders.flatMap((folder) => listed(`${folder}/**/*.ts`, `${folder}/*.ts`));
  const workspace = createWorkspace(process.cwd());
  try {
    const tests = await relatedTests(workspace.root, sources, listed('test/**/*.test.ts'));
    const tried = sources.filter((source) => (tests.get(source) ?? []).length > 0);
    for (const source of sources) if (!tried.includes(source)) process.stdout.write(`no test     ${source}\n`);
    const outcomes: Outcome[] = [];
    for (const room of new Set(tried.map(roomOf))) {
      const all = tried
        .filter((source) => roomOf(source) === room)
        .flatMap((source) => mutationsOf(source, workspace.read(source)).map((mutation) => ({ source, mutation })));
      for (const { source, mutation } of draw(all, Number(values.count), Number(values.seed))) {
        const text = workspace.read(source);
        const killed = await isKilled(workspace, source, mutation, tests.get(source) ?? []);
        const from = text.slice(mutation.start, mutation.end).replaceAll(/\s+/g, ' ');
        const outcome = { source, line: mutation.line, from, to: mutation.replacement.replaceAll(/\s+/g, ' '), killed };
        outcomes.push(outcome);
        process.stdout.write(`${killed ? 'noticed ' : 'SURVIVED'}    ${describe(outcome)}\n`);
      }
    }
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcomes, undefined, 2)}\n`);
    process.stdout.write(`\n${scores(outcomes)}\n`);
  } finally {
    workspace.remove();
  }
}

function describe({ source, line, from, to }: Outcome): string {
  const short = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
  return `${source}:${line}  ${short(from)}  ->  ${to === '' || to === ';' ? '(left out)' : short(to)}`;
}

/** A table for CONTRIBUTING. */
function scores(outcomes: readonly Outcome[]): string {
  const rows = [...new Set(outcomes.map(({ source }) => roomOf(source)))].map((room) => {
    const own = outcomes.filter(({ source }) => roomOf(source) === room);
    const killed = own.filter((outcome) => outcome.killed).length;
    return `| \`${room}/\` | ${own.length} | ${killed} | ${Math.round((100 * killed) / own.length)}% |`;
  });
  return ['| folder | tried | noticed | |', '|---|---|---|---|', ...rows].join('\n');
}

if (values.help) process.stdout.write(help);
else await main();
