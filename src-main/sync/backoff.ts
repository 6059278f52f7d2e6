const first = 5_000;
const most = 30 * 60_000;
export const longestWaitMs = most * 1.2;

/** 5 s, doubling to 30 min, ± 20 % so that many accounts do not knock at once. `tries` counts failures so far. */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  const plain = Math.min(most, first * 2 ** Math.min(tries, 20));
  return Math.round(plain * (0.8 + 0.4 * random()));
}
