import { peopleText, type StoreParams, type StoreResult } from '../../src-shared/cache-protocol.ts';
import { formatUidSet, type UidRange } from '../../src-shared/uid-set.ts';
import { flaggedBit } from './flag-words.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';
import type { SegmentTexts } from './segment-texts.ts';
import { idHash } from './thread-ids.ts';

const maxFlags = 20_000;
const maxEnvelopes = 1000;

/** What main asks to speak with a server about rows. */
export class ServerQueries {
  readonly #memory: StoreMemory;
  readonly #texts: SegmentTexts;

  constructor(memory: StoreMemory, texts: SegmentTexts) {
    this.#memory = memory;
    this.#texts = texts;
  }

  async locate({ messageIds }: StoreParams<'locate'>): Promise<StoreResult<'locate'>> {
    const memory = this.#memory;
    const numbers = messageIds.map((id) => memory.rowOf(id));
    const live = numbers.filter((row) => row >= 0);
    const texts = await this.#texts.of(live);
    let next = 0;
    return numbers.map((row) => {
      if (row < 0) return null;
      const text = texts[next];
      next += 1;
      const home = memory.home(row);
      const segment = memory.segments[memory.rows.segment(row)];
      return {
        messageId: memory.idOf(row),
        accountId: home.accountId,
        ref:
          segment === undefined
            ? null
            : { folderId: home.folderId, gen: segment.gen, uid: memory.rows.uid(row) },
        viewFolderId: (memory.views.get(row)?.folder ?? home).folderId,
        serverFlags: memory.serverFlags(row),
        viewFlags: memory.viewFlags(row),
        messageIdHeader: text?.envelope.messageIdHeader ?? '',
        size: memory.rows.size(row),
        internalDate: memory.rows.date(row),
        readable: memory.rows.has(row, rowBits.readable),
        ...(text?.emailId == null ? {} : { emailId: text.emailId }),
      };
    });
  }

  identify({ refs }: StoreParams<'identify'>): (string | null)[] {
    return refs.map(({ folderId, gen, uid }) => {
      const folder = this.#memory.folder(folderId);
      const row = folder?.gen === gen ? folder.rowOfUid(uid, this.#memory.rows) : -1;
      return row < 0 ? null : this.#memory.idOf(row);
    });
  }

  uids({ folderId }: StoreParams<'uids'>): string {
    const folder = this.#memory.folder(folderId);
    if (folder === undefined) return '';
    const ranges: UidRange[] = [];
    let first = 0;
    let last = -1;
    for (const row of folder.byUid.rows()) {
      const uid = this.#memory.rows.uid(row);
      if (uid !== last + 1 || last < 0) {
        if (last >= 0) ranges.push([first, last]);
        first = uid;
      }
      last = uid;
    }
    if (last >= 0) ranges.push([first, last]);
    return formatUidSet(ranges);
  }

  flagsOf({ folderId, from, to }: StoreParams<'flagsOf'>): StoreResult<'flagsOf'> {
    const folder = this.#memory.folder(folderId);
    if (folder === undefined) return [];
    const { rows } = this.#memory;
    const found: { uid: number; flags: string[] }[] = [];
    for (
      let index = folder.uidIndex(from, rows);
      index < folder.byUid.length && found.length < maxFlags;
      index += 1
    ) {
      const row = folder.byUid.at(index);
      if (rows.uid(row) > to) break;
      found.push({ uid: rows.uid(row), flags: this.#memory.serverFlags(row) });
    }
    return found;
  }

  /** Newest first; rows that are waiting or patched away are not wanted. */
  bodiesWanted({
    folderId,
    newerThan,
    maxBytes,
    flagged,
    limit,
  }: StoreParams<'bodiesWanted'>): StoreResult<'bodiesWanted'> {
    const folder = this.#memory.folder(folderId);
    if (folder === undefined) return [];
    const { rows } = this.#memory;
    const found: { messageId: string; uid: number; size: number }[] = [];
    for (let index = folder.shownRows.length - 1; index >= 0 && found.length < limit; index -= 1) {
      const row = folder.shownRows.at(index);
      if (newerThan !== null && rows.date(row) < newerThan) break;
      const wanted =
        !rows.has(row, rowBits.readable | rowBits.waiting) &&
        rows.folder(row) === folder.number &&
        rows.size(row) <= maxBytes &&
        (flagged !== true || (rows.flags(row) & flaggedBit) !== 0);
      if (wanted) found.push({ messageId: this.#memory.idOf(row), uid: rows.uid(row), size: rows.size(row) });
    }
    return found;
  }

  bodiesEstimate({ folderId, wishes }: StoreParams<'bodiesEstimate'>): StoreResult<'bodiesEstimate'> {
    const estimate = { messages: 0, bytes: 0, missing: 0, missingBytes: 0 };
    const folder = this.#memory.folder(folderId);
    if (folder === undefined) return estimate;
    const { rows } = this.#memory;
    for (let index = 0; index < folder.shownRows.length; index += 1) {
      const row = folder.shownRows.at(index);
      const size = rows.size(row);
      const wanted = wishes.some(
        ({ newerThan, maxBytes, flagged }) =>
          size <= maxBytes &&
          (newerThan === null || rows.date(row) >= newerThan) &&
          (flagged !== true || (rows.flags(row) & flaggedBit) !== 0),
      );
      if (!wanted || rows.folder(row) !== folder.number) continue;
      estimate.messages += 1;
      estimate.bytes += size;
      if (rows.has(row, rowBits.readable | rowBits.waiting)) continue;
      estimate.missing += 1;
      estimate.missingBytes += size;
    }
    return estimate;
  }

  /** In order of folder id, then UID; `after` need not be there any more. */
  async envelopesAfter({
    after,
    limit,
  }: StoreParams<'envelopesAfter'>): Promise<StoreResult<'envelopesAfter'>> {
    const memory = this.#memory;
    const [afterFolder = '', afterUid = '0'] = after?.split(' ') ?? [];
    const folders = memory.folders
      .filter((folder) => memory.folder(folder.folderId) === folder && folder.folderId >= afterFolder)
      .sort((a, b) => (a.folderId < b.folderId ? -1 : 1));
    const numbers: number[] = [];
    const most = Math.min(limit, maxEnvelopes);
    for (const folder of folders) {
      let index = folder.folderId === afterFolder ? folder.uidIndex(Number(afterUid) + 1, memory.rows) : 0;
      for (; index < folder.byUid.length && numbers.length < most; index += 1)
        numbers.push(folder.byUid.at(index));
    }
    const texts = await this.#texts.of(numbers);
    const last = numbers.at(-1);
    return {
      rows: numbers.map((row, at) => {
        const envelope = texts[at]?.envelope;
        return {
          messageId: memory.idOf(row),
          accountId: memory.home(row).accountId,
          folderId: this.#viewFolder(row).folderId,
          internalDate: memory.rows.date(row),
          subject: envelope?.subject ?? '',
          people: peopleText([...(envelope?.from ?? []), ...(envelope?.to ?? []), ...(envelope?.cc ?? [])]),
        };
      }),
      next:
        last === undefined || numbers.length < most
          ? null
          : `${memory.home(last).folderId} ${memory.rows.uid(last)}`,
    };
  }

  /** Rows of the account with this Message-ID that are shown somewhere. */
  numbersByMessageIdHeader({ accountId, messageIdHeader }: StoreParams<'byMessageIdHeader'>): number[] {
    const { threads, rows } = this.#memory;
    const hash = idHash(accountId, messageIdHeader);
    const root = threads.rootOfHash(hash);
    if (messageIdHeader === '' || root < 0) return [];
    const node = threads.node(hash);
    return threads
      .rowsOf(root)
      .filter((row) => rows.node(row) === node && this.#memory.shownIn(row) !== null);
  }

  #viewFolder(row: number): FolderState {
    return this.#memory.views.get(row)?.folder ?? this.#memory.home(row);
  }
}
