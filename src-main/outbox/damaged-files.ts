import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfThere } from '../platform/atomic-file.ts';

/** What a damaged file speaks of is kept as long as the file: whoever mends it finds the bytes. */
export async function namedInDamagedFiles(paths: {
  outbox: string;
  drafts: string;
  journal: string;
}): Promise<string[]> {
  const files = [`${paths.outbox}.bad`, `${paths.journal}.bad`];
  for (const name of await readdir(paths.drafts))
    if (name.endsWith('.bad')) files.push(join(paths.drafts, name));
  const named: string[] = [];
  for (const file of files) {
    const text = (await readFileIfThere(file))?.toString('latin1') ?? '';
    named.push(...(text.match(/\b[0-9a-f]{64}\b/g) ?? []));
  }
  return named;
}
