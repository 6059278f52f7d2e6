import type { BenchWorld } from './bench-world.ts';

/** One row of the table: a value, what it is held against in the same run, and what is wanted. */
export interface BenchLine {
  what: string;
  value: number;
  unit: string;
  /** A floor or a peer, in the unit of `value`. */
  beside?: { what: string; value: number };
  target?: { words: string; met: boolean };
  note?: string;
}

/** Something that could not be measured here, and why. */
export interface SkippedLine {
  what: string;
  skipped: string;
}

export type Line = BenchLine | SkippedLine;

export interface Bench {
  name: string;
  title: string;
  run(world: BenchWorld, context: BenchContext): Promise<void>;
}

export interface BenchContext {
  quick: boolean;
  /** Prints the line at once and keeps it for the document. */
  add(line: Line): void;
}

/** The value below which `share` (0 … 1) of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** "12,431", "3.42", "0.018": as many digits as say something. */
export function shownNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** The cells of a line: what, value, beside it, ratio, target. */
export function cells(line: Line): string[] {
  if ('skipped' in line) return [line.what, 'not measured', line.skipped, '', ''];
  const { what, value, unit, beside, target, note } = line;
  return [
    note === undefined ? what : `${what} (${note})`,
    `${shownNumber(value)} ${unit}`,
    beside === undefined ? '' : `${beside.what}: ${shownNumber(beside.value)} ${unit}`,
    beside === undefined || beside.value === 0 ? '' : `${shownNumber(value / beside.value)} ×`,
    target === undefined ? '' : `${target.words}: ${target.met ? 'met' : 'not met'}`,
  ];
}
