import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { makeDirectory, readJsonFile, syncDirectory, writeFileAtomic } from '../platform/atomic-file.ts';
import { storedDraftSchema, type DraftCopy, type StoredDraft } from './stored-draft.ts';

/** The drafts, each in a file of its own. Their attachments are blobs. */
export interface DraftStore {
  /** Newest first. */
  all(): StoredDraft[];
  get(draftId: string): StoredDraft | undefined;
  /** Durable when it resolves; writes of one draft happen in the order in which they were asked for. What it knows of copies stays. */
  put(draft: StoredDraft): Promise<void>;
  /** False: the draft is gone. */
  changeCopies(draftId: string, change: (copies: DraftCopy[]) => DraftCopy[]): Promise<boolean>;
  remove(draftId: string): Promise<void>;
}

export async function openDraftStore(
  directory: string,
  onDamage: (path: string, kept: string) => void,
): Promise<DraftStore> {
  await makeDirectory(directory);
  const drafts = new Map<string, StoredDraft>();
  const writing = new Map<string, Promise<void>>();
  const fileOf = (draftId: string): string => join(directory, `${draftId}.json`);

  for (const name of await readdir(directory)) {
    if (name.includes('.json.tmp-')) await unlink(join(directory, name));
    if (!name.endsWith('.json')) continue;
    const draft = await readJsonFile(
      join(directory, name),
      (value) => v.parse(storedDraftSchema, value),
      onDamage,
    );
    if (draft !== null) drafts.set(draft.draftId, draft);
  }

  async function write(draft: StoredDraft): Promise<void> {
    await writeFileAtomic(fileOf(draft.draftId), JSON.stringify(draft, null, 1));
    drafts.set(draft.draftId, draft);
  }

  function inOrder(draftId: string, act: () => Promise<void>): Promise<void> {
    const next = (writing.get(draftId) ?? Promise.resolve()).catch(() => undefined).then(act);
    writing.set(draftId, next);
    void next
      .catch(() => undefined)
      .then(() => {
        if (writing.get(draftId) === next) writing.delete(draftId);
      });
    return next;
  }

  return {
    all: () => [...drafts.values()].sort((a, b) => b.savedAt.localeCompare(a.savedAt)),
    get: (draftId) => drafts.get(draftId),
    put: (draft) =>
      inOrder(draft.draftId, () =>
        write({ ...draft, copies: drafts.get(draft.draftId)?.copies ?? draft.copies }),
      ),
    async changeCopies(draftId, change) {
      let there = false;
      await inOrder(draftId, async () => {
        const draft = drafts.get(draftId);
        if (draft === undefined) return;
        there = true;
        await write({ ...draft, copies: change(draft.copies) });
      });
      return there;
    },
    remove: (draftId) =>
      inOrder(draftId, async () => {
        if (!drafts.delete(draftId)) return;
        await unlink(fileOf(draftId)).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        });
        await syncDirectory(directory);
      }),
  };
}
