/**
 * One at a time per folder: a pull's "ask and write down" and a replay's "change and write down" must
 * not interleave, or the older answer would overwrite the newer state.
 */
export interface FolderLocks {
  /** Runs `work` while holding all these folders; first come, first served, never a deadlock. */
  hold<T>(folderIds: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createFolderLocks(): FolderLocks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async hold(folderIds, work) {
      // All tails are taken in the same tick, so two callers can never wait for each other in a circle.
      const before = folderIds.map((folderId) => tails.get(folderId) ?? Promise.resolve());
      let release = (): void => undefined;
      const mine = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (const folderId of folderIds) tails.set(folderId, mine);
      await Promise.all(before);
      try {
        return await work();
      } finally {
        release();
        for (const folderId of folderIds) if (tails.get(folderId) === mine) tails.delete(folderId);
      }
    },
  };
}
