import * as v from 'valibot';
import type { AppErrorData } from '../../error.ts';
import { method } from '../method.ts';

export const opStates = [
  'queued',
  'armed',
  'sent',
  'acked',
  'done',
  'blocked',
  'unknown',
  'parked',
  'cancelled',
] as const;
export type OpState = (typeof opStates)[number];

export interface JournalEntry {
  opId: string;
  accountId: string;
  kind: string;
  /** A plain sentence: "Move 3 messages to Archive". */
  sentence: string;
  state: OpState;
  tries: number;
  nextTryAt: string | null;
  error: AppErrorData | null;
  messageIds: string[];
  at: string;
  /** "Take back" is possible without asking the server. */
  cancellable: boolean;
  /**
   * Nothing the user asked for was refused: another program deleted the message first, and journal.retry puts the copy
   * that was kept here back.
   */
  offer?: 'put-back';
}

const opId = v.object({ opId: v.string() });

export const journalMethods = {
  'journal.list': method<JournalEntry[]>()({
    params: v.optional(v.object({ accountId: v.optional(v.string()) }), {}),
    doc: 'Every change that is not yet on the server, refused ones first.',
    returns:
      '[{opId, accountId, kind, sentence, state, tries, nextTryAt, error, messageIds, at, cancellable, offer: "put-back" or missing}]',
  }),
  'journal.retry': method<Record<string, never>>()({
    params: opId,
    doc: 'Tries a refused or waiting change again now. Of an entry with `offer: "put-back"` (a message that another program deleted before it could be moved or copied) it puts the copy that was kept here into the folder that was meant; journal.cancel declines.',
    returns: '{}',
  }),
  'journal.cancel': method<Record<string, never>>()({
    params: opId,
    doc: 'Takes a waiting or refused change back; refused while it may be on the wire.',
    returns: '{}',
  }),
} as const;
