import { t } from '../i18n/t.ts';

/** The three ways to keep mail, each with the sentence that says what it means. */
export const modeOptions = (): {
  value: 'disconnected' | 'online' | 'offline';
  name: string;
  words: string;
}[] =>
  (['disconnected', 'online', 'offline'] as const).map((value) => ({
    value,
    name: t(`mode.${value}`),
    words: t(`mode.${value}Words`),
  }));
