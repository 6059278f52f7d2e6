import { execFile } from 'node:child_process';
import { open, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../src-shared/error.ts';
import { makeDirectory } from './atomic-file.ts';

/** Where browsers put what they save. */
export function downloadsDirectory(): string {
  return process.env['XDG_DOWNLOAD_DIR'] ?? join(homedir(), 'Downloads');
}

/** Writes under an unused name in the downloads folder: "a.pdf", "a (2).pdf", … Gives the path. */
export async function saveToDownloads(name: string, bytes: Uint8Array): Promise<string> {
  const directory = downloadsDirectory();
  await makeDirectory(directory);
  return await saveInto(directory, name, bytes);
}

/** Writes into a folder that is there, under a name that is not: nothing is replaced, no link followed. Gives the path. */
export async function saveInto(directory: string, name: string, bytes: Uint8Array): Promise<string> {
  const extension = extname(name);
  for (let copy = 1; copy < 1000; copy += 1) {
    const path = join(
      directory,
      copy === 1 ? basename(name) : `${basename(name, extension)} (${copy})${extension}`,
    );
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await markAsForeign(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotSave(path, error);
    }
  }
  throw cannotSave(join(directory, name), new Error('too many copies'));
}

/** Writes (or replaces) the file that the user named. */
export async function saveToFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    if ((await stat(path).catch(() => null))?.isDirectory() === true) throw new Error('is a folder');
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await markAsForeign(path);
  } catch (error) {
    throw cannotSave(path, error);
  }
}

/**
 * Tells the system that a stranger made the file, where a system keeps such a mark: Windows (the zone in a stream of
 * the file) and macOS (quarantine) then ask before they run it. A disk that cannot hold the mark is no fault.
 */
async function markAsForeign(path: string): Promise<void> {
  try {
    if (process.platform === 'win32')
      await writeFile(`${path}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n');
    else if (process.platform === 'darwin')
      await promisify(execFile)('/usr/bin/xattr', [
        '-w',
        'com.apple.quarantine',
        `0081;${Math.floor(Date.now() / 1000).toString(16)};Posthorn;`,
        path,
      ]);
  } catch {
    // The file is what matters.
  }
}

function cannotSave(path: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    {
      code: 'refused',
      scope: 'app',
      next: 'tell-user',
      detail: `The file could not be written to ${path}: ${reason}. Choose another place.`,
    },
    cause,
  );
}
