import { t } from '../../i18n/t.ts';
import type { ComposerSession } from './composer-session.svelte.ts';

/** What keeps a message from being sent, in words that say what mends it; null: nothing. */
export function obstacleTo(session: ComposerSession): string | null {
  const failed = session.attachments.failed;
  if (session.recipients.length === 0) return t('compose.noRecipient');
  if (session.invalid > 0) return t('compose.badRecipients', { count: session.invalid });
  if (session.attachments.reading) return t('compose.filesBusy');
  return failed === null ? null : t('compose.fileFailed', { detail: failed.problem ?? '' });
}
