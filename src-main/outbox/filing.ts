import { internalDateOf } from '../journal/internal-date.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { Journal } from '../journal/journal.ts';
import type { FolderVerbs } from '../sync/folder-verbs.ts';
import type { Submit } from '../sync/submit.ts';
import type { Verbs } from '../sync/verbs.ts';
import type { StoredItem } from './outbox-item.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface FilingPorts {
  outbox: OutboxStore;
  cache: CachePort;
  clock: Clock;
  submit: Submit;
  folders: FolderVerbs;
  verbs: Verbs;
  journal: Journal;
  crash: CrashControl;
  accountOf(accountId: string): AccountSettings | undefined;
}

/** A server that files sent mail by itself has this long for it; then the copy is put there from here. */
const serverFilesWithin = 10 * 60_000;

export interface Filing {
  /** Does what is left to do for a sent mail; the item says `filed` when nothing is. */
  file(item: StoredItem): Promise<void>;
  /** When a mail that its server should file by itself is looked at again; null: none waits. */
  nextLook(accountId: string): number | null;
}

/**
 * What follows when a server has taken a mail: the very bytes go to the Sent folder where the account
 * wants that, the mail answered is marked. The operation's id is the item's, so that a kill in between
 * never makes two. Before a copy is put there its Message-ID is looked for: the server, or a try before a
 * kill, may have done it.
 */
export function createFiling(ports: FilingPorts): Filing {
  const { outbox, cache, submit, folders, verbs, journal, crash, clock } = ports;

  /** False: the server is still given time to do it. */
  async function fileCopy(item: StoredItem): Promise<boolean> {
    const sentCopy = ports.accountOf(item.accountId)?.sentCopy ?? 'none';
    if (sentCopy === 'none' || journal.op(item.copyOpId) !== undefined) return true;
    const sent = await folders.ensureRole(item.accountId, 'sent');
    // First how far the cache has seen the folder, then what it has: nothing falls in between.
    const cursor =
      (await cache.call('folders', { accountId: item.accountId })).find(
        (folder) => folder.folderId === sent.folderId,
      )?.cursor ?? null;
    if (await isFiled(cache, item)) return true;
    const sentAt = item.sentAt ?? item.queuedAt;
    if (sentCopy === 'server' && clock.now() < sentAt + serverFilesWithin) return false;
    const flags = ['\\Seen'];
    await submit.ops([
      {
        opId: item.copyOpId,
        accountId: item.accountId,
        action: {
          kind: 'append',
          folderId: sent.folderId,
          messageId: item.copyMessageId,
          blob: item.blob,
          flags,
          internalDate: internalDateOf(sentAt),
          messageIdHeader: item.messageIdHeader,
          purpose: 'sent',
        },
        targets: [],
        patches: [
          {
            kind: 'insert',
            messageId: item.copyMessageId,
            folderId: sent.folderId,
            fromMessageId: null,
            row: {
              flags,
              internalDate: internalDateOf(sentAt),
              size: item.size,
              envelope: item.envelope,
              hasAttachments: item.hasAttachments,
              preview: item.preview,
            },
          },
        ],
        mark: 'append',
        sentence: `Put a sent message into ${sent.name}`,
        // Above what the cache has looked through; from the beginning when it has seen nothing yet.
        evidence:
          cursor === null || cursor.lowUid >= cursor.uidNext
            ? { targetUidNext: 1 }
            : { targetUidNext: cursor.uidNext, targetUidValidity: cursor.uidValidity },
      },
    ]);
    return true;
  }

  async function mark(messageId: string | null, flag: string): Promise<void> {
    if (messageId === null) return;
    try {
      await verbs.setFlags([messageId], [flag], []);
    } catch {
      // It was deleted meanwhile: nothing to mark.
    }
  }

  const inHand = new Map<string, Promise<void>>();

  async function fileNow(item: StoredItem): Promise<void> {
    if (!item.marked) {
      await mark(item.draft.answers, '\\Answered');
      await mark(item.draft.forwardOf, '$Forwarded');
      await outbox.change(item.outboxId, { marked: true });
    }
    if (!(await fileCopy(item))) return;
    await outbox.change(item.outboxId, { filed: true });
    crash.reach('outbox.filed');
  }

  return {
    async file({ outboxId }) {
      await inHand.get(outboxId);
      const item = outbox.get(outboxId);
      if (item === undefined || item.filed) return;
      const filing = fileNow(item).finally(() => inHand.delete(outboxId));
      inHand.set(
        outboxId,
        filing.catch(() => undefined),
      );
      await filing;
    },
    nextLook(accountId) {
      if (ports.accountOf(accountId)?.sentCopy !== 'server') return null;
      const times = outbox
        .all()
        .filter((item) => item.accountId === accountId && item.sentAt !== null && !item.filed)
        .map((item) => (item.sentAt ?? 0) + serverFilesWithin);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

/** The account's server has the mail in a folder of its own making: it was taken. Drafts have other Message-IDs. */
export async function isFiled(
  cache: CachePort,
  { accountId, messageIdHeader }: Pick<StoredItem, 'accountId' | 'messageIdHeader'>,
): Promise<boolean> {
  const rows = await cache.call('byMessageIdHeader', { accountId, messageIdHeader });
  if (rows.length === 0) return false;
  const kept = (await cache.call('folders', { accountId })).filter(
    (folder) => folder.role === 'sent' || folder.role === 'all',
  );
  // A row that waits for its append is ours and proves nothing.
  return rows.some(
    (row) => row.pending !== 'append' && kept.some((folder) => folder.folderId === row.folderId),
  );
}
