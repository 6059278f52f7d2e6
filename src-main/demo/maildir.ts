import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  futimesSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { toModifiedUtf7 } from './modified-utf7.ts';
import type { Ids } from './server-process.ts';

export interface SeedMail {
  bytes: Buffer | string;
  /** IMAP names: `\Seen`, `\Flagged`, … and up to 26 keywords a folder. */
  flags?: readonly string[];
  internalDate?: Date;
}

export interface SeedOptions {
  uidValidity?: number;
  /** UID of the first mail; the others follow without gaps unless `uidStep` says otherwise. */
  firstUid?: number;
  uidStep?: number;
}

const letters: Readonly<Record<string, string>> = {
  '\\draft': 'D',
  '\\flagged': 'F',
  '\\answered': 'R',
  '\\seen': 'S',
  '\\deleted': 'T',
};

/**
 * Writes mails straight into a Maildir++ folder, as Dovecot would have left them: 10,000 in one to two seconds, where
 * APPEND takes minutes. A new folder also gets its `dovecot-uidlist`, so UIDs follow the given order; into a folder
 * that is there already mails are added, and Dovecot numbers them by their internal date.
 */
export function writeMaildir(
  root: string,
  folder: string,
  mails: Iterable<SeedMail>,
  owner: Ids | undefined,
  options: SeedOptions = {},
): number {
  const dir =
    folder.toUpperCase() === 'INBOX' ? root : join(root, `.${toModifiedUtf7(folder).replaceAll('/', '.')}`);
  const own = (path: string): void => {
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  const uidlist = join(dir, 'dovecot-uidlist');
  const numbered = !existsSync(uidlist);
  for (const part of ['', 'cur', 'new', 'tmp']) {
    const path = join(dir, part);
    if (existsSync(path)) continue;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    own(path);
  }
  if (dir !== root) {
    const mark = join(dir, 'maildirfolder');
    writeFileSync(mark, '', { mode: 0o600 });
    own(mark);
  }
  const keywords: string[] = [];
  const batch = randomBytes(4).toString('hex');
  const lines: string[] = [];
  let uid = options.firstUid ?? 1;
  let count = 0;
  for (const mail of mails) {
    const bytes = typeof mail.bytes === 'string' ? Buffer.from(mail.bytes, 'utf8') : mail.bytes;
    const date = mail.internalDate ?? new Date();
    const seconds = Math.floor(date.getTime() / 1000);
    // S and W (size, and size with CRLF) spare Dovecot the reading of each file.
    const base = `${seconds}.M${String(count).padStart(6, '0')}P${batch}.loopback,S=${bytes.length},W=${crlfSize(bytes)}`;
    const handle = openSync(
      join(dir, 'cur', `${base}:2,${flagLetters(mail.flags ?? [], keywords)}`),
      'wx',
      0o600,
    );
    try {
      writeSync(handle, bytes);
      if (owner !== undefined) fchownSync(handle, owner.uid, owner.gid);
      futimesSync(handle, seconds, seconds);
    } finally {
      closeSync(handle);
    }
    lines.push(`${uid} :${base}`);
    uid += options.uidStep ?? 1;
    count += 1;
  }
  if (numbered) {
    const validity = options.uidValidity ?? Math.floor(Date.now() / 1000);
    const head = `3 V${validity} N${uid} G${randomBytes(16).toString('hex')}`;
    writeFileSync(uidlist, `${[head, ...lines].join('\n')}\n`, { mode: 0o600 });
    own(uidlist);
  }
  if (keywords.length > 0) {
    const path = join(dir, 'dovecot-keywords');
    writeFileSync(path, keywords.map((word, at) => `${at} ${word}\n`).join(''), { mode: 0o600 });
    own(path);
  }
  return count;
}

/** Maildir wants the letters in ASCII order; keywords are a, b, c … by their line in dovecot-keywords. */
function flagLetters(flags: readonly string[], keywords: string[]): string {
  const found = flags.map((flag) => {
    const system = letters[flag.toLowerCase()];
    if (system !== undefined) return system;
    let at = keywords.indexOf(flag);
    if (at < 0) at = keywords.push(flag) - 1;
    if (at > 25) throw new Error('a Maildir folder holds 26 keywords at most');
    return String.fromCharCode(97 + at);
  });
  return [...new Set(found)].sort().join('');
}

function crlfSize(bytes: Buffer): number {
  let bare = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1))
    if (at === 0 || bytes[at - 1] !== 13) bare += 1;
  return bytes.length + bare;
}
