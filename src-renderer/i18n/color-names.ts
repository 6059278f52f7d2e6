import { t } from './t.ts';

/** The eight account colours by their number in tokens.css. */
export function colorNames(): string[] {
  return ([0, 1, 2, 3, 4, 5, 6, 7] as const).map((color) => t(`color.${color}`));
}
