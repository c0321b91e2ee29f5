import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type LambdaEngine, type LambdaEngineName, lambdaEngines } from './lambda-engines.ts';

/** The source of each function's handler. */
const handlers = {
  generate: 'functions/generate/lambda/handler.ts',
  promote: 'functions/promote/handler.ts',
  bulk: 'functions/bulk/handler.ts',
  check: 'functions/check/handler.ts',
  choices: 'functions/choices/handler.ts',
} as const;

export interface LambdaAssetOptions {
  /** The project's folder, with `node_modules` and, after `npm run build`, `dist/page`. */
  readonly root: string;
  /** Where the files go; wiped first. */
  readonly folder: string;
  /** Which function. */
  readonly name: keyof typeof handlers;
  /** What draws in it; by default ONNX Runtime's native library, for Linux x64. */
  readonly engine?: LambdaEngineName | undefined;
}

export interface LambdaAsset {
  readonly folder: string;
  /** The packages that the bundled handler still imports by name, sorted. */
  readonly packages: readonly string[];
}

/**
 * Makes the folder that becomes a function's zip, or goes into its image: `handler.mjs` and `chunks/` with everything bundled in,
 * beside it what its engine needs, and, for `generate`, the explorer page. What is imported when it is needed is a chunk by itself,
 * so that a start reads what it runs.
 */
export async function buildLambdaAsset(options: LambdaAssetOptions): Promise<LambdaAsset> {
  const { root, folder, name } = options;
  const engine = lambdaEngines[options.engine ?? 'native'];
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { handler: handlers[name] },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Packages' ES modules leave out what is not used.
    mainFields: ['module', 'main'],
    external: [...engine.external, ...engine.leftOut.map((file) => path.join(root, file))],
    plugins: [replace(root, engine.replaced), edit(root, engine.edited), oneLanguage],
    // Names stay, so that a stack trace in the log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // Some bundled packages are CommonJS and require Node's own modules.
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  });
  const modules = (base: string) => path.join(base, 'node_modules');
  for (const files of engine.files) await copyFiles(modules(root), modules(folder), files);
  if (name === 'generate') await cp(path.join(root, 'dist/page'), path.join(folder, 'page'), { recursive: true });
  return { folder, packages: staticPackages(metafile) };
}

/** Of the fifty languages that zod has its messages in, nearly a fifth of the code, those of the default stay. */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup({ onLoad }) {
    const contents = "export { default as en } from './en.js';";
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path: file }) => ({
      contents,
      resolveDir: path.dirname(file),
    }));
  },
};

/** Puts one module in the place of another, wherever that is imported. */
function replace(root: string, modules: LambdaEngine['replaced']): Plugin {
  return {
    name: 'replace',
    setup({ onLoad }) {
      for (const [module, other] of Object.entries(modules)) {
        const contents = `export * from ${JSON.stringify(path.join(root, other))};`;
        onLoad({ filter: onlyFile(root, module) }, ({ path: file }) => ({ contents, resolveDir: path.dirname(file) }));
      }
    },
  };
}

function edit(root: string, modules: LambdaEngine['edited']): Plugin {
  return {
    name: 'edit',
    setup({ onLoad }) {
      for (const [module, { from, to }] of Object.entries(modules))
        onLoad({ filter: onlyFile(root, module) }, async ({ path: file }) => {
          const text = await readFile(file, 'utf8');
          const times = text.match(from)?.length ?? 0;
          if (times !== 1) return { errors: [{ text: `${module} holds ${from} ${times} times instead of once.` }] };
          return { contents: text.replace(from, to) };
        });
    },
  };
}

function onlyFile(root: string, module: string): RegExp {
  return new RegExp(`^${path.join(root, module).replaceAll(/[.\\]/g, '\\$&')}$`);
}

async function copyFiles(from: string, to: string, { package: name, folder, names }: LambdaEngine['files'][number]) {
  const wanted = (await readdir(path.join(from, name, folder))).filter((file) => names.test(file));
  for (const file of ['package.json', ...wanted.map((wantedName) => path.join(folder, wantedName))])
    await cp(path.join(from, name, file), path.join(to, name, file));
}

function staticPackages({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const names = imports
    .filter(({ external, kind, path: name }) => external && kind !== 'dynamic-import' && !isBuiltin(name))
    .map(({ path: name }) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(names)].sort();
}
