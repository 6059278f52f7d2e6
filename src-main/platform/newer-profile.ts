import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { ProfilePaths } from './paths.ts';

/** The newest version of every durable file that this Posthorn reads. */
const known = 1;

/**
 * Refuses a profile that a newer Posthorn has written, before anything in it is opened or written: what we do not
 * understand is not damage (R32). @throws AppError `refused` that names the file and its version.
 */
export async function refuseNewerProfile(paths: ProfilePaths): Promise<void> {
  const files = [paths.settings, paths.accounts, paths.secrets, paths.folders, paths.syncTimes];
  const drafts = (await namesIn(paths.drafts))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(paths.drafts, name));
  for (const file of [...files, ...drafts]) refuse(file, await versionOfJson(file));
  const locals = (await namesIn(paths.localMail)).map((name) => join(paths.localMail, name, 'mail.log'));
  for (const file of [paths.journal, paths.outbox, paths.reports, ...locals])
    refuse(file, await versionOfLog(file));
}

function refuse(file: string, version: number | null): void {
  if (version === null || version <= known) return;
  throw new AppError({
    code: 'refused',
    scope: 'app',
    next: 'tell-user',
    detail: `The profile was last used by a newer Posthorn (${file} has version ${version}). Nothing was changed. Start the newer version, or use another profile.`,
  });
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => []);
}

/** Null: there is no such file, or it cannot be read as ours: that is for whoever opens it. */
async function versionOfJson(file: string): Promise<number | null> {
  try {
    return versionOf(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** A log says its version in its first line: `<crc> <JSON>`. */
async function versionOfLog(file: string): Promise<number | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0);
      const line = buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
      return versionOf(JSON.parse(line.slice(9)));
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

function versionOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('version' in value)) return null;
  return typeof value.version === 'number' ? value.version : null;
}
