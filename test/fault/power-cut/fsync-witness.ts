/*
 * Loaded into Posthorn before its own code (`node --import`): writes down what a disk would still hold after a power
 * cut, if it kept nothing but what it was asked to keep. A file's bytes are certain as they were when its fsync began;
 * a name is certain once the directory that has it was fsynced. Cache files are left out: they may vanish at any time.
 */
import {
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { bytesOf, fileKey, isCache, namesOf, type WitnessedName } from './witnessed.ts';

const notes = process.env['POSTHORN_TEST_WITNESS'];
const profile = process.env['POSTHORN_TEST_PROFILE'];
if (notes === undefined || profile === undefined)
  throw new Error('the witness needs a place for its notes and a profile');

mkdirSync(notes, { recursive: true });
let written = 0;

/** In one step, so that a kill leaves no half note. */
function note(file: string, data: Uint8Array | string): void {
  written += 1;
  const temporary = join(notes ?? '', `tmp-${written}`);
  writeFileSync(temporary, data);
  renameSync(temporary, file);
}

let begun = 0;
const newest = new Map<string, number>();

/** Of two fsyncs of one thing the one that began first may end last: what it saw is old by then. */
function certainOf(file: string, data: Uint8Array | string): () => void {
  begun += 1;
  const order = begun;
  return () => {
    if ((newest.get(file) ?? 0) > order) return;
    newest.set(file, order);
    note(file, data);
  };
}

/** What will be certain when the fsync of this file has succeeded; null: none of ours. */
function seen(fd: number): (() => void) | null {
  const path = readlinkSync(`/proc/self/fd/${fd}`);
  if (path !== profile && !path.startsWith(`${profile}/`)) return null;
  const below = path.slice(profile?.length ?? 0);
  if (isCache(below)) return null;
  const stat = fstatSync(fd);
  if (!stat.isDirectory()) {
    const bytes = readFileSync(path);
    return certainOf(bytesOf(notes ?? '', fileKey(stat)), bytes);
  }
  const names = readdirSync(path).flatMap((name): WitnessedName[] => {
    try {
      const entry = lstatSync(join(path, name));
      return [{ name, key: fileKey(entry), directory: entry.isDirectory() }];
    } catch {
      return [];
    }
  });
  return certainOf(namesOf(notes ?? '', below), JSON.stringify(names));
}

// A worker gets the flags of its parent; what is durable is written by main's own thread alone.
if (isMainThread) {
  const anyFile = await open(new URL(import.meta.url), 'r');
  const handles = Object.getPrototypeOf(anyFile) as { sync(): Promise<void>; datasync(): Promise<void> };
  await anyFile.close();
  for (const name of ['sync', 'datasync'] as const) {
    const real = handles[name];
    handles[name] = async function (this: FileHandle) {
      const certain = seen(this.fd);
      await real.call(this);
      certain?.();
    };
  }
}
