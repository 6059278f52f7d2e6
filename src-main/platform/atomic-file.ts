import { constants } from 'node:fs';
import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../src-shared/error.ts';

/**
 * Replaces a file so that after a power cut it is either the old or the new one, whole:
 * temporary file → fsync → rename → fsync of the directory. Mode 0600.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}-${counter++}`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // On a full disk half files would only make it fuller.
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

let counter = 0;

/**
 * Makes a directory (0700) and what leads to it, durably: a file that is fsynced in a directory whose own name was not
 * may be gone after a power cut (POSIX promises no more; ext4 and XFS happen to).
 */
export async function makeDirectory(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isFolder(at)); at = dirname(at)) missing.push(at);
  for (const one of missing.toReversed()) await makeOne(one);
  for (const made of missing) await syncDirectory(dirname(made));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
  throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', syscall: 'mkdir', path });
}

/** Node's own `recursive` never ends where a folder that is there says that it is not (/proc). */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another call was quicker.
    if (code === 'EEXIST' && (await isFolder(path))) return;
    if (code !== 'ENOENT') throw error;
    throw new AppError(
      {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `No folder can be made there (${path}). Nothing was changed. Choose another place.`,
      },
      error,
    );
  }
}

/** Makes a rename or a new name in `path` durable. Windows cannot open directories; NTFS journals names itself. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The file's bytes, or null when there is none. */
export async function readFileIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Reads a JSON file that `parse` accepts. What cannot be read is kept beside it as `.bad` and
 * reported by `onDamage`; the caller then goes on with its default (null).
 */
export async function readJsonFile<T>(
  path: string,
  parse: (value: unknown) => T,
  onDamage: (path: string, kept: string) => void,
): Promise<T | null> {
  const bytes = await readFileIfThere(path);
  if (bytes === null) return null;
  try {
    return parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    const kept = `${path}.bad`;
    await rename(path, kept);
    onDamage(path, kept);
    return null;
  }
}
