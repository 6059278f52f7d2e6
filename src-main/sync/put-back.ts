import type { Op, OpTarget } from '../journal/op.ts';
import { newId } from '../platform/ids.ts';
import { rawHere } from './bodies.ts';
import type { ReplayPorts } from './replay-ports.ts';

/**
 * Messages were deleted elsewhere while the user's wish to move or copy them waited (R6). Where their bytes are here,
 * the copy is offered: a parked change that puts it into the folder that was meant, when the user says so. Nothing is
 * offered of what was on its way to the trash, or lies in another folder. Offering twice makes one offer.
 */
export async function offerPutBack(op: Op, lost: readonly OpTarget[], ports: ReplayPorts): Promise<void> {
  const { journal, cache, register, blobs, clock } = ports;
  const { action } = op;
  if ((action.kind !== 'move' && action.kind !== 'copy') || !ports.keepsRows) return;
  const folder = register.get(action.folderId);
  if (folder === undefined || folder.role === 'trash') return;
  const rows = await cache.call('rows', { messageIds: lost.map(({ messageId }) => messageId) });
  const located = await cache.call('locate', { messageIds: lost.map(({ messageId }) => messageId) });
  for (const [i, target] of lost.entries()) {
    const opId = `${op.opId}.${target.messageId}`;
    if (journal.op(opId) !== undefined || (await isElsewhere(op.accountId, target, ports))) continue;
    const bytes = await rawHere(target.messageId, ports);
    if (bytes === null) continue;
    const done = action.kind === 'move' ? 'moved' : 'copied';
    const subject = rows[i]?.subject.trim() ?? '';
    await journal.append([
      {
        opId,
        accountId: op.accountId,
        at: new Date(clock.now()).toISOString(),
        action: {
          kind: 'append',
          folderId: folder.folderId,
          messageId: newId('n'),
          blob: await blobs.put(bytes),
          flags: (located[i]?.viewFlags ?? []).filter((flag) => flag !== '\\Deleted'),
          internalDate: target.internalDate,
          messageIdHeader: target.messageIdHeader,
          purpose: 'put-back',
        },
        targets: [target],
        patches: [],
        mark: 'append',
        sentence: `Put ${subject === '' ? '1 message' : `“${subject}”`} back, into ${folder.name}`,
        after: [],
        state: 'parked',
        tries: 0,
        nextTryAt: null,
        error: {
          code: 'refused',
          scope: 'message',
          next: 'tell-user',
          detail: `Another program deleted it on the server before it could be ${done} to “${folder.name}”. Posthorn kept its copy and can put it there. If you take this back, the message stays deleted.`,
        },
        evidence: {},
      },
    ]);
  }
}

/** The account has the message in another folder too: nothing is lost. */
async function isElsewhere(
  accountId: string,
  { messageId, messageIdHeader, size }: OpTarget,
  { cache }: Pick<ReplayPorts, 'cache'>,
): Promise<boolean> {
  if (messageIdHeader === '') return false;
  const same = await cache.call('byMessageIdHeader', { accountId, messageIdHeader });
  return same.some((row) => row.messageId !== messageId && row.size === size && row.pending !== 'copy');
}

/** Another program had moved it, and not deleted it, or it came back: what was offered is not needed any more. */
export async function withdrawOffers(
  accountId: string,
  ports: Pick<ReplayPorts, 'journal' | 'cache'>,
): Promise<void> {
  for (const { opId, state, action, targets } of ports.journal.ops(accountId)) {
    const [target] = targets;
    if (
      state === 'parked' &&
      isOffer(action) &&
      target !== undefined &&
      (await isElsewhere(accountId, target, ports))
    )
      await ports.journal.end(opId, 'cancelled', []);
  }
}

/** A change that only waits for the user to say yes. */
export function isOffer(action: Op['action']): action is Extract<Op['action'], { kind: 'append' }> {
  return action.kind === 'append' && action.purpose === 'put-back';
}
