import type { NewRow } from '../../src-shared/model/message.ts';
import { shownName } from '../../src-shared/text/shown-name.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Log } from '../platform/log.ts';
import type { Page, Shell } from '../shell/shell.ts';
import type { FolderEntry } from '../sync/folder-register.ts';
import type { Push } from './push.ts';
import type { Serve } from './serve.ts';
import { linkWindow } from './window-link.ts';

/** More new messages than this at once make one notification. */
const oneByOne = 3;

export interface Windows {
  open(): Promise<void>;
  /** Brings the window forward (or opens it) and tells it what to show. */
  show(what: { messageId?: string; mailto?: string }): Promise<void>;
  /** New mail in an inbox, for the notification. */
  arrived(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[]): void;
}

export function createWindows(ports: {
  shell: Shell;
  serve: Serve;
  push: Push;
  cache: CachePort;
  log: Log;
  notificationsWanted(accountId: string): boolean;
}): Windows {
  const { shell, serve, push, cache, log } = ports;
  let page: Page | null = null;

  async function open(): Promise<Page> {
    const opened = await shell.openPage({
      path: '/index.html',
      hidden: false,
      title: 'Posthorn',
      width: 1440,
      height: 900,
    });
    page = opened;
    opened.onGone(() => {
      if (page === opened) page = null;
    });
    linkWindow(opened, serve, push);
    return opened;
  }

  /** Unread mail in all inboxes, on the icon. */
  let badge = -1;
  async function countUnread(): Promise<void> {
    const folders = await cache.call('folders', {});
    const unread = folders.reduce((sum, folder) => sum + (folder.role === 'inbox' ? folder.unread : 0), 0);
    if (unread !== badge) shell.setBadge(unread);
    badge = unread;
  }
  cache.onNotice((notice) => {
    if (page !== null && notice.folders.some((folder) => folder.role === 'inbox'))
      void countUnread().catch(() => undefined);
  });

  async function notify(rows: readonly NewRow[], messageIds: readonly string[]): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const sender = first.envelope.from[0];
    const note =
      rows.length > oneByOne
        ? { title: `${rows.length} new messages`, body: senders(rows), tag: 'many' }
        : {
            title: sender === undefined ? 'New message' : shownName(sender),
            body: first.envelope.subject,
            tag: messageIds[0] ?? 'new',
          };
    const messageId = messageIds[0];
    if ((await shell.notify(note)) === 'clicked')
      await show(rows.length > oneByOne || messageId === undefined ? {} : { messageId });
  }

  /** A notification that cannot be shown, or whose click finds no window, is no reason for anything else to stop. */
  function tell(rows: readonly NewRow[], messageIds: readonly string[]): void {
    notify(rows, messageIds).catch((error: unknown) => log('warn', 'a notification failed', { error }));
  }

  async function show(what: { messageId?: string; mailto?: string }): Promise<void> {
    const shown = page ?? (await open());
    await shown.ready;
    shown.focus();
    push.tell('window.show', what);
  }

  return {
    async open() {
      await open();
      await countUnread();
    },
    show,
    arrived(entry, rows, messageIds) {
      if (page === null || entry.role !== 'inbox' || !ports.notificationsWanted(entry.accountId)) return;
      const unseen = rows.flatMap((row, i) =>
        row.flags.includes('\\Seen') ? [] : [{ row, messageId: messageIds[i] ?? '' }],
      );
      if (unseen.length > oneByOne)
        tell(
          unseen.map((one) => one.row),
          unseen.map((one) => one.messageId),
        );
      else for (const one of unseen) tell([one.row], [one.messageId]);
    },
  };
}

function senders(rows: readonly NewRow[]): string {
  const names = [
    ...new Set(
      rows
        .map(({ envelope: { from } }) => (from[0] === undefined ? '' : shownName(from[0])))
        .filter((name) => name !== ''),
    ),
  ];
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and others` : names.join(', ');
}
