import { AppError, publicError } from '../../../src-shared/error.ts';
import type { JournalEntry } from '../../../src-shared/ipc/areas/journal.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { Journal } from '../../journal/journal.ts';
import { mayBeOnTheWire, type Op } from '../../journal/op.ts';
import type { Engines } from '../../sync/engines.ts';
import type { FolderRegister } from '../../sync/folder-register.ts';
import { isOffer } from '../../sync/put-back.ts';
import { blockedOps } from '../../sync/replay-order.ts';
import type { Handlers } from '../serve.ts';

export interface JournalHandlerPorts {
  journal: Journal;
  cache: CachePort;
  engines: Engines;
  register: FolderRegister;
}

export type JournalHandlers = Pick<Handlers, Extract<keyof Handlers, `journal.${string}`>>;

export function journalHandlers({ journal, cache, engines, register }: JournalHandlerPorts): JournalHandlers {
  function need(opId: string): Op {
    const op = journal.op(opId);
    if (op === undefined)
      throw new AppError({
        code: 'not-found',
        scope: 'message',
        next: 'tell-user',
        detail: 'That change is not waiting any more: it is done or was taken back.',
      });
    return op;
  }

  return {
    'journal.list': (params) => journalEntries(journal, params.accountId),
    'journal.retry': async ({ opId }) => {
      const op = need(opId);
      if (op.state === 'parked') {
        await journal.change(opId, {
          state: op.evidence.targetUidNext === undefined ? 'queued' : 'unknown',
          tries: 0,
          nextTryAt: null,
          error: null,
        });
        await cache.call('addPending', {
          ops: [{ opId, accountId: op.accountId, seq: op.seq, mark: op.mark, patches: op.patches }],
        });
      } else {
        await journal.change(opId, { nextTryAt: null });
      }
      engines.get(op.accountId)?.kick();
      return {};
    },
    'journal.cancel': async ({ opId }) => {
      const op = need(opId);
      if (mayBeOnTheWire(op)) {
        throw new AppError({
          code: 'refused',
          scope: 'message',
          next: 'tell-user',
          detail:
            'This change may already be on the server; it cannot simply be forgotten. When it is done, make the opposite change.',
        });
      }
      await cache.call('dropPending', { opIds: await journal.cancel([opId]) });
      // The server may have it by now, with mail in it: another program made it.
      if (op.action.kind === 'folder-create' && register.get(op.action.folderId)?.local === true) {
        register.remove(op.action.folderId);
        await register.save();
      }
      return {};
    },
  };
}

/** What is not on the server yet, refused ones first, else in the order in which it was done. */
export function journalEntries(journal: Journal, accountId?: string): JournalEntry[] {
  const ops = journal.ops(accountId);
  const blocked = blockedOps(journal, journal.ops());
  return ops
    .toSorted((a, b) => Number(b.state === 'parked') - Number(a.state === 'parked') || a.seq - b.seq)
    .map((op) => ({
      opId: op.opId,
      accountId: op.accountId,
      kind: op.action.kind,
      sentence: op.sentence,
      state: blocked.has(op.opId) ? 'blocked' : op.state,
      tries: op.tries,
      nextTryAt: op.nextTryAt === null ? null : new Date(op.nextTryAt).toISOString(),
      error: op.error === null ? null : publicError(op.error),
      messageIds: op.targets.map((target) => target.messageId),
      at: op.at,
      cancellable: !mayBeOnTheWire(op),
      ...(op.state === 'parked' && isOffer(op.action) ? { offer: 'put-back' as const } : {}),
    }));
}
