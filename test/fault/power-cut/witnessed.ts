import { join } from 'node:path';

/** A name in a directory that was fsynced, and which file it was. */
export interface WitnessedName {
  name: string;
  key: string;
  directory: boolean;
}

/** Names a file for as long as it lives, whatever it is called: an inode's number is used again later. */
export const fileKey = (stat: { ino: number; birthtimeMs: number }): string =>
  `${stat.ino}-${Math.round(stat.birthtimeMs)}`;

/** Where the witness keeps a file's certain bytes. */
export const bytesOf = (notes: string, key: string): string => join(notes, `bytes-${key}`);

/** Where it keeps a directory's certain names; `below` the profile, "" for the profile itself. */
export const namesOf = (notes: string, below: string): string =>
  join(notes, `names-${encodeURIComponent(below)}`);

/** What may vanish at any moment, and what is nobody's data (docs/profile.md). `below` begins with a slash. */
export const isCache = (below: string): boolean =>
  /^\/(?:browser|log|discovery|profile\.lock|search\.sqlite|bodies\.sqlite)/.test(below);
