import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
import { AppError } from '../../src-shared/error.ts';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import { newId } from '../platform/ids.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import { flagSentence, messages } from './sentences.ts';
import { toTarget, type NewOp, type Submit } from './submit.ts';
import type { Undo } from './undo.ts';
import type { FolderVerbs } from './folder-verbs.ts';
import { copiesBack, type Copied } from './undo-copies.ts';

export interface VerbPorts {
  submit: Submit;
  register: FolderRegister;
  folders: FolderVerbs;
  undo: Undo;
  journal: Journal;
  cache: CachePort;
  /** The exact bytes, from the cache or the server; `not-cached` when neither can be had. */
  rawOf(messageId: string): Promise<Uint8Array>;
  keepBlob(bytes: Uint8Array): Promise<string>;
}

/** What the user does to messages. Each answers when it is durable; the server hears of it later. */
export interface Verbs {
  setFlags(
    messageIds: readonly string[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<string[]>;
  move(messageIds: readonly string[], folderId: string): Promise<string[]>;
  copy(messageIds: readonly string[], folderId: string): Promise<{ opIds: string[]; messageIds: string[] }>;
  delete(messageIds: readonly string[], permanent: boolean): Promise<string[]>;
  archive(messageIds: readonly string[]): Promise<string[]>;
  markJunk(messageIds: readonly string[], junk: boolean): Promise<string[]>;
}

export function createVerbs(ports: VerbPorts): Verbs {
  const { submit, register, folders, undo, rawOf, keepBlob } = ports;

  async function setFlagsOf(
    rows: readonly LocatedRow[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<string[]> {
    // Only rows that the change alters: so that taking it back restores exactly what was.
    const touched = rows.filter(
      (row) =>
        add.some((flag) => !row.viewFlags.includes(flag)) ||
        remove.some((flag) => row.viewFlags.includes(flag)),
    );
    const opIds = await submit.messages(touched, {
      action: () => ({ kind: 'flags', add: [...add], remove: [...remove] }),
      patches: (part) =>
        part.map((row) => ({ kind: 'flags', messageId: row.messageId, add: [...add], remove: [...remove] })),
      mark: 'flags',
      sentence: (count) => flagSentence(count, add, remove),
    });
    undo.remember(opIds, () => restoreFlags(touched, add, remove));
    return opIds;
  }

  async function restoreFlags(
    rows: readonly LocatedRow[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<void> {
    const had = Map.groupBy(rows, (row) =>
      [
        ...add.filter((f) => !row.viewFlags.includes(f)),
        '|',
        ...remove.filter((f) => row.viewFlags.includes(f)),
      ].join(' '),
    );
    for (const group of had.values()) {
      const first = group[0];
      if (first === undefined) continue;
      const back = add.filter((flag) => !first.viewFlags.includes(flag));
      const again = remove.filter((flag) => first.viewFlags.includes(flag));
      await setFlagsOf(await submit.locate(group.map((row) => row.messageId)), again, back);
    }
  }

  async function moveRows(rows: readonly LocatedRow[], target: FolderEntry): Promise<string[]> {
    const moving = rows.filter((row) => row.viewFolderId !== target.folderId);
    const here = moving.filter((row) => row.accountId === target.accountId);
    const foreign = moving.filter((row) => row.accountId !== target.accountId);
    const opIds = await submit.messages(here, {
      action: () => ({ kind: 'move', folderId: target.folderId }),
      patches: (part) =>
        part.map((row) => ({ kind: 'folder', messageId: row.messageId, folderId: target.folderId })),
      mark: 'move',
      sentence: (count) => `Move ${messages(count)} to ${target.name}`,
    });
    undo.remember(opIds, async () => {
      for (const [folderId, group] of Map.groupBy(here, (row) => row.viewFolderId)) {
        await moveRows(await submit.locate(group.map((row) => row.messageId)), submit.folder(folderId));
      }
    });
    return [...opIds, ...(await transfer(foreign, target, true)).opIds];
  }

  /** Into another account: the bytes are filed there first; the original leaves only after that is done. */
  async function transfer(
    rows: readonly LocatedRow[],
    target: FolderEntry,
    remove: boolean,
  ): Promise<{ opIds: string[]; messageIds: string[] }> {
    const ops: NewOp[] = [];
    const copied: (Copied & { from: string })[] = [];
    for (const row of rows) {
      const bytes = await rawOf(row.messageId);
      const messageId = newId('n');
      const append = newId('o');
      const removal = remove ? { removal: newId('o') } : {};
      copied.push({ original: row.messageId, copy: messageId, from: row.viewFolderId, ...removal });
      const flags = row.viewFlags.filter((flag) => flag !== '\\Deleted' && flag !== '\\Recent');
      ops.push({
        opId: append,
        accountId: target.accountId,
        action: {
          kind: 'append',
          folderId: target.folderId,
          messageId,
          blob: await keepBlob(bytes),
          flags,
          internalDate: row.internalDate,
          messageIdHeader: row.messageIdHeader,
          purpose: 'transfer',
        },
        targets: [],
        patches: [
          { kind: 'insert', messageId, folderId: target.folderId, fromMessageId: row.messageId, row: null },
        ],
        mark: 'copy',
        sentence: `Put 1 message into ${target.name}`,
      });
      if (removal.removal === undefined) continue;
      ops.push({
        opId: removal.removal,
        accountId: row.accountId,
        action: { kind: 'expunge' },
        targets: [toTarget(row)],
        patches: [{ kind: 'remove', messageId: row.messageId }],
        mark: 'delete',
        sentence: 'Remove 1 message that was moved to another account',
        after: [append],
      });
    }
    const opIds = await submit.ops(ops);
    undo.remember(opIds, () => takeCopiesBack(copied));
    return { opIds, messageIds: copied.map(({ copy }) => copy) };
  }

  async function takeCopiesBack(copied: readonly (Copied & { from: string })[]): Promise<void> {
    const removals = copied.flatMap(({ removal }) => removal ?? []);
    const kept = await ports.journal.cancel(removals);
    await ports.cache.call('dropPending', { opIds: kept });
    const { drop, bring } = await copiesBack(copied, new Set(kept), submit);
    await expungeRows(drop);
    for (const row of bring) {
      const from = copied.find(({ copy }) => copy === row.messageId)?.from;
      if (from !== undefined) await moveRows([row], submit.folder(from));
    }
  }

  async function expungeRows(rows: readonly LocatedRow[]): Promise<string[]> {
    return await submit.messages(rows, {
      action: () => ({ kind: 'expunge' }),
      patches: (part) => part.map((row) => ({ kind: 'remove', messageId: row.messageId })),
      mark: 'delete',
      sentence: (count) => `Delete ${messages(count)} for good`,
    });
  }

  async function moveToRole(rows: readonly LocatedRow[], role: FolderRole): Promise<string[]> {
    const opIds: string[] = [];
    for (const [accountId, group] of Map.groupBy(rows, (row) => row.accountId)) {
      opIds.push(...(await moveRows(group, await folders.ensureRole(accountId, role))));
    }
    return opIds;
  }

  return {
    setFlags: async (messageIds, add, remove) => setFlagsOf(await submit.locate(messageIds), add, remove),
    move: async (messageIds, folderId) => {
      const target = submit.folder(folderId);
      if (!target.selectable) {
        throw new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `“${target.name}” only holds other folders; it cannot hold messages.`,
        });
      }
      return moveRows(await submit.locate(messageIds), target);
    },
    async copy(messageIds, folderId) {
      const target = submit.folder(folderId);
      const rows = await submit.locate(messageIds);
      const copyIds = new Map(rows.map((row) => [row.messageId, newId('n')]));
      const idOf = (row: LocatedRow): string => copyIds.get(row.messageId) ?? newId('n');
      const here = rows.filter((row) => row.accountId === target.accountId);
      const opIds = await submit.messages(here, {
        action: (part) => ({ kind: 'copy', folderId, copies: part.map(idOf) }),
        patches: (part) =>
          part.map((row) => ({
            kind: 'insert',
            messageId: idOf(row),
            folderId,
            fromMessageId: row.messageId,
            row: null,
          })),
        mark: 'copy',
        sentence: (count) => `Copy ${messages(count)} to ${target.name}`,
      });
      undo.remember(opIds, () =>
        takeCopiesBack(
          here.map((row) => ({ original: row.messageId, copy: idOf(row), from: row.viewFolderId })),
        ),
      );
      const moved = await transfer(
        rows.filter((row) => row.accountId !== target.accountId),
        target,
        false,
      );
      return { opIds: [...opIds, ...moved.opIds], messageIds: [...here.map(idOf), ...moved.messageIds] };
    },
    async delete(messageIds, permanent) {
      const rows = await submit.locate(messageIds);
      const inTrash = (row: LocatedRow): boolean => register.get(row.viewFolderId)?.role === 'trash';
      const gone = rows.filter((row) => permanent || inTrash(row));
      return [
        ...(await expungeRows(gone)),
        ...(await moveToRole(
          rows.filter((row) => !gone.includes(row)),
          'trash',
        )),
      ];
    },
    archive: async (messageIds) => moveToRole(await submit.locate(messageIds), 'archive'),
    async markJunk(messageIds, junk) {
      const rows = await submit.locate(messageIds);
      const flags = await setFlagsOf(rows, junk ? ['$Junk'] : ['$NotJunk'], junk ? ['$NotJunk'] : ['$Junk']);
      return [...flags, ...(await moveToRole(rows, junk ? 'junk' : 'inbox'))];
    },
  };
}
