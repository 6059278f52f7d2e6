import { publicError, type AppErrorData } from '../../src-shared/error.ts';
import type { FolderRecord, FolderView } from '../../src-shared/model/folder.ts';

/** The cache's record with what sync knows of the folder: nothing is called complete or checked that is not. */
export function folderView(
  record: FolderRecord,
  failures: ReadonlyMap<string, AppErrorData> | undefined,
): FolderView {
  const { cursor } = record;
  const error = failures?.get(record.folderId);
  return {
    ...record,
    completeTo: record.complete ? null : (cursor?.completeTo ?? null),
    known: { n: record.cached, of: Math.max(record.cached, cursor?.exists ?? 0) },
    lastCheckAt: cursor?.checkedAt ?? null,
    error: error === undefined ? null : publicError(error),
  };
}
