/** Which pictures count as the same: those whose packed pixels are equal, or those that look alike too. */
export const duplicateKinds = ['exact', 'near'] as const;
export type DuplicateKind = (typeof duplicateKinds)[number];
