import { catalogue, type WordKey } from './catalogue.ts';

export type Values = Readonly<Record<string, string | number>>;

const plurals = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/**
 * The words for `key`. `{name}` is replaced by the value of that name, numbers with thousands marks.
 * Where the catalogue has several forms, the value `count` chooses.
 */
export function t(key: WordKey, values: Values = {}): string {
  const entry: string | { one: string; other: string } = catalogue[key];
  const text =
    typeof entry === 'string'
      ? entry
      : plurals.select(Number(values['count'] ?? 0)) === 'one'
        ? entry.one
        : entry.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** A number as people read it: 12,431. */
export function formatNumber(value: number): string {
  return numbers.format(value);
}
