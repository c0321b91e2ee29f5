/** Pictures in groups, each alone at first (disjoint sets, whose ways to the root are halved when they are walked). */
export interface Groups {
  /** Makes the groups of two pictures one, unless that would have more than `largest` of them. */
  join(one: number, other: number, largest?: number): void;
  /** For each picture the lowest number in its group. */
  firsts(): Uint32Array;
}

export function createGroups(count: number): Groups {
  const parents = Uint32Array.from({ length: count }, (_, index) => index);
  const sizes = new Uint32Array(count).fill(1);

  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] as number] as number;
      root = parents[root] as number;
    }
    return root;
  };

  return {
    join: (one, other, largest = Number.POSITIVE_INFINITY) => {
      const [a, b] = [rootOf(one), rootOf(other)];
      const size = (sizes[a] as number) + (sizes[b] as number);
      if (a === b || size > largest) return;
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      parents[high] = low;
      sizes[low] = size;
    },
    firsts: () => parents.map((_, index) => rootOf(index)),
  };
}
