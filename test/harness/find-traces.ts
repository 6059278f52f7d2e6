import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files below `folder` that hold any of these texts: as bytes, as UTF-16, or inside Base64 at any of its three
 * alignments. LevelDB's compressed blocks show a text that is random enough as it is (snappy copies only what came
 * before). Chosen texts should be random and 20 characters or more.
 */
export function findTraces(folder: string, texts: readonly string[]): string[] {
  const wanted = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const shifted = [0, 1, 2].map((shift) => {
      const base64 = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
      // The first and last characters also hold bits of the neighbours.
      return Buffer.from(base64.slice(shift === 0 ? 0 : 4, -4));
    });
    return [bytes, Buffer.from(text, 'utf16le'), ...shifted].map((form) => ({ text, form }));
  });
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch {
      continue; // gone since it was listed
    }
    for (const { text, form } of wanted)
      if (bytes.includes(form)) found.push(`${path.slice(folder.length)}: ${text}`);
  }
  return [...new Set(found)];
}
