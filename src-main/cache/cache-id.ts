import * as v from 'valibot';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';

const fileSchema = v.object({ cacheId: v.string() });

/** Which cache main last worked with: another one on disk means that it was reset behind our back. */
export interface CacheIdFile {
  read(): Promise<string | null>;
  write(cacheId: string): Promise<void>;
}

export function cacheIdFile(path: string): CacheIdFile {
  return {
    read: async () =>
      (
        await readJsonFile(
          path,
          (value) => v.parse(fileSchema, value),
          () => undefined,
        )
      )?.cacheId ?? null,
    write: (cacheId) => writeFileAtomic(path, JSON.stringify({ cacheId })),
  };
}
