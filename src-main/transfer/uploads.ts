import { open, readdir, rm, utimes, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import { makeDirectory } from '../platform/atomic-file.ts';
import { newId } from '../platform/ids.ts';

/** Files that a window hands over piece by piece; nothing of them outlives the program unless it was taken. */
export interface Uploads {
  receive(piece: {
    uploadId?: string | undefined;
    name: string;
    modified: number;
    bytes: Uint8Array;
  }): Promise<string>;
  /** The folder that holds the files; it is the caller's from now on. */
  take(uploadId: string): Promise<string>;
  /** Throws away what was received; nothing where there is no such upload any more. */
  drop(uploadId: string): Promise<void>;
  /** What an earlier run left half received. */
  sweep(kept: readonly string[]): Promise<void>;
}

interface Upload {
  directory: string;
  open: { name: string; path: string; modified: number; file: FileHandle } | null;
  last: Promise<unknown>;
}

export function createUploads(directory: string): Uploads {
  const uploads = new Map<string, Upload>();

  async function finish(upload: Upload): Promise<void> {
    if (upload.open === null) return;
    const { file, path, modified } = upload.open;
    upload.open = null;
    await file.sync();
    await file.close();
    await utimes(path, modified / 1_000, modified / 1_000);
  }

  async function write(upload: Upload, name: string, modified: number, bytes: Uint8Array): Promise<void> {
    if (upload.open?.name !== name) {
      await finish(upload);
      const path = join(upload.directory, ...partsOf(name));
      await makeDirectory(dirname(path));
      upload.open = { name, path, modified, file: await open(path, 'wx', 0o600) };
    }
    // All of them: `write` may take a part on a disk that is nearly full.
    await upload.open.file.writeFile(bytes);
  }

  const need = (uploadId: string): Upload => {
    const upload = uploads.get(uploadId);
    if (upload !== undefined) return upload;
    throw new AppError({
      code: 'not-found',
      scope: 'app',
      next: 'tell-user',
      detail: 'The files were not received to their end. Choose them again; nothing was imported.',
    });
  };

  return {
    async receive({ uploadId = newId('u'), name, modified, bytes }) {
      const known = uploads.get(uploadId);
      const upload = known ?? { directory: join(directory, uploadId), open: null, last: Promise.resolve() };
      if (known === undefined) uploads.set(uploadId, upload);
      const writing = upload.last.then(() => write(upload, name, modified, bytes));
      upload.last = writing.catch(() => undefined);
      await writing;
      return uploadId;
    },
    async take(uploadId) {
      const upload = need(uploadId);
      await upload.last;
      await finish(upload);
      uploads.delete(uploadId);
      return upload.directory;
    },
    async drop(uploadId) {
      const upload = uploads.get(uploadId);
      if (upload === undefined) return;
      uploads.delete(uploadId);
      await upload.last;
      await upload.open?.file.close();
      await rm(upload.directory, { recursive: true, force: true });
    },
    async sweep(kept) {
      for (const name of await readdir(directory).catch(() => []))
        if (/^u[a-z0-9]+$/.test(name) && !kept.includes(join(directory, name)))
          await rm(join(directory, name), { recursive: true, force: true });
    },
  };
}

/** File systems take 255 bytes; what a page calls longer loses its beginning, for the end says what it is. */
function fitting(part: string): string {
  let kept = part.slice(-255);
  while (Buffer.byteLength(kept) > 255) kept = kept.slice(1);
  return kept.toWellFormed();
}

/** A name inside the folder of the upload, whatever a page calls it. */
function partsOf(name: string): string[] {
  const parts = name
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map((part) => fitting(part.replace(/[\p{Cc}]/gu, '_')));
  const safe = process.platform === 'win32' ? parts.map((part) => part.replace(/[<>:"|?*]/g, ';')) : parts;
  return safe.length === 0 ? ['unnamed'] : safe;
}
