import { createHash } from 'node:crypto';
import { readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory, readFileIfThere, syncDirectory, writeFileAtomic } from './atomic-file.ts';

/** Bytes that must not be lost, by the SHA-256 of their content; written once, fsynced, never changed. */
export interface Blobs {
  /** Durable when it resolves; gives the lower-case hex SHA-256. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, or null when they are not there or no longer what their name says. */
  get(sha256: string): Promise<Buffer | null>;
  /** Deletes every blob whose name `keep` refuses. Called at start, when every owner is loaded. */
  sweep(keep: (sha256: string) => boolean): Promise<number>;
}

export function openBlobs(directory: string): Blobs {
  const fileOf = (sha256: string): string => join(directory, sha256.slice(0, 2), `${sha256}.blob`);
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = fileOf(sha256);
      const there = await readFileIfThere(file);
      if (there === null || createHash('sha256').update(there).digest('hex') !== sha256) {
        await makeDirectory(dirname(file));
        await writeFileAtomic(file, bytes);
      }
      // Also where the bytes were found: whoever put them there may not have come so far yet.
      else await syncDirectory(dirname(file));
      await syncDirectory(directory);
      return sha256;
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
      const bytes = await readFileIfThere(fileOf(sha256));
      if (bytes === null) return null;
      return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null;
    },
    async sweep(keep) {
      let swept = 0;
      await makeDirectory(directory);
      for (const shelf of await readdir(directory)) {
        const shelfDirectory = join(directory, shelf);
        for (const name of await readdir(shelfDirectory)) {
          if (keep(name.replace('.blob', ''))) continue;
          await unlink(join(shelfDirectory, name));
          swept += 1;
        }
      }
      return swept;
    },
  };
}
