import { internalDateOf } from '../journal/internal-date.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import { mayBeOnTheWire, type OpTarget } from '../journal/op.ts';
import { newMessageId } from '../mime/compose/compose-message.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { FolderVerbs } from '../sync/folder-verbs.ts';
import { toTarget, type NewOp, type Submit } from '../sync/submit.ts';
import { composeDraftCopy, senderOf } from './compose-draft.ts';
import type { DraftStore } from './draft-store.ts';
import type { DraftCopy, StoredDraft } from './stored-draft.ts';

/**
 * The newest revision of each draft in the account's Drafts folder, by way of the journal. Every revision
 * has a Message-ID of its own; an older one that is still waiting is taken back, one that is on the
 * server is expunged after the newer one is there.
 */
export interface DraftCopies {
  update(draft: StoredDraft): Promise<void>;
  /** The draft was sent or thrown away. */
  remove(draft: StoredDraft): Promise<void>;
}

export interface DraftCopyPorts {
  store: DraftStore;
  submit: Submit;
  folders: FolderVerbs;
  journal: Journal;
  cache: CachePort;
  blobs: Blobs;
  clock: Clock;
  accountOf(accountId: string): AccountSettings | undefined;
}

export function createDraftCopies(ports: DraftCopyPorts): DraftCopies {
  const { store, submit, folders, journal, cache, blobs, clock } = ports;

  function soughtCopy({ messageId, folderId, messageIdHeader }: DraftCopy): OpTarget | null {
    const seekIn = folderId ?? null;
    if (seekIn === null || messageIdHeader === '') return null;
    return { messageId, ref: null, messageIdHeader, size: 0, internalDate: 0, seekIn };
  }

  /** Takes back what has not left; gives the ops that take off the server what may be there. */
  async function retire(
    draft: StoredDraft,
    copies: readonly DraftCopy[],
    after: readonly string[],
  ): Promise<NewOp[]> {
    const ops: NewOp[] = [];
    for (const copy of copies) {
      const op = journal.op(copy.opId);
      if (op !== undefined && !mayBeOnTheWire(op)) {
        await journal.end(copy.opId, 'cancelled', []);
        await cache.call('dropPending', { opIds: [copy.opId] });
        continue;
      }
      const [row] = await cache.call('locate', { messageIds: [copy.messageId] });
      // A cache that was made anew does not know the copy under our id, or not yet at all: the server is asked for it.
      const target = row == null ? soughtCopy(copy) : toTarget(row);
      if (target === null) continue;
      ops.push({
        accountId: draft.accountId,
        action: { kind: 'expunge' },
        targets: [target],
        patches: [{ kind: 'remove', messageId: target.messageId }],
        mark: 'delete',
        sentence: 'Remove an older copy of a draft',
        after: [...(op === undefined ? [] : [op.opId]), ...after],
      });
    }
    return ops;
  }

  return {
    async update(draft) {
      const account = ports.accountOf(draft.accountId);
      if (account === undefined) return;
      const messageIdHeader = newMessageId(senderOf(account, draft.identityId, undefined).from.address);
      const now = clock.now();
      const composed = await composeDraftCopy(draft, account, messageIdHeader, now, blobs);
      const blob = await blobs.put(composed.bytes);
      const drafts = await folders.ensureRole(draft.accountId, 'drafts');
      const copy: DraftCopy = {
        messageId: newId('n'),
        opId: newId('o'),
        messageIdHeader,
        of: draft.savedAt,
        folderId: drafts.folderId,
      };
      // Written down before the operation: after a kill in between nothing is left on a server unknown.
      let older: DraftCopy[] = [];
      const there = await store.changeCopies(draft.draftId, (copies) => {
        older = copies;
        return [...copies, copy];
      });
      if (!there) return;
      const flags = ['\\Draft', '\\Seen'];
      const append: NewOp = {
        opId: copy.opId,
        accountId: draft.accountId,
        action: {
          kind: 'append',
          folderId: drafts.folderId,
          messageId: copy.messageId,
          blob,
          flags,
          internalDate: internalDateOf(now),
          messageIdHeader,
          purpose: 'draft',
        },
        targets: [],
        patches: [
          {
            kind: 'insert',
            messageId: copy.messageId,
            folderId: drafts.folderId,
            fromMessageId: null,
            row: {
              flags,
              internalDate: internalDateOf(now),
              size: composed.bytes.length,
              envelope: composed.rowEnvelope,
              hasAttachments: composed.hasAttachments,
              preview: composed.preview,
            },
          },
        ],
        mark: 'append',
        sentence: 'Put a draft into the Drafts folder',
      };
      await submit.ops([append, ...(await retire(draft, older, [copy.opId]))]);
      const kept = await store.changeCopies(draft.draftId, (copies) =>
        copies.filter((other) => !older.includes(other)),
      );
      // Sent or thrown away meanwhile.
      if (!kept) await submit.ops(await retire(draft, [copy], []));
    },
    async remove(draft) {
      await submit.ops(await retire(draft, store.get(draft.draftId)?.copies ?? draft.copies, []));
    },
  };
}
