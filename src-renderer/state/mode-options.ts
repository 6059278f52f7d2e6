import type { AccountMode, AccountSettings } from '../../src-shared/model/account.ts';
import { t } from '../i18n/t.ts';

type Protocol = AccountSettings['incoming']['protocol'];

/** The sentence that says what a mode means; POP3 has no folders on the server to be in step with. */
export function modeWords(mode: AccountMode, protocol: Protocol = 'imap'): string {
  return protocol === 'pop3' ? t(`mode.pop3.${mode}Words`) : t(`mode.${mode}Words`);
}

/** The three ways to keep mail, each with the sentence that says what it means. */
export const modeOptions = (
  protocol: Protocol = 'imap',
): { value: AccountMode; name: string; words: string }[] =>
  (['disconnected', 'online', 'offline'] as const).map((value) => ({
    value,
    name: t(`mode.${value}`),
    words: modeWords(value, protocol),
  }));
