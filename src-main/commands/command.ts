import type { AppErrorData } from '../../src-shared/error.ts';
import type { FolderBatch } from '../../src-shared/cache-protocol.ts';
import type { MessageRef } from '../../src-shared/model/message.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { Op, OpAction, OpEvidence, OpKind, OpTarget } from '../journal/op.ts';

/** A folder as replaying needs it. */
export interface ReplayFolder {
  folderId: string;
  path: string;
  gen: number;
}

export interface ResolvedTarget {
  target: OpTarget;
  ref: MessageRef;
}

export interface Resolution {
  found: ResolvedTarget[];
  /** Not on the server any more, or never told to us where. */
  gone: OpTarget[];
  /** The folder's UIDs all changed and the message could not be told with certainty. */
  doubtful: OpTarget[];
}

/** What a command may use while it brings an operation to the server. */
export interface ReplayContext {
  backend: Backend;
  call: Call;
  folder(folderId: string): ReplayFolder | undefined;
  resolve(targets: readonly OpTarget[]): Promise<Resolution>;
  /** Journals evidence and the state `sent`; must be called before anything goes on the wire. */
  send(evidence?: OpEvidence): Promise<void>;
  /** Journals what the server has answered so far. */
  keep(evidence: OpEvidence): Promise<void>;
  blob(sha256: string): Promise<Uint8Array | null>;
  /** Milliseconds since the epoch. */
  now(): number;
  folderRenamed(folderId: string, path: string): Promise<void>;
  folderRemoved(folderId: string): Promise<void>;
  folderCreated(folderId: string): Promise<void>;
  /** What was left so in the folder, as a sequence set. */
  leftIn(folderId: string): string;
  /** Durably: of what was left, these are gone now. */
  purged(folderId: string, uids: string): Promise<void>;
  /** A test may kill the program here. */
  reach(point: 'purge.unmarked' | 'purge.expunged'): void;
  /** Durably: these are marked \Deleted but could not be expunged (no UIDPLUS); they are not listed again. */
  leftBehind(folderId: string, uids: readonly number[]): Promise<void>;
}

export interface ReplayDone {
  state: 'done';
  /** News for the cache, applied before the patches are dropped. */
  batches: FolderBatch[];
  places: { messageId: string; to: MessageRef }[];
  /** Folders to ask for news at once (a copy whose UID the server did not tell). */
  pull: string[];
  /** Were deleted elsewhere before the wish could be done. */
  lost: OpTarget[];
}

export type ReplayResult =
  | ReplayDone
  /** `at`: not before then, and it counts as no try. */
  | { state: 'retry'; error: AppErrorData; at?: number }
  /**
   * Refused for good: the change is undone in the view and shown to the user. `apart`: it is because of these; without
   * them the rest may go.
   */
  | { state: 'rejected'; error: AppErrorData; apart?: readonly OpTarget[] }
  /** On the wire when the connection died. */
  | { state: 'unknown'; detail: string };

/** One user verb on the server. `unknown` ops come to `replay` again with their evidence and are verified. */
export interface Command<K extends OpKind> {
  kind: K;
  replay(op: Op, action: Extract<OpAction, { kind: K }>, context: ReplayContext): Promise<ReplayResult>;
}

export function done(part: Partial<Omit<ReplayDone, 'state'>> = {}): ReplayDone {
  return { state: 'done', batches: [], places: [], pull: [], lost: [], ...part };
}

export function rejected(detail: string, apart?: readonly OpTarget[]): ReplayResult {
  const error = { code: 'refused', scope: 'message', next: 'tell-user', detail } as const;
  return apart === undefined ? { state: 'rejected', error } : { state: 'rejected', error, apart };
}

/** Other programs were always quicker: it is tried again later. */
export function tooBusy(detail: string): Extract<ReplayResult, { state: 'retry' }> {
  return { state: 'retry', error: { code: 'refused', scope: 'message', next: 'retry', detail } };
}

/** So long a busy server may take to carry out what it has read; Dovecot's CREATE came after the next LIST (ADR 27). */
export const lateMs = 4_000;

/**
 * The server may still carry out what a connection brought that was lost: a copy that is not there yet may come. Only
 * of commands that would do it twice.
 */
export function mayComeLate({ state, evidence }: Op, context: Pick<ReplayContext, 'now'>): boolean {
  const { lostAt } = evidence;
  if (state !== 'unknown' || lostAt === null) return false;
  const ago = lostAt === undefined ? 0 : context.now() - lostAt;
  return ago >= 0 && ago < lateMs;
}

/** What is not there is looked for once more, a few seconds later, before it is sent again. */
export async function lookAgain({ evidence }: Op, context: ReplayContext): Promise<ReplayResult> {
  const lostAt = evidence.lostAt ?? context.now();
  if (evidence.lostAt !== lostAt) await context.keep({ ...evidence, lostAt });
  return lateStill(lostAt + lateMs);
}

/** Not before `at`: until then the server may carry out what a lost connection brought. */
export function lateStill(at: number): ReplayResult {
  const { error } = tooBusy(
    'The connection was lost before the server answered. Posthorn looks again in a few seconds, so that nothing is done twice.',
  );
  return { state: 'retry', error, at };
}

/** The folder was numbered anew, and these could not be told from others: nothing is done to what may be another. */
export function notCertain(doubtful: readonly OpTarget[], whatWasNot: string): ReplayResult {
  return rejected(
    `The server numbered the folder anew, and the messages could not be told apart with certainty. ${whatWasNot}`,
    doubtful,
  );
}

/** Groups resolved targets by the folder the server has them in. */
export function bySource(found: readonly ResolvedTarget[]): Map<string, ResolvedTarget[]> {
  return Map.groupBy(found, (entry) => entry.ref.folderId);
}
