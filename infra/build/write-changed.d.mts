export function writeChanged(file: string, contents: Uint8Array | string): Promise<void>;
export function isUnwritable(error: unknown): boolean;
