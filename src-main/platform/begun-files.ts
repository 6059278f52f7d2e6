import { createHash } from 'node:crypto';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './atomic-file.ts';

/** The first bytes of something large whose fetching was begun. */
export interface BegunFile {
  /** So many bytes are here. */
  have(): Promise<number>;
  /** Behind those that are here; on the disk when this resolves. */
  append(bytes: Uint8Array): Promise<void>;
  read(): Promise<Buffer>;
  drop(): Promise<void>;
}

/** Where fetching something large goes on after a lost connection, or in the next run of the program. */
export interface BegunFiles {
  /** `key` names it as the server has it: another content must have another key. */
  of(accountId: string, key: string): BegunFile;
  /** Messages whose bytes are all to come some day; the next run of the program knows of them too. */
  wishes(accountId: string): Promise<string[]>;
  /** `messageId`: one of ours. */
  wish(accountId: string, messageId: string): Promise<void>;
  unwish(accountId: string, messageId: string): Promise<void>;
  /** Erases what is kept for the account. */
  erase(accountId: string): Promise<void>;
}

/** What nobody went on with for so long is given up. */
const keptMs = 14 * 24 * 3_600_000;

const sum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/**
 * A file for each, named by sums: nothing can be read from its name. A wish is an empty file that names a message by our
 * own id. Cache: it may vanish.
 */
export function openBegunFiles(directory: string, now: number): BegunFiles {
  const swept = sweep(directory, now).catch(() => undefined);
  const wishPath = (accountId: string, messageId: string): string =>
    join(directory, `${sum(accountId)}-${messageId}.wish`);
  return {
    of(accountId, key) {
      const path = join(directory, `${sum(accountId)}-${sum(key)}.part`);
      return {
        async have() {
          await swept;
          return (await stat(path).catch(() => null))?.size ?? 0;
        },
        async append(bytes) {
          await makeDirectory(directory);
          const file = await open(path, 'a', 0o600);
          try {
            await file.writeFile(bytes);
            // After a power cut a file may be longer than what was written into it: what counts is on the disk first.
            await file.datasync();
          } finally {
            await file.close();
          }
        },
        read: () => readFile(path),
        drop: () => rm(path, { force: true }),
      };
    },
    async wishes(accountId) {
      await swept;
      const start = `${sum(accountId)}-`;
      return (await namesIn(directory)).flatMap((name) =>
        name.startsWith(start) && name.endsWith('.wish') ? [name.slice(start.length, -'.wish'.length)] : [],
      );
    },
    async wish(accountId, messageId) {
      await makeDirectory(directory);
      await writeFile(wishPath(accountId, messageId), '', { mode: 0o600 });
    },
    unwish: (accountId, messageId) => rm(wishPath(accountId, messageId), { force: true }),
    async erase(accountId) {
      await swept;
      for (const name of await namesIn(directory))
        if (name.startsWith(`${sum(accountId)}-`)) await rm(join(directory, name), { force: true });
    },
  };
}

/** So many may be fetched at a time; what is held for others that were begun gives way. */
const mostInMemory = 8;

/** The same for what must not go to the disk. */
export function begunInMemory(): BegunFiles {
  const held = new Map<string, Uint8Array[]>();
  return {
    of(accountId, key) {
      const name = `${accountId} ${key}`;
      const pieces = (): Uint8Array[] => held.get(name) ?? [];
      return {
        have: () => Promise.resolve(pieces().reduce((total, piece) => total + piece.length, 0)),
        append(bytes) {
          const own = [...pieces(), bytes];
          // The last that was gone on with stands last.
          held.delete(name);
          held.set(name, own);
          const [oldest] = held.keys();
          if (held.size > mostInMemory && oldest !== undefined) held.delete(oldest);
          return Promise.resolve();
        },
        read: () => Promise.resolve(Buffer.concat(pieces())),
        drop() {
          held.delete(name);
          return Promise.resolve();
        },
      };
    },
    // What is not to be on the disk is not fetched for another time either.
    wishes: () => Promise.resolve([]),
    wish: () => Promise.resolve(),
    unwish: () => Promise.resolve(),
    erase(accountId) {
      for (const name of held.keys()) if (name.startsWith(`${accountId} `)) held.delete(name);
      return Promise.resolve();
    },
  };
}

async function sweep(directory: string, now: number): Promise<void> {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (now - mtimeMs > keptMs) await rm(path, { force: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).filter((name) => /\.(?:part|wish)$/.test(name));
}
