/** Numbers that a seed decides: the same seed gives the same run. Mulberry32. */
export interface Random {
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** True once in so many. */
  once(inSoMany: number): boolean;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
  return {
    below,
    pick(list) {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    once: (inSoMany) => below(inSoMany) === 0,
  };
}
