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
  /** In the order of their UIDs. */
  messages: Map<number, StoredMessage>;
  unseen: number;
}

/** What is known of a key that was taken home. */
export interface TakenKey extends Source {
  /** Where the message lies; null: the user has removed it here. */
  holder: { folder: LocalFolder; uid: number } | null;
}

/** What a log of local mail comes to. `apply` is pure bookkeeping: the same records give the same state. */
export interface LocalState {
  folders: Map<string, LocalFolder>;
  taken: Map<string, TakenKey>;
  modseq: number;
  /** UIDVALIDITY of the next folder: never the one that a deleted namesake had. */
  nextValidity: number;
}

/** True when only the header of its message is here, and the server alone has the rest. */
export function isStub({ holder }: TakenKey): boolean {
  return holder?.folder.messages.get(holder.uid)?.stub === true;
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
        unseen: 0,
      });
      state.nextValidity = Math.max(state.nextValidity, record.uidValidity + 1);
      return;
    case 'rename':
      renameTree(state, record.from, record.to);
      return;
    case 'unfolder': {
      const folder = state.folders.get(record.path);
      if (folder === undefined) return;
      for (const uid of [...folder.messages.keys()]) take(state, folder, uid);
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
      if (folder === undefined) return;
      for (const message of record.messages) put(state, folder, { ...message, modseq });
      return;
    }
    case 'flags': {
      const folder = touched(record.path);
      for (const uid of record.uids) {
        const message = folder?.messages.get(uid);
        if (folder === undefined || message === undefined) continue;
        const flags = new Set(message.flags);
        for (const flag of record.remove) flags.delete(flag);
        for (const flag of record.add) flags.add(flag);
        folder.unseen += unseen({ flags: [...flags] }) - unseen(message);
        folder.messages.set(uid, { ...message, flags: [...flags], modseq });
      }
      return;
    }
    case 'copy': {
      const from = touched(record.path);
      const to = touched(record.to);
      if (from === undefined || to === undefined) return;
      for (const [oldUid, newUid] of record.uids) {
        const message = record.move ? take(state, from, oldUid) : from.messages.get(oldUid);
        if (message === undefined) continue;
        const { source, ...rest } = message;
        // The key goes with the message that is moved; a copy has none, for it came from nowhere.
        const keeps = record.move && source !== undefined ? { source } : {};
        put(state, to, { ...rest, ...keeps, uid: newUid, modseq });
      }
      return;
    }
    case 'gone': {
      const folder = touched(record.path);
      if (folder !== undefined) for (const uid of record.uids) take(state, folder, uid);
      return;
    }
    case 'whole': {
      const folder = touched(record.path);
      const message = folder?.messages.get(record.uid);
      if (folder === undefined || message === undefined) return;
      const { stub: _, source, ...rest } = message;
      const { blob, size, uid } = record;
      const named = source === undefined ? {} : { source: { ...source, blob } };
      folder.messages.set(uid, { ...rest, ...named, blob, size, modseq });
      const taken = source === undefined ? undefined : state.taken.get(source.key);
      if (taken !== undefined) state.taken.set(taken.key, { ...taken, blob });
      return;
    }
    case 'known':
      for (const source of record.sources) state.taken.set(source.key, { ...source, holder: null });
      return;
    case 'forget':
      for (const key of record.keys) letGo(state, key);
      return;
    case 'rekey': {
      const holder = state.taken.get(record.from)?.holder ?? null;
      const message = holder?.folder.messages.get(holder.uid);
      letGo(state, record.from);
      letGo(state, record.source.key);
      if (holder !== null && message !== undefined)
        holder.folder.messages.set(holder.uid, { ...message, source: record.source });
      state.taken.set(record.source.key, { ...record.source, holder });
      return;
    }
    case 'absent':
      for (const key of record.keys) {
        const taken = state.taken.get(key);
        if (taken === undefined) continue;
        const { absent: _, ...rest } = taken;
        state.taken.set(key, record.at === null ? rest : { ...rest, absent: record.at });
      }
      return;
    case 'modseq':
      state.modseq = Math.max(state.modseq, record.value);
      state.nextValidity = Math.max(state.nextValidity, record.nextValidity);
  }
}

const unseen = ({ flags }: Pick<LocalMessage, 'flags'>): number => (flags.includes('\\Seen') ? 0 : 1);

function put(state: LocalState, folder: LocalFolder, message: StoredMessage): void {
  folder.messages.set(message.uid, message);
  folder.unseen += unseen(message);
  folder.uidNext = Math.max(folder.uidNext, message.uid + 1);
  if (message.source === undefined) return;
  const { key } = message.source;
  // One key is one message: another one that had it is a message like any other from now on.
  if (holds(state, key)) letGo(state, key);
  state.taken.set(key, { ...message.source, holder: { folder, uid: message.uid } });
}

/** The message goes, its key stays known: the server may still have it. */
function take(state: LocalState, folder: LocalFolder, uid: number): StoredMessage | undefined {
  const message = folder.messages.get(uid);
  if (message === undefined) return undefined;
  folder.messages.delete(uid);
  folder.unseen -= unseen(message);
  const taken = message.source === undefined ? undefined : state.taken.get(message.source.key);
  if (taken?.holder?.folder === folder && taken.holder.uid === uid) taken.holder = null;
  return message;
}

const holds = (state: LocalState, key: string): boolean => (state.taken.get(key)?.holder ?? null) !== null;

/** The key is forgotten; the message that had it stays. */
function letGo(state: LocalState, key: string): void {
  const holder = state.taken.get(key)?.holder ?? null;
  state.taken.delete(key);
  const message = holder?.folder.messages.get(holder.uid);
  if (holder === null || message === undefined) return;
  const { source: _, ...rest } = message;
  holder.folder.messages.set(holder.uid, rest);
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

/** Messages, or keys, in one record of a compacted log. */
const atOnce = 500;

/** The fewest records that come to the same state: what a compacted log holds. */
export function recordsOf(state: LocalState): LocalRecord[] {
  // First, so that all that follows is counted above every number that was ever given out: whoever asks for what
  // changed since then gets too much rather than too little.
  const records: LocalRecord[] = [{ t: 'modseq', value: state.modseq, nextValidity: state.nextValidity }];
  for (const folder of state.folders.values()) {
    const { path, role, uidValidity, uidNext } = folder;
    records.push({ t: 'folder', path, role, uidValidity, uidNext });
    if (!folder.subscribed) records.push({ t: 'subscribe', path, subscribed: false });
    const messages = [...folder.messages.values()].map(({ modseq: _, source, ...message }) => {
      const taken = source === undefined ? undefined : state.taken.get(source.key);
      return taken === undefined ? message : { ...message, source: sourceOf(taken) };
    });
    for (let at = 0; at < messages.length; at += atOnce)
      records.push({ t: 'add', path, messages: messages.slice(at, at + atOnce) });
  }
  const known = [...state.taken.values()].filter(({ holder }) => holder === null).map(sourceOf);
  for (let at = 0; at < known.length; at += atOnce)
    records.push({ t: 'known', sources: known.slice(at, at + atOnce) });
  return records;
}

const sourceOf = ({ holder: _, ...source }: TakenKey): Source => source;

/** The contents that messages name. */
export function namesOf(state: LocalState): Set<string> {
  const messages = [...state.folders.values()].flatMap((folder) => [...folder.messages.values()]);
  return new Set(messages.map(({ blob }) => blob));
}

/** Records are lost, so that UIDs may have been given out that are not known any more: no old one means anything. */
export function renumber(state: LocalState): void {
  for (const folder of state.folders.values()) {
    folder.uidValidity = state.nextValidity;
    state.nextValidity += 1;
  }
}
