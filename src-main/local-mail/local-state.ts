import type { FolderRole } from '../../src-shared/model/folder.ts';
import type { LocalMessage, LocalRecord, Source } from './records.ts';

export interface StoredMessage extends LocalMessage {
  modseq: number;
}

export interface LocalFolder {
  path: string;
  role: FolderRole | null;
  uidValidity: number;
  uidNext: number;
  subscribed: boolean;
  modseq: number;
  messages: Map<number, StoredMessage>;
}

/** What is known of a key that was taken home. */
export interface TakenKey extends Source {
  /** The user still has it here. */
  held: boolean;
}

/** What a log of local mail comes to. `apply` is pure bookkeeping: the same records give the same state. */
export interface LocalState {
  folders: Map<string, LocalFolder>;
  taken: Map<string, TakenKey>;
  modseq: number;
  /** UIDVALIDITY of the next folder: never the one that a deleted namesake had. */
  nextValidity: number;
}

export const emptyState = (): LocalState => ({
  folders: new Map(),
  taken: new Map(),
  modseq: 1,
  nextValidity: 1,
});

export function apply(state: LocalState, record: LocalRecord): void {
  state.modseq += 1;
  const { modseq } = state;
  const touched = (path: string): LocalFolder | undefined => {
    const folder = state.folders.get(path);
    if (folder !== undefined) folder.modseq = modseq;
    return folder;
  };
  switch (record.t) {
    case 'folder':
      if (state.folders.has(record.path)) return;
      state.folders.set(record.path, {
        path: record.path,
        role: record.role,
        uidValidity: record.uidValidity,
        uidNext: record.uidNext ?? 1,
        subscribed: true,
        modseq,
        messages: new Map(),
      });
      state.nextValidity = Math.max(state.nextValidity, record.uidValidity + 1);
      return;
    case 'rename':
      renameTree(state, record.from, record.to);
      return;
    case 'unfolder': {
      const folder = state.folders.get(record.path);
      if (folder === undefined) return;
      for (const message of folder.messages.values()) letGo(state, message);
      state.folders.delete(record.path);
      return;
    }
    case 'subscribe': {
      const folder = touched(record.path);
      if (folder !== undefined) folder.subscribed = record.subscribed;
      return;
    }
    case 'add': {
      const folder = touched(record.path);
      for (const message of record.messages) {
        folder?.messages.set(message.uid, { ...message, modseq });
        if (folder !== undefined) folder.uidNext = Math.max(folder.uidNext, message.uid + 1);
        if (message.source !== undefined)
          state.taken.set(message.source.key, { ...message.source, held: true });
      }
      return;
    }
    case 'flags': {
      const folder = touched(record.path);
      for (const uid of record.uids) {
        const message = folder?.messages.get(uid);
        if (message === undefined) continue;
        const flags = new Set(message.flags);
        for (const flag of record.remove) flags.delete(flag);
        for (const flag of record.add) flags.add(flag);
        folder?.messages.set(uid, { ...message, flags: [...flags], modseq });
      }
      return;
    }
    case 'copy': {
      const from = touched(record.path);
      const to = touched(record.to);
      for (const [oldUid, newUid] of record.uids) {
        const message = from?.messages.get(oldUid);
        if (message === undefined || to === undefined) continue;
        const { source, ...rest } = message;
        // The key goes with the message that is moved; a copy has none, for it came from nowhere.
        to.messages.set(newUid, {
          ...rest,
          uid: newUid,
          modseq,
          ...(record.move && source !== undefined ? { source } : {}),
        });
        to.uidNext = Math.max(to.uidNext, newUid + 1);
        if (record.move) from?.messages.delete(oldUid);
      }
      return;
    }
    case 'gone': {
      const folder = touched(record.path);
      for (const uid of record.uids) {
        const message = folder?.messages.get(uid);
        if (message !== undefined) letGo(state, message);
        folder?.messages.delete(uid);
      }
      return;
    }
    case 'known':
      for (const source of record.sources) state.taken.set(source.key, { ...source, held: false });
      return;
    case 'forget':
      for (const key of record.keys) state.taken.delete(key);
      return;
    case 'modseq':
      state.modseq = Math.max(state.modseq, record.value);
      state.nextValidity = Math.max(state.nextValidity, record.nextValidity);
  }
}

/** The message goes, its key stays known: the server may still have it. */
function letGo(state: LocalState, message: StoredMessage): void {
  const taken = message.source === undefined ? undefined : state.taken.get(message.source.key);
  if (taken !== undefined) taken.held = false;
}

function renameTree(state: LocalState, from: string, to: string): void {
  for (const folder of [...state.folders.values()]) {
    if (folder.path !== from && !folder.path.startsWith(`${from}/`)) continue;
    state.folders.delete(folder.path);
    folder.path = `${to}${folder.path.slice(from.length)}`;
    folder.modseq = state.modseq;
    state.folders.set(folder.path, folder);
  }
}

/** The fewest records that come to the same state: what a compacted log holds. */
export function recordsOf(state: LocalState): LocalRecord[] {
  const records: LocalRecord[] = [];
  for (const folder of state.folders.values()) {
    const { path, role, uidValidity, uidNext } = folder;
    records.push({ t: 'folder', path, role, uidValidity, uidNext });
    if (!folder.subscribed) records.push({ t: 'subscribe', path, subscribed: false });
    const messages = [...folder.messages.values()].map(({ modseq: _, ...message }) => message);
    for (let at = 0; at < messages.length; at += 500)
      records.push({ t: 'add', path, messages: messages.slice(at, at + 500) });
  }
  const known = [...state.taken.values()].filter((taken) => !taken.held);
  if (known.length > 0) records.push({ t: 'known', sources: known.map(({ held: _, ...source }) => source) });
  records.push({ t: 'modseq', value: state.modseq, nextValidity: state.nextValidity });
  return records;
}
