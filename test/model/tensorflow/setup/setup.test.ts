import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FreshcarError } from '../../../../model/errors.ts';
import { type SetupOptions, setupTensorflow } from '../../../../model/tensorflow/setup/setup.ts';
import { compiler, madeAddon, madeLibrary, makeWorld, otherIndex, python, type World, wheelBytes } from './world.ts';

/** The error of a setup that cannot finish: one sentence, of the code that ends the command with 1. */
async function refusal({ options }: World, changes: Partial<SetupOptions> = {}): Promise<string> {
  const error = await setupTensorflow({ ...options, ...changes }).catch((thrown: unknown) => thrown);
  if (!(error instanceof FreshcarError)) throw error ?? new Error('it finished');
  expect(error.code).toBe('missing-dependency');
  expect(error.message).toMatch(/^[^\n]+\.$/);
  return error.message;
}

/** The options with another environment; undefined takes a variable away. */
function withEnvironment({ options }: World, changes: NodeJS.ProcessEnv): Partial<SetupOptions> {
  return { env: { ...options.env, ...changes } };
}

async function programsCalled(world: World): Promise<string[]> {
  return (await world.calls()).map((call) => call.split(' ').slice(0, 3).join(' '));
}

describe('the setup of TensorFlow', () => {
  it('fetches, unpacks, compiles and proves where nothing is there', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    expect(await readFile(join(world.root, madeLibrary), 'utf8')).toBe('library');
    expect(await readFile(join(world.root, madeAddon), 'utf8')).toBe('addon');
    expect(await readFile(world.kept, 'utf8')).toBe(wheelBytes);
    expect(world.reported.at(-1)).toBe("Done: TensorFlow's native library works.");
    const [npm, pip, unpacking, compiling] = await world.calls();
    expect(npm).toMatch(/^npm install .*--ignore-scripts/);
    expect(pip).toMatch(/^python3 -m pip download .*--no-deps .*tensorflow-cpu==2\.15\.1$/);
    expect(unpacking).toContain(`${world.kept} `);
    expect(compiling).toMatch(/^g\+\+ -shared .*-ltensorflow .*-rpath,\$ORIGIN\/\.\.\/\.\.\/deps\/lib$/);
  });

  it('leaves nothing temporary behind', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    const left = [...(await readdir(world.root, { recursive: true })), ...(await readdir(dirname(world.kept)))];
    expect(left.filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(await readdir(dirname(world.kept))).toEqual([basename(world.kept)]);
  });

  it('says that it works already and does nothing when it is repeated', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    const before = [await world.calls(), await stat(join(world.root, madeAddon))];
    world.reported.length = 0;
    await setupTensorflow(world.options);
    expect(world.reported).toEqual(["TensorFlow's native library works already; nothing to do."]);
    expect([await world.calls(), await stat(join(world.root, madeAddon))]).toEqual(before);
  });

  it('does nothing where it works, whatever the machine', async () => {
    const world = await makeWorld();
    const machine = { platform: 'darwin', arch: 'arm64', glibc: undefined } as const;
    await setupTensorflow({ ...world.options, machine, proof: ['-e', '0'] });
    expect(await world.calls()).toEqual([]);
  });

  it('finishes what was interrupted, without fetching or unpacking again', async () => {
    const world = await makeWorld();
    await world.program('g++', 'exit 1');
    await refusal(world);
    await world.program('g++', compiler);
    const before = (await world.calls()).length;
    await setupTensorflow(world.options);
    expect((await programsCalled(world)).slice(before).map((call) => call.split(' ')[0])).toEqual(['g++']);
  });

  it('unpacks again from the cache, without pip, when the library has gone', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    await rm(dirname(dirname(join(world.root, madeLibrary))), { recursive: true });
    await setupTensorflow(world.options);
    expect((await programsCalled(world)).filter((call) => call === 'python3 -m pip')).toHaveLength(1);
    expect(world.reported).toContain(`Using ${world.kept}.`);
  });

  it('takes the npm that the shell would, where npm did not start it', async () => {
    const world = await makeWorld();
    const { npm_execpath: script = '', ...env } = world.options.env;
    await symlink(script, join(String(env.PATH), 'npm'));
    await setupTensorflow({ ...world.options, env });
    expect((await world.calls())[0]).toMatch(/^npm install/);
  });

  it('leaves packages that are there as they are', async () => {
    const world = await makeWorld();
    const needed = join(world.root, 'node_modules/needed/package.json');
    await mkdir(dirname(needed), { recursive: true });
    await writeFile(needed, '{"version":"1.0.7"}');
    await setupTensorflow(world.options);
    expect(await readFile(needed, 'utf8')).toBe('{"version":"1.0.7"}');
  });

  it('clears away what a run that was killed left at temporary names', async () => {
    const world = await makeWorld();
    // No process has this id: the highest that Linux gives is 4194304.
    const left = `${world.kept}.4194305.tmp`;
    await mkdir(dirname(left), { recursive: true });
    await writeFile(left, 'half a wheel');
    await setupTensorflow(world.options);
    expect(await readdir(dirname(world.kept))).toEqual([basename(world.kept)]);
  });
});

describe('a wheel', () => {
  it('that is damaged in the cache is fetched again', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    await writeFile(world.kept, wheelBytes.slice(0, -1));
    await rm(join(world.root, 'node_modules/@tensorflow/tfjs-node'), { recursive: true });
    await setupTensorflow(world.options);
    expect(world.reported).toContain(`${world.kept} is damaged; fetching it again.`);
    expect((await programsCalled(world)).filter((call) => call === 'python3 -m pip')).toHaveLength(2);
    expect(await readFile(world.kept, 'utf8')).toBe(wheelBytes);
  });

  it('that is another than the known one is refused by its SHA-256 and not kept', async () => {
    const world = await makeWorld();
    await world.program('python3', otherIndex);
    expect(await refusal(world)).toMatch(/has another tensorflow-cpu==2\.15\.1 .*SHA-256 [0-9a-f]{64} instead of/);
    expect(await readdir(dirname(world.kept))).toEqual([]);
  });

  it('that pip says it fetched, but did not, is refused', async () => {
    const world = await makeWorld();
    await world.program('python3', python({ pip: ':' }));
    expect(await refusal(world)).toContain('SHA-256 of nothing');
  });

  it('that lacks the library is refused', async () => {
    const world = await makeWorld();
    await world.program('python3', python({ unpack: 'mkdir -p "$4/tensorflow"' }));
    expect(await refusal(world)).toContain('does not hold the library');
    expect(await readdir(join(world.root, 'node_modules/@tensorflow/tfjs-node'))).not.toContain('deps');
  });
});

describe('what is missing is said in one sentence:', () => {
  it('Python', async () => {
    const world = await makeWorld();
    await rm(join(String(world.options.env.PATH), 'python3'));
    expect(await refusal(world)).toContain('Python is missing: install python3 with pip');
  });

  it('Python, where the wheel is in the cache', async () => {
    const world = await makeWorld();
    await setupTensorflow(world.options);
    await rm(join(world.root, 'node_modules/@tensorflow/tfjs-node'), { recursive: true });
    await rm(join(String(world.options.env.PATH), 'python3'));
    expect(await refusal(world)).toBe('Python is missing: install python3, then run this again.');
  });

  it.each([
    ['pip', '/usr/bin/python3: No module named pip', 'Python has no pip here: install it'],
    [
      'the network',
      'WARNING: retrying\nERROR: Could not find a version that satisfies the requirement\n',
      'pip could not fetch tensorflow-cpu==2.15.1 (Could not find a version that satisfies the requirement): check the network',
    ],
    ['room for the wheel', 'OSError: [Errno 28] No space left on device', 'The disk filled up while pip was fetching'],
  ])('%s', async (_, stderr, sentence) => {
    const world = await makeWorld();
    await world.program('python3', python({ pip: `printf '%s' '${stderr}' >&2; exit 1` }));
    expect(await refusal(world)).toContain(sentence);
  });

  it('room for the wheel, before it is fetched', async () => {
    const world = await makeWorld();
    const wheel = { ...world.options.wheel, bytes: 1e18 };
    expect(await refusal(world, { wheel })).toMatch(
      /has \d+ MB free and the library needs 1000000000000 MB: make room/,
    );
    expect(await programsCalled(world)).not.toContain('python3 -m pip');
  });

  it.each([
    ['room for the library', 'OSError: [Errno 28] No space left on device', 'The disk filled up while unpacking into'],
    ['a whole wheel', 'Traceback\nzipfile.BadZipFile: Error -3\n', 'Python could not unpack'],
  ])('%s', async (_, stderr, sentence) => {
    const world = await makeWorld();
    await world.program('python3', python({ unpack: `printf '%s' '${stderr}' >&2; exit 1` }));
    expect(await refusal(world)).toContain(sentence);
  });

  it('a C++ compiler', async () => {
    const world = await makeWorld();
    await rm(join(String(world.options.env.PATH), 'g++'));
    expect(await refusal(world)).toContain('No C++ compiler was found: install one');
  });

  it('the compiler that CXX names, although another is there', async () => {
    const world = await makeWorld();
    expect(await refusal(world, withEnvironment(world, { CXX: 'no-such-compiler -O1' }))).toContain('name one in CXX');
    expect(await programsCalled(world)).not.toContain('g++ -shared');
  });

  it('what the compiler misses, by the line that says it', async () => {
    const world = await makeWorld();
    await world.program('g++', 'echo "a.cc:3: fatal error: node_api.h: No such file" >&2; echo "1 stop." >&2; exit 1');
    expect(await refusal(world)).toContain('(a.cc:3: fatal error: node_api.h: No such file)');
  });

  it.each([
    ['request to http://localhost:1/x failed, reason: connect ECONNREFUSED', 'check the network or the registry'],
    ['ENOSPC: no space left on device, write', 'ENOSPC: no space left on device'],
  ])('the npm package: %s', async (error, sentence) => {
    const world = await makeWorld();
    await writeFile(
      String(world.options.env.npm_execpath),
      `console.error('npm error ' + ${JSON.stringify(error)}); process.exit(1);`,
    );
    expect(await refusal(world)).toContain(sentence);
  });

  it.each([
    [{ platform: 'linux', arch: 'x64', glibc: undefined } as const, 'needs the GNU C library'],
    [{ platform: 'linux', arch: 'arm64', glibc: '2.36' } as const, 'for Linux on x64 only, and here is linux on arm64'],
    [{ platform: 'darwin', arch: 'x64', glibc: undefined } as const, 'and here is darwin on x64'],
  ])('a machine that the library supports, unlike %j', async (machine, sentence) => {
    const world = await makeWorld();
    expect(await refusal(world, { machine })).toContain(sentence);
    expect(await world.calls()).toEqual([]);
  });

  it('a cache folder that can be written', async () => {
    const world = await makeWorld();
    const file = join(world.root, 'package.json');
    const message = await refusal(world, withEnvironment(world, { XDG_CACHE_HOME: file }));
    expect(message).toContain('a part of the path is a file, not a folder');
    expect(message).toContain('set XDG_CACHE_HOME');
  });

  it('a node_modules that can be written', async () => {
    const world = await makeWorld();
    await rm(join(world.root, 'node_modules'), { recursive: true });
    await writeFile(join(world.root, 'node_modules'), 'a file');
    expect(await refusal(world)).toContain(join(world.root, 'node_modules'));
  });

  it('a processor that can run the library, and takes away the addon that would crash', async () => {
    const world = await makeWorld();
    const crash =
      "const { existsSync } = require('node:fs'); if (existsSync(process.argv[1])) process.kill(process.pid, 'SIGILL'); else process.exit(1)";
    const message = await refusal(world, { proof: ['-e', crash, join(world.root, madeAddon)] });
    expect(message).toContain('this processor lacks instructions (AVX)');
    await expect(stat(join(world.root, madeAddon))).rejects.toThrow('ENOENT');
  });

  it('what the proof says, when the library is there and does not load', async () => {
    const world = await makeWorld();
    const message = await refusal(world, {
      proof: ['-e', 'console.error("TensorFlow\'s native library does not load: bad."); process.exit(1)'],
    });
    expect(message).toBe("TensorFlow's native library does not load: bad (exit code 1).");
  });
});
