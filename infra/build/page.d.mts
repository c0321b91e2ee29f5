/** Builds the pages into `outdir`. */
export function buildPage(root: string, outdir: string): Promise<void>;
