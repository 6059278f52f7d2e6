import { lstat, open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { MailFormat } from '../../src-shared/ipc/areas/transfer.ts';
import { fromLineDate } from './from-line.ts';
import { beginsLikeMail, flagsInHeader, headerText, timeInHeader } from './header-look.ts';
import { flagsOfMaildirName, readKeywords } from './maildir-name.ts';
import { readMbox, type MboxReading } from './mbox-read.ts';
import { withCrlf, type MboxVariant } from './mbox-text.ts';

export type IncomingMail =
  | { kind: 'mail'; bytes: Buffer; flags: string[]; at: number; where: string; share: number }
  | { kind: 'refused'; where: string; reason: string; share: number };

export interface SourceOptions {
  format: MailFormat;
  path: string;
  variant?: MboxVariant | undefined;
  /** Lines end with CRLF: a server wants it so. */
  crlf: boolean;
  /** A window gave the files: they lie where no person put them, with a number before their names. */
  received?: boolean | undefined;
}

/** As the user knows the file. */
const nameOf = (name: string, { received }: SourceOptions): string =>
  received === true ? name.replace(/^\d{5,} /, '') : name;

/** Larger ones are refused: a message is read into memory as a whole. */
const mostBytes = 512 * 1024 * 1024;
const twoDays = 2 * 24 * 3_600_000;

/** What a source is known by, so that a file that was changed is not taken for the one that was begun with. */
export async function sourceStamp(path: string): Promise<string> {
  const facts = await stat(path).catch(() => null);
  if (facts === null)
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'tell-user',
      detail: `There is nothing at ${path}, or it may not be read. Nothing was imported.`,
    });
  return facts.isDirectory() ? 'folder' : `${facts.size} ${Math.floor(facts.mtimeMs)}`;
}

/** The messages of a file or folder in an order that is the same each time. */
export function readSource(options: SourceOptions): AsyncGenerator<IncomingMail> {
  if (options.format === 'mbox') return mboxSource(options);
  return options.format === 'eml' ? emlSource(options) : maildirSource(options);
}

/** One mbox file, or all files of a folder, each of which is one. */
async function* mboxSource(options: SourceOptions): AsyncGenerator<IncomingMail> {
  const { path } = options;
  if (!(await stat(path)).isDirectory()) {
    yield* mboxFile(options);
    return;
  }
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  for (const [i, name] of names.entries()) {
    const whole = (share: number): number => (i + share) / names.length;
    const known = nameOf(name, options);
    try {
      for await (const mail of mboxFile({ ...options, path: join(path, name) }))
        yield { ...mail, where: `${known}, ${mail.where}`, share: whole(mail.share) };
    } catch (thrown) {
      if (!(thrown instanceof NotThat)) throw thrown;
      yield { kind: 'refused', where: known, reason: thrown.why, share: whole(1) };
    }
  }
}

async function* mboxFile({ path, variant }: SourceOptions): AsyncGenerator<IncomingMail> {
  const facts = await stat(path);
  const file = await open(path, 'r');
  const reading: MboxReading = { skipped: 0, tooLong: [] };
  let found = 0;
  try {
    for await (const mail of readMbox(file, {
      ...(variant === undefined ? {} : { variant }),
      mostBytes,
      reading,
    })) {
      found += 1;
      const where = `message ${found}, at byte ${mail.offset}`;
      const share = mail.end / Math.max(1, facts.size);
      if (mail.bytes.length === 0) {
        yield { kind: 'refused', where, reason: 'It is empty.', share };
        continue;
      }
      const header = headerText(mail.bytes);
      const at = fromLineDate(mail.fromLine) ?? timeInHeader(header) ?? facts.mtimeMs;
      yield { kind: 'mail', bytes: mail.bytes, flags: flagsInHeader(header), at, where, share };
    }
  } finally {
    await file.close();
  }
  if (found === 0 && facts.size > 0 && reading.tooLong.length === 0)
    throw new NotThat(
      path,
      'It is no mbox file: no line in it begins a message (“From ”, an address and a date).',
    );
  if (reading.skipped > 0)
    yield {
      kind: 'refused',
      where: `the first ${reading.skipped} bytes`,
      reason: 'They belong to no message: no “From ” line stands before them.',
      share: 1,
    };
  for (const offset of reading.tooLong)
    yield { kind: 'refused', where: `at byte ${offset}`, reason: 'It is longer than 512 MB.', share: 1 };
}

async function* emlSource(options: SourceOptions): AsyncGenerator<IncomingMail> {
  const { path, crlf } = options;
  const files = (await stat(path)).isDirectory() ? await emlFiles(path) : [path];
  for (const [i, file] of files.entries()) {
    const where = nameOf(basename(file), options);
    const share = (i + 1) / files.length;
    const read = await readOne(file);
    if (typeof read === 'string') {
      yield { kind: 'refused', where, reason: read, share };
      continue;
    }
    const { modified } = read;
    // Some programs leave the From_ line of their folder in front.
    const text = read.bytes.toString('latin1', 0, 1_000);
    const own = /^From [^\n]*\n/.exec(text)?.[0].length ?? 0;
    const bytes = own === 0 ? read.bytes : read.bytes.subarray(own);
    if (!beginsLikeMail(bytes)) {
      yield { kind: 'refused', where, reason: 'It does not begin as a mail does, with a header.', share };
      continue;
    }
    const header = headerText(bytes);
    const told = timeInHeader(header);
    // The file's own time, where it can be the time at which the mail came: a copy of a file is new, its mail is not.
    const at = told === null || Math.abs(told - modified) < twoDays ? modified : told;
    yield {
      kind: 'mail',
      bytes: crlf ? withCrlf(bytes) : bytes,
      flags: flagsInHeader(header),
      at,
      where,
      share,
    };
  }
}

async function* maildirSource({ path, crlf, received }: SourceOptions): AsyncGenerator<IncomingMail> {
  const found: { file: string; flags: string[] }[] = [];
  const keywords = readKeywords(await readFile(join(path, 'dovecot-keywords'), 'utf8').catch(() => ''));
  for (const part of ['cur', 'new'] as const) {
    const names = await readdir(join(path, part)).catch(() => null);
    if (names === null && part === 'cur' && (received !== true || !(await isThere(join(path, 'new')))))
      throw new NotThat(path, 'It is no Maildir: it has no folder “cur”.', received);
    for (const name of names ?? [])
      if (!name.startsWith('.'))
        found.push({
          file: join(path, part, name),
          flags: part === 'cur' ? flagsOfMaildirName(name, keywords) : [],
        });
  }
  found.sort((a, b) => (order(a.file) < order(b.file) ? -1 : 1));
  for (const [i, { file, flags }] of found.entries()) {
    const where = basename(file);
    const share = (i + 1) / found.length;
    const read = await readOne(file);
    if (typeof read === 'string') yield { kind: 'refused', where, reason: read, share };
    else
      yield {
        kind: 'mail',
        bytes: crlf ? withCrlf(read.bytes) : read.bytes,
        flags,
        at: read.modified,
        where,
        share,
      };
  }
}

/** Names begin with the second of delivery, which may have grown a digit; what follows ":2," may change meanwhile. */
function order(file: string): string {
  const name = basename(file).replace(/[:;!]2,[A-Za-z]*$/, '');
  const seconds = /^\d+/.exec(name)?.[0] ?? '';
  return (
    seconds.padStart(15, '0') +
    name.slice(seconds.length).replace(/\d+/g, (digits) => digits.padStart(12, '0'))
  );
}

async function emlFiles(path: string): Promise<string[]> {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && /\.eml$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readOne(file: string): Promise<{ bytes: Buffer; modified: number } | string> {
  try {
    const facts = await lstat(file);
    if (!facts.isFile()) return 'It is no file.';
    if (facts.size === 0) return 'It is empty.';
    if (facts.size > mostBytes) return 'It is longer than 512 MB.';
    return { bytes: await readFile(file), modified: Math.max(0, facts.mtimeMs) };
  } catch (error) {
    return `It could not be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** What was named is not of that kind; `why` without the path, which is no name that a user gave where it was received. */
class NotThat extends AppError {
  readonly why: string;

  constructor(path: string, why: string, received?: boolean) {
    super({
      code: 'refused',
      scope: 'folder',
      next: 'tell-user',
      detail: `${received === true ? 'What you chose cannot be imported.' : `${path} cannot be imported.`} ${why} Nothing was imported.`,
    });
    this.why = why;
  }
}
