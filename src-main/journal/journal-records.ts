import * as v from 'valibot';
import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import { opStates } from '../../src-shared/ipc/areas/journal.ts';
import type { MessageRef } from '../../src-shared/model/message.ts';
import { isWaiting, type Op } from './op.ts';

/** Version of the records; a journal of a newer version is refused, never rewritten. */
export const journalVersion = 1;

const recordSchema = v.variant('t', [
  v.object({ t: v.literal('version'), version: v.number() }),
  v.object({
    t: v.literal('op'),
    op: v.looseObject({
      opId: v.string(),
      seq: v.number(),
      accountId: v.string(),
      state: v.picklist(opStates),
    }),
  }),
  v.object({ t: v.literal('change'), opId: v.string(), change: v.looseObject({}) }),
  v.object({
    t: v.literal('end'),
    opId: v.string(),
    state: v.picklist(['done', 'cancelled']),
    places: v.array(
      v.object({
        messageId: v.string(),
        to: v.object({ folderId: v.string(), gen: v.number(), uid: v.number() }),
      }),
    ),
  }),
  v.object({ t: v.literal('forget'), accountId: v.string() }),
  v.object({ t: v.literal('mark'), name: v.string(), value: v.nullable(v.string()) }),
  v.object({
    t: v.literal('place'),
    messageId: v.string(),
    to: v.object({ folderId: v.string(), gen: v.number(), uid: v.number() }),
  }),
]);

/** What the records of a journal's file come to. @throws AppError `refused` when a newer Posthorn wrote them */
export function readRecords(
  raw: readonly unknown[],
  damagedLines: number,
): {
  ops: Map<string, Op>;
  places: Map<string, MessageRef>;
  marks: Map<string, string>;
  seq: number;
  damaged: number;
} {
  const ops = new Map<string, Op>();
  const places = new Map<string, MessageRef>();
  const marks = new Map<string, string>();
  const ended = new Set<string>();
  let seq = 0;
  let damaged = damagedLines;
  for (const one of raw) {
    const parsed = v.safeParse(recordSchema, one);
    if (!parsed.success) {
      damaged += 1;
      continue;
    }
    const record = parsed.output;
    switch (record.t) {
      case 'version':
        if (record.version > journalVersion) {
          throw new AppError({
            code: 'refused',
            scope: 'app',
            next: 'tell-user',
            detail: `The profile was last used by a newer Posthorn (journal version ${record.version}). Nothing was changed. Start the newer version, or use another profile.`,
          });
        }
        break;
      case 'op': {
        // Shape was checked when it was written; the CRC says it is what we wrote.
        const op = record.op as unknown as Op;
        ops.set(op.opId, op);
        seq = Math.max(seq, op.seq);
        break;
      }
      case 'change': {
        const op = ops.get(record.opId);
        if (op !== undefined) Object.assign(op, record.change);
        break;
      }
      case 'end':
        ops.delete(record.opId);
        ended.add(record.opId);
        for (const place of record.places) places.set(place.messageId, place.to);
        break;
      case 'forget':
        for (const op of [...ops.values()]) if (op.accountId === record.accountId) ops.delete(op.opId);
        break;
      case 'place':
        places.set(record.messageId, record.to);
        break;
      case 'mark':
        if (record.value === null) marks.delete(record.name);
        else marks.set(record.name, record.value);
        break;
    }
  }
  for (const op of ops.values())
    if (op.after.some((opId) => ended.has(opId))) op.after = op.after.filter((opId) => !ended.has(opId));
  // On the wire when the program died: the outcome is verified, never repeated blindly.
  for (const op of ops.values()) if (op.state === 'sent') op.state = 'unknown';
  for (const op of ops.values()) {
    if (op.after.every((opId) => ops.has(opId))) continue;
    // Nobody knows whether the lost record was done: what follows it may delete the only copy.
    if (damaged > 0 && isWaiting(op)) Object.assign(op, { state: 'parked', error: leaderLost });
    op.after = op.after.filter((opId) => ops.has(opId));
  }
  return { ops, places, marks, seq, damaged };
}

const leaderLost: AppErrorData = {
  code: 'refused',
  scope: 'message',
  next: 'tell-user',
  detail:
    'The record of the change that this one was to follow was damaged, so this one was not made. Nothing was deleted; make the change again if you still want it.',
};
