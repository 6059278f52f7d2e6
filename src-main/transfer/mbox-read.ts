import type { FileHandle } from 'node:fs/promises';
import { fromLineKind, isWholeFromLine } from './from-line.ts';
import { fieldOf } from './header-look.ts';
import { readBack, type MboxVariant } from './mbox-text.ts';

export interface MboxMessage {
  /** Without its line end. */
  fromLine: string;
  /** Marks taken off, CRLF. */
  bytes: Buffer;
  /** Where its From_ line begins in the file, and where the next one does. */
  offset: number;
  end: number;
}

export interface MboxReading {
  /** Bytes before the first From_ line that belong to no message. */
  skipped: number;
  /** A message that is longer than `mostBytes`, which was passed over: where it begins. */
  tooLong: number[];
}

const newline = 0x0a;
const chunk = 1024 * 1024;
const mark = Buffer.from('\nFrom ');

/**
 * The messages of an mbox file, one after the other: memory holds one message and what was read ahead. A line that
 * begins with "From " separates when it looks like one that mail programs write (with a date, or one of the known
 * forms without) and a header follows, or stands behind an empty line and is nothing but such a line; a Content-Length is believed where a separator stands at its end.
 */
export async function* readMbox(
  file: FileHandle,
  options: { variant?: MboxVariant; mostBytes?: number; reading?: MboxReading } = {},
): AsyncGenerator<MboxMessage> {
  const most = options.mostBytes ?? 512 * 1024 * 1024;
  /** What was read and not given yet; begins at `start` of the file. */
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  let over = false;
  let patches = false;
  let unmarked = false;

  async function more(): Promise<void> {
    // As much again as is held: a long message is copied a few times and not once a chunk.
    const room = Buffer.allocUnsafe(Math.max(chunk, held.length));
    const { bytesRead } = await file.read(room, 0, room.length, start + held.length);
    if (bytesRead === 0) over = true;
    else held = Buffer.concat([held, room.subarray(0, bytesRead)]);
  }

  function lineAt(at: number): string | null {
    const end = held.indexOf(newline, at);
    if (end === -1) return over ? held.toString('latin1', at, Math.min(held.length, at + 1_000)) : null;
    return held.toString('latin1', at, Math.min(end, at + 1_000)).replace(/\r$/, '');
  }

  /** Null: more must be read to know. */
  function separates(at: number): boolean | null {
    const line = lineAt(at);
    if (line === null) return held.length - at > 10_000 ? false : null;
    const kind = fromLineKind(line);
    if (kind === null || (kind === 'patch' && !patches)) return false;
    const end = held.indexOf(newline, at);
    if (end === -1) return true;
    // The end of what was read may be the middle of the next line.
    const next = lineAt(end + 1);
    if (next === null && held.length - end < 1_000) return null;
    const words = next ?? held.toString('latin1', end + 1, end + 1_000);
    const header = words === '' || /^[!-9;-~]+[ \t]*:/.test(words) || /^>*From /.test(words);
    const behindEmptyLine =
      at === 0 || /(?:^|\n)\r?\n$/.test(held.toString('latin1', Math.max(0, at - 4), at));
    // A mail may begin with what is no header; no writer leaves such a line of a mail's own words unmarked.
    if (!header) return kind === 'dated' && behindEmptyLine && isWholeFromLine(line);
    return kind === 'undated' ? behindEmptyLine : true;
  }

  /** Whether a separator or the file's end is there: looked at before all up to it is read into memory. */
  async function maySeparate(at: number): Promise<boolean> {
    if (start + at > (await file.stat()).size) return false;
    const room = Buffer.alloc(16);
    const { bytesRead } = await file.read(room, 0, room.length, start + at);
    return /^(?:\r?\n){0,2}(?:From |$)/.test(room.toString('latin1', 0, bytesRead));
  }

  /** Where the body's length says the next message begins; null: it says nothing that holds. */
  async function byLength(bodyAt: number, header: string): Promise<number | null> {
    const length = fieldOf(header, 'Content-Length');
    if (length === null || !/^\d{1,12}$/.test(length)) return null;
    const end = bodyAt + Number(length);
    if (end > most) return null;
    if (end > held.length && !(await maySeparate(end))) return null;
    while (held.length < end + 1_100 && !over) await more();
    if (end > held.length) return null;
    let at = end;
    for (let lines = 0; lines < 2 && at < held.length; lines += 1) {
      if (held[at] === 0x0d && held[at + 1] === newline) at += 2;
      else if (held[at] === newline) at += 1;
    }
    if (at >= held.length) return held.length;
    return held.toString('latin1', at, at + 5) === 'From ' && separates(at) === true ? at : null;
  }

  while (held.length === 0 && !over) await more();
  for (;;) {
    const first = held.toString('latin1', 0, 5) === 'From ' && fromLineKind(lineAt(0) ?? '') !== null;
    if (first) break;
    const at = await nextFrom(0);
    if (options.reading !== undefined) options.reading.skipped = start + (at ?? held.length);
    if (at === null) return;
    drop(at);
  }
  patches = fromLineKind(lineAt(0) ?? '') === 'patch';

  function drop(length: number): void {
    held = held.subarray(length);
    start += length;
  }

  /** The next separator after `from`, reading on; null at the end of the file. */
  async function nextFrom(from: number): Promise<number | null> {
    let look = from;
    for (;;) {
      const at = held.indexOf(mark, look);
      if (at === -1) {
        if (over) return null;
        if (held.length > most) return null;
        look = Math.max(from, held.length - mark.length);
        await more();
        continue;
      }
      const is = separates(at + 1);
      if (is === true) return at + 1;
      if (is === null && !over) {
        look = at;
        await more();
        continue;
      }
      look = at + 1;
    }
  }

  while (held.length > 0) {
    while (held.indexOf(newline) === -1 && !over) await more();
    const lineEnd = held.indexOf(newline);
    const from = lineAt(0) ?? '';
    const begin = lineEnd === -1 ? held.length : lineEnd + 1;
    let headEnd = /\r?\n\r?\n/.exec(held.toString('latin1', begin, begin + 65_536));
    while (headEnd === null && !over && held.length < begin + 65_536) {
      await more();
      headEnd = /\r?\n\r?\n/.exec(held.toString('latin1', begin, begin + 65_536));
    }
    const bodyAt = headEnd === null ? begin : begin + headEnd.index + headEnd[0].length;
    const header = headEnd === null ? '' : held.toString('latin1', begin, begin + headEnd.index);
    const measured = headEnd === null ? null : await byLength(bodyAt, header);
    const found = measured ?? (await nextFrom(Math.max(0, begin - 1)));
    const next = found ?? held.length;
    if (found === null && !over) {
      // Longer than anything that is taken: passed over, piece by piece, until a separator comes.
      options.reading?.tooLong.push(start);
      for (;;) {
        const keep = Math.min(held.length, chunk);
        drop(held.length - keep);
        const at = await nextFrom(0);
        if (at === null && over) return;
        if (at === null) continue;
        drop(at);
        break;
      }
      continue;
    }
    const raw = held.subarray(begin, withoutLastEmptyLine(begin, next));
    // A body with a From_ line in it that its length steps over: this writer marks nothing.
    if (measured !== null && raw.includes(mark)) unmarked = true;
    const variant: MboxVariant =
      options.variant ?? (measured === null ? 'mboxrd' : unmarked ? 'mboxcl2' : 'mboxcl');
    yield { fromLine: from, bytes: readBack(raw, variant), offset: start, end: start + next };
    drop(next);
    while (held.length === 0 && !over) await more();
  }

  function withoutLastEmptyLine(begin: number, next: number): number {
    const tail = held.toString('latin1', Math.max(begin, next - 4), next);
    // The empty line after a message is the format's, not the message's: only where a line end stands before it.
    const cut = /(?:\r?\n)(\r?\n)$/.exec(tail);
    return next - (cut?.[1]?.length ?? 0);
  }
}
