import type { IconName } from './icons.ts';

/** One line of a list to choose from by typing. */
export interface Choice {
  id: string;
  name: string;
  group: string;
  icon?: IconName;
  /** What stands at the end: an account with its colour. */
  where?: { text: string; color: number };
  /** What was typed is not marked in the name. */
  literal?: boolean;
  keys?: readonly (readonly string[])[];
  run(): void;
}

/** How well `name` answers to what was typed; 0: not at all. Beginnings of words before the middle of words. */
export function matchRank(name: string, typed: string): number {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  const text = name.toLowerCase();
  if (text.startsWith(wanted)) return 4;
  if (text.split(/[\s/.·_-]+/).some((word) => word.startsWith(wanted))) return 3;
  if (text.includes(wanted)) return 2;
  return wanted.includes(' ') && wanted.split(/\s+/).every((part) => text.includes(part)) ? 1 : 0;
}
