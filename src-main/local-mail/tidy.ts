import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blobs } from '../platform/blobs.ts';

export interface Stray {
  blob: string;
  size: number;
  /** When it was written, milliseconds. */
  date: number;
}

/** What was kept a moment before the program was killed gets its place when it is fetched again: soon. */
const soon = 86_400_000;

/**
 * Called at start, before anything new is kept. What the user removed for good leaves the disk. What no record ever
 * named is given back to be shown, if it is older than a day: a copy of the profile may have an older log than
 * mail, and a server that was told that the mail is safe here has it no more. Of a damaged log all of it is.
 */
export async function tidy(
  directory: string,
  blobs: Blobs,
  { named, ever, damaged }: { named: ReadonlySet<string>; ever: ReadonlySet<string>; damaged: boolean },
): Promise<Stray[]> {
  const unnamed: string[] = [];
  await blobs.sweep((blob) => {
    if (named.has(blob)) return true;
    // A file that was being written when the program was killed.
    if (!/^[0-9a-f]{64}$/.test(blob)) return false;
    if (ever.has(blob) && !damaged) return false;
    unnamed.push(blob);
    return true;
  });
  const strays = await Promise.all(
    unnamed.map(async (blob) => {
      const { size, mtimeMs } = await stat(join(directory, blob.slice(0, 2), `${blob}.blob`));
      return { blob, size, date: Math.floor(mtimeMs) };
    }),
  );
  return strays.filter(({ date }) => damaged || Date.now() - date > soon);
}
