import type { WordKey } from '../../i18n/catalogue.ts';
import { t } from '../../i18n/t.ts';

export interface Offered {
  value: string;
  label: string;
}

/** Choices whose words are in the catalogue below `prefix`. */
export function offered(prefix: string, all: readonly (string | number)[]): Offered[] {
  return all.map((value) => ({ value: String(value), label: t(`${prefix}.${String(value)}` as WordKey) }));
}

/** A value that is not among the offered ones is shown as it is, in the words of `say`. */
export function withCurrent(all: Offered[], current: number, say: (value: number) => string): Offered[] {
  const value = String(current);
  return all.some((one) => one.value === value) ? all : [...all, { value, label: say(current) }];
}
