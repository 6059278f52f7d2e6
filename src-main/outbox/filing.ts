import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { Journal } from '../journal/journal.ts';
import type { FolderVerbs } from '../sync/folder-verbs.ts';
import type { Submit } from '../sync/submit.ts';
import type { Verbs } from '../sync/verbs.ts';
import type { StoredItem } from './outbox-item.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface FilingPorts {
  outbox: OutboxStore;
  submit: Submit;
  folders: FolderVerbs;
  verbs: Verbs;
  journal: Journal;
  crash: CrashControl;
  accountOf(accountId: string): AccountSettings | undefined;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

/**
 * What follows when a server has taken a mail: the very bytes go to the Sent folder where the account
 * wants that, the mail answered is marked. The operation's id is the item's, so that a kill in between
 * never makes two; when it may have run already, it first looks for the Message-ID.
 */
export function createFiling(ports: FilingPorts): (item: StoredItem, afterRestart: boolean) => Promise<void> {
  const { outbox, submit, folders, verbs, journal, crash } = ports;

  async function fileCopy(item: StoredItem, afterRestart: boolean): Promise<void> {
    if (ports.accountOf(item.accountId)?.sentCopy !== 'append') return;
    if (journal.op(item.copyOpId) !== undefined) return;
    const sent = await folders.ensureRole(item.accountId, 'sent');
    const internalDate = item.sentAt ?? item.queuedAt;
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
          internalDate,
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
              internalDate,
              size: item.size,
              envelope: item.envelope,
              hasAttachments: item.hasAttachments,
              preview: item.preview,
            },
          },
        ],
        mark: 'append',
        sentence: `Put a sent message into ${sent.name}`,
        ...(afterRestart ? { evidence: { targetUidNext: 1 } } : {}),
      },
    ]);
  }

  async function mark(messageId: string | null, flag: string): Promise<void> {
    if (messageId === null) return;
    try {
      await verbs.setFlags([messageId], [flag], []);
    } catch {
      // It was deleted meanwhile: nothing to mark.
    }
  }

  return async (item, afterRestart) => {
    await fileCopy(item, afterRestart);
    await mark(item.draft.answers, '\\Answered');
    await mark(item.draft.forwardOf, '$Forwarded');
    await outbox.change(item.outboxId, { filed: true });
    crash.reach('outbox.filed');
  };
}
