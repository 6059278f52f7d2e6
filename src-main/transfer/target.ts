import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  unlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { MailFormat } from '../../src-shared/ipc/areas/transfer.ts';
import { diskFilename } from '../../src-shared/text/safe-filename.ts';
import { makeDirectory, syncDirectory, writeFileAtomic } from '../platform/atomic-file.ts';
import { maildirName, writeKeywords } from './maildir-name.ts';
import { mboxEntry } from './mbox-text.ts';

export interface OutgoingMail {
  /** Its place in the folder, from 1. */
  index: number;
  bytes: Buffer;
  subject: string;
  sender: string;
  at: number;
  flags: readonly string[];
}

/** How far an export has come; what was written after it is written again. */
export interface TargetMark {
  bytes: number;
  keywords: string[];
}

/** Where an export writes. All of it has another name (`.part`) until it is whole. */
export interface ExportTarget {
  /** Durable when it resolves. The same messages again replace what they wrote. */
  write(mails: readonly OutgoingMail[]): Promise<TargetMark>;
  close(): Promise<void>;
}

export const partOf = (path: string): string => `${path}.part`;

/** @throws AppError `refused` where something is that would be lost */
export async function choosePath(path: string, format: MailFormat, folderName: string): Promise<string> {
  const there = await lstat(path).catch(() => null);
  if (format === 'mbox' && there?.isDirectory() === true)
    return await choosePath(join(path, `${diskFilename(folderName, 'mail')}.mbox`), format, folderName);
  const free =
    there === null ||
    (format === 'mbox'
      ? there.isFile() && there.size === 0
      : there.isDirectory() && (await readdir(path)).length === 0);
  if (!free)
    throw refused(
      `There is something at ${path} already. Nothing was replaced: choose a new name${format === 'mbox' ? '' : ', or an empty folder'}.`,
    );
  const parent = dirname(path);
  if ((await lstat(parent).catch(() => null)) === null) await makeDirectory(parent);
  if ((await lstat(partOf(path)).catch(() => null)) !== null)
    throw refused(
      `${partOf(path)} is there, from an export that was not finished. Delete it, or choose another name.`,
    );
  return path;
}

export async function openTarget(
  job: { transferId: string; path: string; format: MailFormat; total: number },
  from: TargetMark,
): Promise<ExportTarget> {
  const part = partOf(job.path);
  if (job.format === 'mbox') return await mboxTarget(part, from);
  await mkdir(part, { recursive: true, mode: 0o700 });
  return job.format === 'eml' ? emlTarget(part, job.total) : await maildirTarget(part, job.transferId, from);
}

async function mboxTarget(part: string, from: TargetMark): Promise<ExportTarget> {
  const file: FileHandle = await open(part, from.bytes === 0 ? 'w' : 'r+', 0o600);
  // What was written and not noted before a kill is written again.
  await file.truncate(from.bytes);
  await syncDirectory(dirname(part));
  let { bytes } = from;
  return {
    async write(mails) {
      for (const mail of mails) {
        const entry = mboxEntry(mail.bytes, mail.sender, mail.at);
        // A disk that is nearly full takes a part of it, and says so by the count alone.
        for (let at = 0; at < entry.length;)
          at += (await file.write(entry, at, entry.length - at, bytes + at)).bytesWritten;
        bytes += entry.length;
      }
      await file.sync();
      return { bytes, keywords: [] };
    },
    close: () => file.close(),
  };
}

/** "0012 The subject.eml": in the folder's order, and no two alike whatever the system thinks of letters. */
function emlTarget(part: string, total: number): ExportTarget {
  const digits = Math.max(4, String(total).length);
  return {
    async write(mails) {
      for (const mail of mails) {
        const subject = diskFilename(mail.subject.slice(0, 80), 'message');
        const path = join(part, `${String(mail.index).padStart(digits, '0')} ${subject}.eml`);
        await writeFileAtomic(path, mail.bytes);
        await utimes(path, mail.at / 1_000, mail.at / 1_000);
      }
      await syncDirectory(part);
      return { bytes: 0, keywords: [] };
    },
    close: () => Promise.resolve(),
  };
}

async function maildirTarget(part: string, job: string, from: TargetMark): Promise<ExportTarget> {
  for (const name of ['tmp', 'new', 'cur']) await mkdir(join(part, name), { recursive: true, mode: 0o700 });
  await syncDirectory(part);
  const keywords = [...from.keywords];
  return {
    async write(mails) {
      for (const mail of mails) {
        const name = maildirName({ ...mail, size: mail.bytes.length }, job, keywords);
        const path = join(part, 'cur', name);
        await writeFileAtomic(path, mail.bytes);
        await utimes(path, mail.at / 1_000, mail.at / 1_000);
      }
      await syncDirectory(join(part, 'cur'));
      if (keywords.length > 0) await writeFileAtomic(join(part, 'dovecot-keywords'), writeKeywords(keywords));
      return { bytes: 0, keywords: [...keywords] };
    },
    close: () => Promise.resolve(),
  };
}

/** A name that nothing has: `path` itself, or "path (2)". What is empty there may be replaced. */
export async function freeName(path: string): Promise<string> {
  const extension = extname(path);
  for (let copy = 1; ; copy += 1) {
    const name =
      copy === 1 ? path : join(dirname(path), `${basename(path, extension)} (${copy})${extension}`);
    const there = await lstat(name).catch(() => null);
    if (there === null) return name;
    if (copy > 1) continue;
    if (there.isFile() && there.size === 0) await unlink(name);
    else if (there.isDirectory() && (await readdir(name)).length === 0) await rmdir(name);
    else continue;
    return name;
  }
}

/** `.part` takes its name; never that of something that is there. */
export async function takeName(part: string, name: string): Promise<void> {
  if ((await lstat(part)).isFile()) {
    try {
      // A link is refused where the name is taken; a rename would replace it.
      await link(part, name);
      await unlink(part);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') throw error;
      await rename(part, name);
    }
  } else await rename(part, name);
  await syncDirectory(dirname(name));
}

/** `name` is the file of `part` already: a kill came between the two names. Then `part` goes. */
export async function tookName(part: string, name: string): Promise<boolean> {
  const [from, to] = await Promise.all([part, name].map((path) => lstat(path).catch(() => null)));
  if (from?.isFile() !== true || to?.isFile() !== true || from.ino !== to.ino || from.dev !== to.dev)
    return false;
  await unlink(part);
  await syncDirectory(dirname(name));
  return true;
}

export async function discardPart(path: string): Promise<void> {
  await rm(partOf(path), { recursive: true, force: true });
}

function refused(detail: string): AppError {
  return new AppError({ code: 'refused', scope: 'folder', next: 'tell-user', detail });
}
