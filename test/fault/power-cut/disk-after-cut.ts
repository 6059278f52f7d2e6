import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../convergence/random.ts';
import { bytesOf, fileKey, isCache, namesOf, type WitnessedName } from './witnessed.ts';

/**
 * What the disk kept of each file: everything that was written (`written`), what was fsynced alone (`synced`), or each
 * file by chance (`mixed`): appended bytes in part, with zeros behind them, a rename that did not come so far.
 */
export const keptWays = ['written', 'synced', 'mixed'] as const;
export type KeptWay = (typeof keptWays)[number];

/** What became of the cache: as it is, gone, cut short, or as it was a while before. */
export const cacheWays = ['there', 'gone', 'cut short', 'older'] as const;
export type CacheWay = (typeof cacheWays)[number];

export interface Cut {
  profile: string;
  /** The witness's. */
  notes: string;
  random: Random;
  kept: KeptWay;
  cache: CacheWay;
  /** A copy of the profile's cache of some time before. */
  olderCache: string;
}

/** Makes `to` a profile as a computer would find it that lost its power at this moment. */
export function diskAfterCut(cut: Cut, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  restore(cut, to, '');
  if (cut.cache === 'older') copyCache(cut.olderCache, to);
  else if (cut.cache !== 'gone') copyCache(cut.profile, to);
  if (cut.cache === 'cut short') cutShort(to, cut.random);
}

/** Copies what is cache; files that vanish meanwhile (Chromium's) are left out. */
export function copyCache(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(from).filter((entry) => /^browser|\.sqlite/.test(entry)))
    copy(join(from, name), join(to, name));
}

function copy(from: string, to: string): void {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
    return;
  }
  // Chromium's lock is a link that names the process.
  if (stat?.isFile() !== true) return;
  try {
    cpSync(from, to);
  } catch (error) {
    if (existsSync(from)) throw error;
  }
}

/** Every file of LevelDB and SQLite may end anywhere. */
function cutShort(profile: string, random: Random): void {
  const cutIn = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) cutIn(path);
      else if (/\.sqlite|IndexedDB/.test(path) && random.once(3)) {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.subarray(0, random.below(bytes.length + 1)));
      }
    }
  };
  cutIn(profile);
}

function restore(cut: Cut, to: string, below: string): void {
  const now = existsSync(cut.profile + below) ? readdirSync(cut.profile + below) : [];
  const certain = new Map(namesIn(cut, below).map((entry) => [entry.name, entry]));
  for (const name of new Set([...now, ...certain.keys()])) {
    const path = `${below}/${name}`;
    if (isCache(path)) continue;
    const there = lstatSync(cut.profile + path, { throwIfNoEntry: false });
    const known = certain.get(name);
    if (there?.isDirectory() ?? known?.directory === true) {
      // A directory whose name was never fsynced may not be there at all, whatever was fsynced in it.
      if (known === undefined && forgets(cut)) continue;
      mkdirSync(to + path, { recursive: true, mode: 0o700 });
      restore(cut, to, path);
      continue;
    }
    const bytes = bytesAfter(cut, path, there === undefined ? null : fileKey(there), known?.key ?? null);
    if (bytes !== null) writeFileSync(to + path, bytes, { mode: 0o600 });
  }
}

const forgets = ({ kept, random }: Cut): boolean => kept === 'synced' || (kept === 'mixed' && random.once(2));

/** `now` is the file that has the name; `known` the one that had it when the directory was fsynced last. */
function bytesAfter(cut: Cut, path: string, now: string | null, known: string | null): Buffer | null {
  if (cut.kept === 'written') return now === null ? null : readFileSync(cut.profile + path);
  if (forgets(cut)) return known === null ? null : (certainBytes(cut, known) ?? Buffer.alloc(0));
  if (now === null) return null;
  const written = readFileSync(cut.profile + path);
  const certain = certainBytes(cut, now);
  return certain === null
    ? firstPart(written, 0, cut.random)
    : firstPart(written, certain.length, cut.random);
}

/** Some of what was written after the last fsync; sometimes the file is longer, its new blocks never written. */
function firstPart(written: Buffer, certain: number, random: Random): Buffer {
  if (certain >= written.length) return written;
  const part = written.subarray(0, certain + random.below(written.length - certain + 1));
  return random.once(4) ? Buffer.concat([part, Buffer.alloc(random.below(600))]) : part;
}

function certainBytes({ notes }: Cut, key: string): Buffer | null {
  const file = bytesOf(notes, key);
  return existsSync(file) ? readFileSync(file) : null;
}

function namesIn({ notes }: Cut, below: string): WitnessedName[] {
  const file = namesOf(notes, below);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as WitnessedName[]) : [];
}
