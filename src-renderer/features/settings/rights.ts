import type { WordKey } from '../../i18n/catalogue.ts';
import { t } from '../../i18n/t.ts';
import type { Offered } from './offered.ts';

/** Sets of rights that a person would give (RFC 4314 letters), from little to all. */
const presets = ['lr', 'lrsw', 'lrswit', 'lrswipkxtea'] as const;

const letters = (rights: string): string => [...new Set(rights)].toSorted().join('');
/** Servers add the old letters c and d to the new ones that they stand for (RFC 4314, 2.1.1). */
const known = (rights: string): string => letters(rights.replace(/[cd\d]/g, ''));

/** The preset that says the same, else the letters. */
export function rightsValue(rights: string): string {
  return presets.find((preset) => known(preset) === known(rights)) ?? rights;
}

export function rightsWords(rights: string): string {
  if (rights === '') return t('props.rights.none');
  const value = rightsValue(rights);
  return (presets as readonly string[]).includes(value)
    ? t(`props.rights.${value}` as WordKey)
    : t('props.rights.other', { rights });
}

/** The choices, and the rights as they are where no choice says them. */
export function rightsOffered(rights: string): Offered[] {
  const all = presets.map((preset) => ({ value: preset, label: rightsWords(preset) }));
  const value = rightsValue(rights);
  return all.some((one) => one.value === value) ? all : [...all, { value, label: rightsWords(rights) }];
}
