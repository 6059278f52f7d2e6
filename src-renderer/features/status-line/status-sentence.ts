import type { AccountView } from '../../../src-shared/ipc/areas/account.ts';
import type { AppInfo } from '../../../src-shared/ipc/areas/app.ts';
import type { JournalEntry } from '../../../src-shared/ipc/areas/journal.ts';
import type { OutboxItem } from '../../../src-shared/ipc/areas/sending.ts';
import { clockTime } from '../../i18n/dates.ts';
import { t } from '../../i18n/t.ts';
import { notReached } from '../../state/not-reached.ts';
import type { IconName } from '../../ui/icons.ts';

export interface StatusFacts {
  info: AppInfo | null;
  accounts: readonly AccountView[];
  journal: readonly JournalEntry[];
  outbox: readonly OutboxItem[];
}

export interface StatusSentence {
  icon: IconName;
  tone: 'good' | 'bad' | 'plain';
  text: string;
  /** Spoken: without the numbers that change all the time. */
  spoken: string;
  progress: { done: number; total: number } | null;
}

/** The one true sentence about the mail: what needs the user first, then what is under way, then "up to date". */
export function statusSentence({ info, accounts, journal, outbox }: StatusFacts): StatusSentence {
  const plain = (icon: IconName, text: string, more: Partial<StatusSentence> = {}): StatusSentence => ({
    icon,
    tone: 'plain',
    text,
    spoken: text,
    progress: null,
    ...more,
  });
  const bad = (text: string, icon: IconName = 'alert'): StatusSentence => plain(icon, text, { tone: 'bad' });
  const nameOf = (account: AccountView): string => (account.name === '' ? account.address : account.name);

  if (info?.secrets === 'locked' && accounts.length > 0) return bad(t('status.locked'), 'lock');
  if (accounts.length === 0) return plain('inbox', t('status.noAccounts'));
  const changes = [
    ...journal.filter((entry) => entry.state !== 'cancelled' && entry.state !== 'done'),
    // A mail for later waits for its time, not for the network.
    ...outbox.filter((item) => item.state === 'queued'),
  ];
  const waiting = changes.length;
  /** What waits for a server that is not reached is not on its way. */
  const going = changes.filter(
    ({ accountId }) => !notReached(accounts.find((account) => account.accountId === accountId)),
  ).length;
  const withWaiting = (text: string): string =>
    waiting > 0 ? text.replace(/\.$/, '') + t('status.waitingCount', { count: waiting }) : text;
  if (info !== null && !info.online) {
    const since = clockTime(Date.parse(info.offlineSince ?? ''));
    const words = t(info.offlineReason === 'user' ? 'status.offlineUser' : 'status.offline', { time: since });
    return plain('off', withWaiting(words));
  }
  const refused = accounts.find((account) => account.state === 'auth-failed');
  if (refused !== undefined)
    return bad(t('status.authFailed', { host: refused.settings.incoming.host, address: refused.address }));
  const untrusted = accounts.find((account) => account.state === 'certificate');
  if (untrusted !== undefined)
    return bad(t('status.certificate', { host: untrusted.settings.incoming.host, name: nameOf(untrusted) }));
  const unknown = outbox.filter((item) => item.state === 'unknown').length;
  if (unknown > 0) return bad(t('status.outboxUnknown', { count: unknown }));
  const failed = outbox.filter((item) => item.state === 'failed').length;
  if (failed > 0) return bad(t('status.outboxFailed', { count: failed }));
  const parked = journal.filter((entry) => entry.state === 'parked').length;
  if (parked > 0) return bad(t('status.parked', { count: parked }));
  const wrong = accounts.find((account) => account.state === 'error');
  if (wrong !== undefined)
    return bad(
      t('status.error', { name: nameOf(wrong), detail: wrong.stateDetail ?? wrong.error?.detail ?? '' }),
    );
  const busy = accounts.find((account) => account.progress !== null);
  if (busy?.progress) {
    const { folderName, done, total } = busy.progress;
    return plain('refresh', t('status.progress', { name: folderName, done, count: total }), {
      spoken: t('status.syncing'),
      progress: { done, total },
    });
  }
  if (going > 0) return plain('waiting', t('status.sendingCount', { count: going }));
  const undoable = outbox.filter((item) => item.state === 'undoable').length;
  if (undoable > 0) return plain('send', t('status.outboxUndo', { count: undoable }));
  const away = accounts.find((account) => account.state === 'waiting' || account.state === 'offline');
  if (away !== undefined)
    return plain('alert', withWaiting(away.stateDetail ?? t('status.waiting', { name: nameOf(away) })));
  const connecting = accounts.find((account) => account.state === 'connecting');
  if (connecting !== undefined)
    return plain('refresh', withWaiting(t('status.connecting', { name: nameOf(connecting) })));
  if (accounts.some((account) => account.state === 'syncing')) return plain('refresh', t('status.syncing'));
  const unchecked = accounts.flatMap((account) => account.failures);
  if (unchecked[0] !== undefined)
    return bad(
      t('status.unchecked', {
        count: unchecked.length,
        name: unchecked[0].folderName,
        detail: unchecked[0].error.detail,
      }),
    );
  // The server tells of new mail between two looks at all folders: the time is not older than the mail in view.
  const checks = accounts.map(({ lastSyncAt, lastHeardAt }) =>
    lastSyncAt === null ? NaN : Math.max(Date.parse(lastSyncAt), Date.parse(lastHeardAt ?? lastSyncAt)),
  );
  const oldest = Math.min(...checks);
  const text = Number.isFinite(oldest)
    ? t('status.upToDate', { time: clockTime(oldest) })
    : t('status.upToDateNever');
  return plain('good', text, { tone: 'good', spoken: t('status.upToDateNever') });
}
