import type { AppErrorData } from '../../src-shared/error.ts';
import type { OpState } from '../../src-shared/ipc/areas/journal.ts';
import type { MessageRef, RowPending } from '../../src-shared/model/message.ts';
import type { Patch } from '../../src-shared/patch.ts';

/**
 * A message as it was when the user acted: enough to find it again on the server when the cache is
 * gone or the folder's UIDs have all changed. `ref` null: the server does not have it yet.
 */
export interface OpTarget {
  messageId: string;
  ref: MessageRef | null;
  messageIdHeader: string;
  size: number;
  internalDate: number;
  /** RFC 8474 EMAILID where the server has it: no content, and it finds the message wherever it was numbered anew. */
  emailId?: string;
  /**
   * Of a change of keywords that exclude each other: which of them the server's message had when the user chose, and
   * the HIGHESTMODSEQ up to which that was known. `shown`: what changes of ours that waited then leave there.
   */
  base?: { modseq: string; keywords: string[]; shown: string[] };
  /**
   * Where it is not known, the folder in which its Message-ID is looked for: only of what we wrote ourselves, whose
   * Message-ID no other mail has.
   */
  seekIn?: string;
}

/** What an operation does, absolutely: the same words again change nothing more. */
export type OpAction =
  | { kind: 'flags'; add: string[]; remove: string[] }
  | { kind: 'move'; folderId: string }
  /** `copies[i]` is the id of the copy of targets[i]. */
  | { kind: 'copy'; folderId: string; copies: string[] }
  | { kind: 'expunge' }
  /** Removes what is left marked \Deleted of ours on a server without UIDPLUS. */
  | { kind: 'purge'; folderId: string }
  /** Puts the bytes of `blob` into a folder; the row has the id `messageId`. */
  | {
      kind: 'append';
      folderId: string;
      messageId: string;
      blob: string;
      flags: string[];
      internalDate: number;
      messageIdHeader: string;
      /** `put-back`: offered, because another program deleted the message that was to be moved or copied. */
      purpose: 'sent' | 'draft' | 'transfer' | 'put-back';
    }
  | { kind: 'folder-create'; folderId: string; path: string }
  | { kind: 'folder-rename'; folderId: string; from: string; to: string }
  /** `uidValidity`: of the folder that was meant; null where it is not known, missing in older journals. */
  | { kind: 'folder-delete'; folderId: string; path: string; uidValidity?: number | null }
  | { kind: 'subscribe'; folderId: string; subscribed: boolean };

export type OpKind = OpAction['kind'];

/**
 * What is written down before the wire, so that an operation whose answer was lost can be checked
 * instead of repeated: where the target folder stood, and what the server said.
 */
export interface OpEvidence {
  /** UIDNEXT and UIDVALIDITY of the destination before the command. */
  targetUidNext?: number;
  targetUidValidity?: number;
  /** When the answer of the server was lost, as far as is known: ms since the epoch. Null: it answered, and refused. */
  lostAt?: number | null;
  /** Messages done so far, with their new place where one is known. */
  done?: { messageId: string; to: MessageRef | null }[];
  /** UIDs that others had marked \Deleted, in generation `gen`: their marks are to be put back whatever happens. */
  purge?: { gen: number; foreign: string };
  /** Phase of an emulated move: the copies are on the server and proved. */
  copied?: boolean;
}

export interface Op {
  opId: string;
  seq: number;
  accountId: string;
  at: string;
  /** One user act may make several ops; they are undone together. */
  action: OpAction;
  targets: OpTarget[];
  patches: Patch[];
  mark: Exclude<RowPending, null>;
  /** A plain sentence for the panel. */
  sentence: string;
  /** Ops that must be done first (a transfer's append before its expunge). */
  after: string[];
  state: OpState;
  tries: number;
  nextTryAt: number | null;
  error: AppErrorData | null;
  evidence: OpEvidence;
}

/** States in which an operation still waits for the server and its patches are shown. */
export function isWaiting(op: Op): boolean {
  return op.state !== 'done' && op.state !== 'cancelled' && op.state !== 'parked';
}

/** It may have reached the server: taking it back needs more than forgetting it. */
export function mayBeOnTheWire(op: Op): boolean {
  return op.state === 'sent' || op.state === 'unknown' || op.state === 'acked';
}

/**
 * The operation as it is written down for an account whose mail stays on the server: ids and numbers only. The
 * Message-IDs, which a verification needs, are asked of the server again. Mail that is to be stored there (drafts,
 * sent mail) keeps its content: it has no other place yet.
 */
export function withoutContent(op: Op): Op {
  if (op.action.kind === 'append') return op;
  return {
    ...op,
    targets: op.targets.map((target) =>
      target.seekIn === undefined ? { ...target, messageIdHeader: '' } : target,
    ),
    patches: op.patches.map((patch) => (patch.kind === 'insert' ? { ...patch, row: null } : patch)),
    sentence: op.action.kind.startsWith('folder-') ? op.sentence : 'A change to mail on the server',
  };
}
