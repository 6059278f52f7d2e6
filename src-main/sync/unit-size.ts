import type { Clock } from '../platform/clock.ts';

/** What is more urgent waits for one unit of bulk work, 250 ms at most; the next unit may go half as fast as the last. */
const aimMs = 125;

export interface UnitLimits {
  /** So little (about 256 KB) is one unit on any connection, however slow. */
  least: number;
  first: number;
  most: number;
}

/** How much one unit of bulk work holds: as much as the connection last did in an eighth of a second. */
export interface UnitSize {
  now(): number;
  /**
   * Does one unit that holds so much, and learns from how long it took. Where the amount is known only afterwards it is
   * asked for then; 0: too little to learn from.
   */
  measure<T>(amount: number | (() => number), work: () => Promise<T>): Promise<T>;
}

export function createUnitSize(
  { least, first, most }: UnitLimits,
  clock: Pick<Clock, 'monotonic'>,
): UnitSize {
  let size = first;
  return {
    now: () => size,
    async measure(amount, work) {
      const begun = clock.monotonic();
      const result = await work();
      const took = Math.max(1, clock.monotonic() - begun);
      const held = typeof amount === 'number' ? amount : amount();
      if (held === 0) return result;
      const fits = Math.floor((held * aimMs) / took);
      size = Math.max(least, Math.min(fits, 2 * size, most));
      return result;
    },
  };
}

/** Rows in one FETCH of a first sync; a row is about 1 KB on the wire. */
export const rowUnits: UnitLimits = { least: 100, first: 250, most: 1_000 };
/**
 * Bytes of bodies in one FETCH. Read, kept and written together: 25 messages at a time cost half as much again in
 * processor time as 200.
 */
export const bodyUnits: UnitLimits = { least: 256 * 1024, first: 256 * 1024, most: 2 * 1024 * 1024 };
/** Bytes of one piece of a large message. */
export const pieceUnits: UnitLimits = { least: 256 * 1024, first: 256 * 1024, most: 4 * 1024 * 1024 };
