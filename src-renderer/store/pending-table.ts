import type { RowPending } from '../../src-shared/model/message.ts';
import type { FolderPatch, MessagePatch, PendingPatches } from '../../src-shared/patch.ts';

export interface PendingEntry {
  opId: string;
  seq: number;
  /** Place within its operation. */
  at: number;
  mark: Exclude<RowPending, null>;
  accountId: string;
  patch: MessagePatch;
}

export type InsertPatch = Extract<MessagePatch, { kind: 'insert' }>;

/** What adding or dropping operations touched. */
export interface TouchedByPending {
  messageIds: Set<string>;
  folderIds: Set<string>;
}

/** All waiting patches by message id, each message's in journal order. */
export class PendingTable {
  readonly ops = new Map<string, PendingPatches>();
  readonly #byMessage = new Map<string, PendingEntry[]>();
  /** Copies by the message they are of. */
  readonly copiesOf = new Map<string, Set<string>>();

  get size(): number {
    return this.#byMessage.size;
  }

  of(messageId: string): readonly PendingEntry[] {
    return this.#byMessage.get(messageId) ?? [];
  }

  insertOf(messageId: string): (PendingEntry & { patch: InsertPatch }) | undefined {
    return this.of(messageId).find(
      (entry): entry is PendingEntry & { patch: InsertPatch } => entry.patch.kind === 'insert',
    );
  }

  folderPatches(folderId: string): { accountId: string; patch: FolderPatch }[] {
    const found: { accountId: string; seq: number; patch: FolderPatch }[] = [];
    for (const op of this.ops.values()) {
      for (const patch of op.patches) {
        if (isFolderPatch(patch) && patch.folderId === folderId)
          found.push({ accountId: op.accountId, seq: op.seq, patch });
      }
    }
    return found.sort((a, b) => a.seq - b.seq);
  }

  add(op: PendingPatches, touched: TouchedByPending): void {
    this.drop(op.opId, touched);
    this.ops.set(op.opId, op);
    for (const [at, patch] of op.patches.entries()) {
      if (isFolderPatch(patch)) {
        touched.folderIds.add(patch.folderId);
        continue;
      }
      touched.messageIds.add(patch.messageId);
      const entry: PendingEntry = {
        opId: op.opId,
        seq: op.seq,
        at,
        mark: op.mark,
        accountId: op.accountId,
        patch,
      };
      const entries = this.#byMessage.get(patch.messageId) ?? [];
      entries.splice(entries.findLastIndex((other) => other.seq <= op.seq) + 1, 0, entry);
      this.#byMessage.set(patch.messageId, entries);
      if (patch.kind === 'insert' && patch.fromMessageId !== null) {
        const copies = this.copiesOf.get(patch.fromMessageId) ?? new Set();
        this.copiesOf.set(patch.fromMessageId, copies.add(patch.messageId));
      }
    }
  }

  drop(opId: string, touched: TouchedByPending): void {
    const op = this.ops.get(opId);
    if (op === undefined) return;
    this.ops.delete(opId);
    for (const patch of op.patches) {
      if (isFolderPatch(patch)) {
        touched.folderIds.add(patch.folderId);
        continue;
      }
      touched.messageIds.add(patch.messageId);
      const left = (this.#byMessage.get(patch.messageId) ?? []).filter((entry) => entry.opId !== opId);
      if (left.length === 0) this.#byMessage.delete(patch.messageId);
      else this.#byMessage.set(patch.messageId, left);
      if (patch.kind === 'insert' && patch.fromMessageId !== null) {
        const copies = this.copiesOf.get(patch.fromMessageId);
        copies?.delete(patch.messageId);
        if (copies?.size === 0) this.copiesOf.delete(patch.fromMessageId);
      }
    }
  }
}

function isFolderPatch(patch: MessagePatch | FolderPatch): patch is FolderPatch {
  return patch.kind === 'folder-create' || patch.kind === 'folder-rename' || patch.kind === 'folder-delete';
}
