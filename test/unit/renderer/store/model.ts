import type { FolderBatch } from '../../../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../../../src-shared/model/message.ts';
import type { MessagePatch, PendingPatches } from '../../../../src-shared/patch.ts';
import { project } from '../../../../src-shared/project.ts';
import { parseUidSet } from '../../../../src-shared/uid-set.ts';

export interface ModelRow {
  id: string;
  /** Null: only waiting. */
  uid: number | null;
  folderId: string;
  flags: string[];
  date: number;
}

export interface ShownRow {
  id: string;
  folderId: string;
  flags: string[];
}

/** The cache as one would write it without a thought for speed: lists of objects. */
export class ModelCache {
  rows: ModelRow[] = [];
  ops: PendingPatches[] = [];
  readonly exists = new Map<string, number>();

  apply(batch: FolderBatch): void {
    const before = new Map(
      (batch.bind ?? []).map(({ messageId }) => [messageId, { ...this.#find(messageId) }]),
    );
    const here = (row: ModelRow): boolean => row.folderId === batch.folderId && row.uid !== null;
    const ranges = parseUidSet(batch.vanished ?? '') ?? [];
    this.rows = this.rows.filter(
      (row) =>
        !here(row) || !ranges.some(([first, last]) => (row.uid ?? 0) >= first && (row.uid ?? 0) <= last),
    );
    for (const item of batch.insert ?? []) this.#insert(batch, item);
    for (const { messageId, uid } of batch.bind ?? [])
      this.#bind(batch.folderId, messageId, uid, before.get(messageId));
    for (const { uid, flags } of batch.flags ?? [])
      for (const row of this.#at(batch.folderId, uid)) row.flags = flags;
    for (const uid of batch.flagChange?.uids ?? []) {
      for (const row of this.#at(batch.folderId, uid)) {
        row.flags = [
          ...row.flags.filter((flag) => batch.flagChange?.remove.includes(flag) === false),
          ...(batch.flagChange?.add ?? []),
        ];
      }
    }
    if (batch.cursor !== undefined) this.exists.set(batch.folderId, batch.cursor.exists);
    this.#settle();
  }

  add(op: PendingPatches): void {
    this.ops = [...this.ops.filter((other) => other.opId !== op.opId), op].sort((a, b) => a.seq - b.seq);
    this.#settle();
  }

  drop(opId: string): void {
    this.ops = this.ops.filter((op) => op.opId !== opId);
    this.#settle();
  }

  shown(): ShownRow[] {
    return this.rows.flatMap((row) => {
      const view = project(
        { folderId: row.folderId, flags: row.flags, removed: false },
        this.#patchesOf(row),
      );
      return view.removed
        ? []
        : [{ id: row.id, folderId: view.folderId, flags: [...new Set(view.flags)].sort() }];
    });
  }

  held(folderId: string): number {
    return this.rows.filter((row) => row.folderId === folderId && row.uid !== null).length;
  }

  /** A message also answers to the id of its place, unless another message was born there. */
  #find(id: string): ModelRow | undefined {
    return this.rows.find((row) => row.id === id) ?? this.rows.find((row) => placeOf(row) === id);
  }

  #patchesOf(row: ModelRow): MessagePatch[] {
    return this.ops.flatMap((op) =>
      op.patches.filter(
        (patch): patch is MessagePatch => 'messageId' in patch && this.#find(patch.messageId) === row,
      ),
    );
  }

  #at(folderId: string, uid: number): ModelRow[] {
    return this.rows.filter((row) => row.folderId === folderId && row.uid === uid);
  }

  #insert(batch: FolderBatch, item: NewRow): void {
    const [known] = this.#at(batch.folderId, item.uid);
    if (known !== undefined) {
      known.flags = item.flags;
      return;
    }
    const place = `${batch.folderId}.1.${item.uid.toString(36)}`;
    let id = place;
    for (let n = 1; this.rows.some((row) => row.id === id); n += 1) id = `${place}.${n}`;
    this.rows.push({
      id,
      uid: item.uid,
      folderId: batch.folderId,
      flags: item.flags,
      date: item.internalDate,
    });
  }

  /** What a row was before the batch is enough to bind it: the batch itself may end its old place. */
  #bind(folderId: string, messageId: string, uid: number, before: Partial<ModelRow> | undefined): void {
    const source = this.#find(messageId);
    const [target] = this.#at(folderId, uid);
    if (before?.id === undefined && target === undefined) return;
    if (source !== undefined && source === target) {
      source.id = messageId;
      return;
    }
    if (source !== undefined) this.rows.splice(this.rows.indexOf(source), 1);
    if (target !== undefined) target.id = messageId;
    else this.rows.push({ flags: [], date: 0, ...before, id: messageId, folderId, uid });
  }

  /** Waiting rows exist as long as their insert patch does. */
  #settle(): void {
    const inserts = this.ops.flatMap((op) => op.patches.filter((patch) => patch.kind === 'insert'));
    this.rows = this.rows.filter(
      (row) => row.uid !== null || inserts.some((patch) => patch.messageId === row.id),
    );
    for (const patch of inserts) {
      const waiting = this.rows.find((row) => row.id === patch.messageId && row.uid === null);
      const first = inserts.find((other) => other.messageId === patch.messageId);
      if (waiting !== undefined && first?.row != null)
        Object.assign(waiting, {
          folderId: first.folderId,
          flags: first.row.flags,
          date: first.row.internalDate,
        });
      if (patch.row === null || this.rows.some((row) => row.id === patch.messageId)) continue;
      this.rows.push({
        id: patch.messageId,
        uid: null,
        folderId: patch.folderId,
        flags: patch.row.flags,
        date: patch.row.internalDate,
      });
    }
  }
}

function placeOf(row: ModelRow): string | null {
  return row.uid === null ? null : `${row.folderId}.1.${row.uid.toString(36)}`;
}
