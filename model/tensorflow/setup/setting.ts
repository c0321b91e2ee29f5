/** What the steps of the setup know of the world. */
export interface Setting {
  /** The project's folder, absolute: the one with `package.json` and `node_modules`. */
  readonly root: string;
  /** Environment variables: for the cache folder, the compiler, and the programs that the steps start. */
  readonly env: NodeJS.ProcessEnv;
  /** Is told what happens, a line at a time. */
  readonly report: (line: string) => void;
}
