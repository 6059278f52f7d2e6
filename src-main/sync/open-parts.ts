import { toAppError } from '../../src-shared/error.ts';
import type { StructurePart } from '../../src-shared/model/structure.ts';
import type { Call } from '../backends/backend.ts';
import { gone } from './bodies.ts';
import { begunFrom, begunName, fetchBegun } from './fetch-begun.ts';
import type { FolderEntry } from './folder-register.ts';
import { firstBytes, joinParts, mostAround, partAlone, type Sections } from './join-parts.ts';
import { neededParts } from './needed-parts.ts';
import type { OpenBodyPorts } from './open-body.ts';
import { overLosses } from './over-losses.ts';
import type { Session } from './session.ts';

/** A large message of which that is here what its text needs. Kept nowhere but in memory. */
export interface PartlyHere {
  /** A message with the real headers; of the parts that wait only their first bytes. Never to be kept or sent. */
  bytes: Buffer;
  structure: StructurePart;
  /** Parts that are not here, by number. */
  waiting: ReadonlyMap<string, StructurePart>;
}

/** Text first, files on demand. */
export interface OpenParts {
  /** Null: the whole message is here, or is to be fetched. @throws AppError `not-cached` when there is no connection */
  open(messageId: string): Promise<PartlyHere | null>;
  /**
   * A part that waits, as a message of its own. Null: the whole message is to be fetched instead.
   * @throws AppError `not-cached`, `not-found`, `cancelled` and others
   */
  part(messageId: string, section: string): Promise<Buffer | null>;
  stop(messageId: string): void;
}

interface Held extends PartlyHere {
  entry: FolderEntry;
  /** Names it as the server has it. */
  place: string;
  uid: number;
  accountId: string;
  sections: Sections;
}

/** Each is a megabyte at most. */
const mostHeld = 8;
/** A part that was fetched is often asked for twice, to be looked at and saved. */
const longestKept = 16 * 1024 * 1024;

export function createOpenParts(ports: OpenBodyPorts, session: Pick<Session, 'ensure'>): OpenParts {
  const held = new Map<string, Held>();
  const opening = new Map<string, Promise<Held | null>>();
  const fetching = new Set<{ messageId: string; stopped: boolean }>();
  let last: { name: string; alone: Buffer } | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function placeOf(
    messageId: string,
  ): Promise<(Pick<Held, 'entry' | 'place' | 'uid' | 'accountId'> & { size: number }) | null> {
    const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
    const entry = row?.ref == null ? undefined : ports.register.get(row.ref.folderId);
    if (row?.ref == null || entry === undefined) return null;
    const { ref, size, accountId } = row;
    const place = begunName(entry, { messageId, uid: ref.uid, size });
    return { entry, place, uid: ref.uid, accountId, size };
  }

  async function fetched(messageId: string, call: Call): Promise<Held | null> {
    const { backend } = ports;
    if (backend.fetchStructure === undefined || backend.fetchSections === undefined) return null;
    const at = await placeOf(messageId);
    if (at === null || at.size < begunFrom) return null;
    const { entry, uid, size } = at;
    backend.expectValidity(entry.path, entry.uidValidity);
    const structure = await backend.fetchStructure(entry.path, uid, call);
    const parts = structure === null ? null : neededParts(structure, size);
    if (structure === null || parts === null) return null;
    backend.expectValidity(entry.path, entry.uidValidity);
    const sections = await backend.fetchSections(
      entry.path,
      uid,
      [
        { section: 'HEADER' },
        ...sectionsIn(structure).flatMap((section) =>
          section === '' ? [] : [{ section: `${section}.MIME` }],
        ),
        ...parts.needed.map(({ section }) => ({ section })),
        ...parts.waiting.map(({ section }) => ({ section, first: firstBytes })),
      ],
      call,
    );
    const waiting = new Map(parts.waiting.map((part) => [part.section, part]));
    const joined = joinParts(structure, sections, new Set(waiting.keys()));
    // A server that speaks of another message than it gives would not come so near to the size of this one.
    const around = joined === null ? -1 : size - joined.wholeSize;
    if (joined === null || around < -2 || around > mostAround) return null;
    return { ...at, structure, sections, waiting, bytes: joined.bytes };
  }

  async function fromServer(messageId: string): Promise<Held | null> {
    if (ports.backend.fetchStructure === undefined) return null;
    // Only where it is worth it is a connection made for it.
    if (((await placeOf(messageId))?.size ?? 0) < begunFrom) return null;
    try {
      return await overLosses(
        session,
        () => true,
        (call) => fetched(messageId, call),
      );
    } catch (thrown) {
      const error = toAppError(thrown);
      // Nor would the whole be had. Whatever else went wrong may be about the parts alone.
      if (error.code === 'not-cached') throw error;
      return null;
    }
  }

  async function open(messageId: string): Promise<Held | null> {
    const known = held.get(messageId);
    const now = known === undefined ? null : await placeOf(messageId);
    // Its folder may have another path by now.
    if (known !== undefined && now?.place === known.place) return { ...known, entry: now.entry };
    held.delete(messageId);
    const other = opening.get(messageId);
    if (other !== undefined) return await other;
    const found = fromServer(messageId).finally(() => opening.delete(messageId));
    opening.set(messageId, found);
    const one = await found;
    if (one !== null) held.set(messageId, one);
    for (const oldest of held.keys()) if (held.size > mostHeld) held.delete(oldest);
    return one;
  }

  async function fetchPart(
    one: Held,
    state: { messageId: string; stopped: boolean },
    part: StructurePart,
  ): Promise<Buffer | null> {
    const { messageId } = state;
    const { begun: begunFiles } = ports;
    const name = `${one.place} ${part.section} ${part.octets}`;
    if (last?.name === name) return last.alone;
    if (begunFiles === undefined) return null;
    const begun = begunFiles.of(one.accountId, name);
    try {
      const found = await overLosses(
        session,
        () => !state.stopped,
        (call) =>
          fetchBegun(
            one.entry,
            { messageId, uid: one.uid, size: part.octets },
            {
              ...ports,
              begun,
              onProgress: (done, total) => ports.onFetching?.(messageId, done, total),
              stopped: () => state.stopped,
            },
            call,
            part.section,
          ),
      );
      if (found === 'gone') throw gone();
      const alone = found === null ? null : partAlone(one.sections, part.section, found.bytes);
      await begun.drop();
      if (alone !== null && alone.length <= longestKept) last = { name, alone };
      if (alone === null) ports.onFetching?.(messageId, 0, 0);
      return alone;
    } catch (thrown) {
      ports.onFetching?.(messageId, 0, 0);
      throw toAppError(thrown);
    }
  }

  return {
    open,
    async part(messageId, section) {
      const one = await open(messageId);
      const part = one?.waiting.get(section);
      if (one == null || part === undefined) return null;
      // One after the other: the progress that is shown is that of one.
      const state = { messageId, stopped: false };
      fetching.add(state);
      const mine = turn.then(() => fetchPart(one, state, part)).finally(() => fetching.delete(state));
      turn = mine.catch(() => undefined);
      return await mine;
    },
    stop(messageId) {
      for (const state of fetching) if (state.messageId === messageId) state.stopped = true;
    },
  };
}

function sectionsIn(part: StructurePart): string[] {
  return [part.section, ...part.children.flatMap(sectionsIn)];
}
