import type { CacheDatabase, SegmentText } from './database.ts';
import type { Databases } from './databases.ts';
import { fromLine, type StoredEnvelope } from './envelope-line.ts';
import type { Segment } from './folder-state.ts';
import { rowBits } from './row-table.ts';
import type { StoreMemory } from './memory.ts';

/** Segments whose text stays in memory: 64 × about 150 KB. */
const kept = 64;

export interface RowText extends StoredEnvelope {
  preview: string;
}

interface Lines {
  envelopes: string[];
  previews: string[];
}

/** Envelopes and previews by row, read a segment at a time, the last used ones kept. */
export class SegmentTexts {
  readonly #databases: Databases;
  readonly #memory: StoreMemory;
  readonly #lines = new Map<Segment, Lines>();

  constructor(databases: Databases, memory: StoreMemory) {
    this.#databases = databases;
    this.#memory = memory;
  }

  /** To be called when the segment's text on disk changed. */
  forget(segment: Segment): void {
    this.#lines.delete(segment);
  }

  /** Texts of rows, in their order. Throws when a row's text is missing: the cache is damaged. */
  async of(rows: readonly number[]): Promise<RowText[]> {
    const texts = new Array<RowText>(rows.length);
    const bySegment = new Map<Segment, number[]>();
    rows.forEach((row, at) => {
      const waiting = this.#memory.waiting.get(row);
      if (waiting !== undefined) {
        const { envelope, preview, emailId } = waiting.row;
        texts[at] = { envelope, preview, emailId: emailId ?? null };
        return;
      }
      const segment = this.#memory.segments[this.#memory.rows.segment(row)];
      if (segment === undefined) throw new DamagedCacheError('a row has no segment');
      const places = bySegment.get(segment);
      if (places === undefined) bySegment.set(segment, [at]);
      else places.push(at);
    });
    // Many segments one after the other: the texts of 50,000 rows are never held at once.
    const segments = [...bySegment];
    for (let from = 0; from < segments.length; from += kept) {
      const some = segments.slice(from, from + kept);
      await this.#load(some.map(([segment]) => segment));
      for (const [segment, places] of some) {
        const lines = this.#lines.get(segment);
        for (const at of places) texts[at] = textOf(lines, this.#memory.rows.slot(rows[at] ?? 0));
      }
      this.#trim();
    }
    return texts;
  }

  async #load(segments: readonly Segment[]): Promise<void> {
    const missing: Segment[] = [];
    for (const segment of segments) {
      const lines = this.#lines.get(segment);
      if (lines === undefined) missing.push(segment);
      else {
        this.#lines.delete(segment);
        this.#lines.set(segment, lines);
      }
    }
    const places = Map.groupBy(missing, (segment) => this.#databases.of(segment.folder.accountId));
    for (const [db, some] of places) await this.#read(db, some);
  }

  async #read(db: CacheDatabase, missing: readonly Segment[]): Promise<void> {
    const keys = missing.map((segment): [string, number] => [segment.folder.folderId, segment.no]);
    const [envelopes, previews] = await db.transaction('r', db.envelopes, db.previews, () =>
      Promise.all([db.envelopes.bulkGet(keys), db.previews.bulkGet(keys)]),
    );
    missing.forEach((segment, at) => {
      this.#lines.set(segment, { envelopes: linesOf(envelopes[at]), previews: linesOf(previews[at]) });
    });
  }

  #trim(): void {
    for (const segment of this.#lines.keys()) {
      if (this.#lines.size <= kept) return;
      this.#lines.delete(segment);
    }
  }
}

export class DamagedCacheError extends Error {
  override name = 'DamagedCacheError';
}

export function linesOf(record: SegmentText | undefined): string[] {
  return record === undefined || record.text === '' ? [] : record.text.split('\n');
}

function textOf(lines: Lines | undefined, slot: number): RowText {
  const line = lines?.envelopes[slot];
  if (line === undefined) throw new DamagedCacheError('an envelope is missing');
  const preview = lines?.previews[slot];
  return {
    ...fromLine(line),
    preview: preview === undefined || preview === '' ? '' : String(JSON.parse(preview)),
  };
}

/** Bits of a row's state that are on disk. */
export const diskBits = rowBits.gone | rowBits.readable | rowBits.attachments;
