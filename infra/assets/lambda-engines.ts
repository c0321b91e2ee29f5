/** What draws the cars in a function: ONNX Runtime's native library, its WebAssembly build, or TensorFlow.js. */
export type LambdaEngineName = 'native' | 'wasm' | 'tfjs' | 'none';

/** How a function is built for one engine; modules are named from the project's folder. */
export interface LambdaEngine {
  /** What stays a package: its own code finds a library by a path. */
  readonly external: readonly string[];
  /** What of which package goes beside the handler: a folder, and the names of its files. Each `package.json` goes too. */
  readonly files: readonly { readonly package: string; readonly folder: string; readonly names: RegExp }[];
  /** Modules that are left out of the handler, because they are only imported when another engine is asked for. */
  readonly leftOut: readonly string[];
  /** A module, and the one that takes its place. */
  readonly replaced: Readonly<Record<string, string>>;
  /** A package's module, what stands in it once and no bundler can follow, and what is to stand there. */
  readonly edited: Readonly<Record<string, { readonly from: RegExp; readonly to: string }>>;
}

/** Where the package keeps what Linux x64 needs. */
const nativeLibrary = 'onnxruntime-node/bin/napi-v6/linux/x64';
const tensorflow = ['model/engine/tfjs.ts', 'model/bundle/tfjs-format.ts'];
/** No types and no source maps. */
const scripts = /\.js$|^package\.json$/;

export const lambdaEngines: Readonly<Record<LambdaEngineName, LambdaEngine>> = {
  /** For functions that draw nothing themselves. */
  none: { external: [], files: [], leftOut: [], replaced: {}, edited: {} },
  /** Only what Linux x64 needs: the package has 250 MB for five platforms. */
  native: {
    external: [`${nativeLibrary}/*`],
    files: [{ package: 'onnxruntime-node', folder: 'bin/napi-v6/linux/x64', names: /./ }],
    leftOut: tensorflow,
    replaced: { 'model/engine/runtime.ts': 'model/engine/runtime-native.ts' },
    edited: {
      'node_modules/onnxruntime-node/dist/binding.js': {
        from: /require\(`[^`]*onnxruntime_binding\.node`\)/g,
        to: `require('${nativeLibrary}/onnxruntime_binding.node')`,
      },
    },
  },
  /** Any processor. Of the package's 140 MB, three files; the library in it is the one without a GPU. */
  wasm: {
    external: ['onnxruntime-web'],
    files: [
      {
        package: 'onnxruntime-web',
        folder: 'dist',
        names: /^(ort\.node\.min\.mjs|ort-wasm-simd-threaded\.(mjs|wasm))$/,
      },
      { package: 'onnxruntime-common', folder: 'dist/esm', names: scripts },
    ],
    leftOut: tensorflow,
    replaced: { 'model/engine/runtime.ts': 'model/engine/runtime-wasm.ts' },
    edited: {},
  },
  /** Its packages, with 600 MB of a library, are in the image that the handler goes into. */
  tfjs: {
    external: ['@tensorflow/*'],
    files: [],
    leftOut: ['model/engine/onnx.ts'],
    replaced: {},
    edited: {},
  },
};
