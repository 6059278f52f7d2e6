import type { DraftSave } from '../../src-shared/ipc/areas/sending.ts';
import type { Timer } from '../platform/clock.ts';
import { createDraftBuilder } from './build-draft.ts';
import { draftOfMessage } from './draft-of-message.ts';
import { notFound, type DraftPorts } from './draft-ports.ts';
import type { StoredDraft } from './stored-draft.ts';

/** The copy on the server follows this long after the last save: autosave comes every 5 s while typing. */
const copyAfter = 30_000;

export interface Drafts {
  list(accountId?: string): StoredDraft[];
  need(draftId: string): StoredDraft;
  /** Durable when it resolves. `close`: the copy on the server is made now. */
  save(params: DraftSave): Promise<StoredDraft>;
  /** The draft that `params` describe, attachments taken in, but not kept as a draft. */
  build(params: DraftSave): Promise<StoredDraft>;
  /** Puts a draft back as it was (a sending that was taken back). */
  restore(draft: StoredDraft): Promise<void>;
  discard(draftId: string): Promise<void>;
  open(messageId: string): Promise<string>;
  /** Copies that were due when the program ended are made now. */
  start(): Promise<void>;
  /** Makes the copies on servers that are due later now. */
  flush(accountId?: string): Promise<void>;
  forget(accountId: string): Promise<void>;
  blobs(): string[];
  stop(): void;
}

export function createDrafts(ports: DraftPorts): Drafts {
  const { store, copies, clock, crash, rowOf } = ports;
  const due = new Map<string, Timer>();

  const builder = createDraftBuilder(ports);

  function need(draftId: string): StoredDraft {
    const draft = store.get(draftId);
    if (draft === undefined) throw notFound('That draft is not here any more: it was sent or thrown away.');
    return draft;
  }

  async function build(params: DraftSave): Promise<StoredDraft> {
    ports.needAccount(params.accountId);
    return await builder(params, params.draftId === undefined ? undefined : need(params.draftId));
  }

  function copyLater(draft: StoredDraft): void {
    due.get(draft.draftId)?.cancel();
    due.set(
      draft.draftId,
      clock.setTimeout(() => void copyNow(draft.draftId), copyAfter),
    );
  }

  async function copyNow(draftId: string): Promise<void> {
    due.get(draftId)?.cancel();
    due.delete(draftId);
    const draft = store.get(draftId);
    if (draft === undefined) return;
    try {
      await copies.update(draft);
    } catch (thrown) {
      // The draft itself is safe in its file; its copy comes with the next save.
      ports.log('warn', 'the copy of a draft could not be made', {
        reason: thrown instanceof Error ? thrown.message : 'unknown',
      });
    }
  }

  return {
    list: (accountId) =>
      store.all().filter((draft) => accountId === undefined || draft.accountId === accountId),
    need,
    build,
    async save(params) {
      const old = params.draftId === undefined ? undefined : need(params.draftId);
      const draft = await build(params);
      crash.reach('draft.blob-written');
      // Sent or thrown away while its attachments were read: a late autosave must not bring it back.
      if (old !== undefined) need(draft.draftId);
      await store.put(draft);
      crash.reach('draft.saved');
      if (old !== undefined && old.accountId !== draft.accountId) {
        await copies.remove(old);
        await store.changeCopies(draft.draftId, () => []);
      }
      if (params.close === true) await copyNow(draft.draftId);
      else copyLater(draft);
      return draft;
    },
    async restore(draft) {
      await store.put(draft);
      copyLater(draft);
    },
    async discard(draftId) {
      due.get(draftId)?.cancel();
      due.delete(draftId);
      const draft = store.get(draftId);
      if (draft === undefined) return;
      await copies.remove(draft);
      await store.remove(draftId);
    },
    async open(messageId) {
      const row = await rowOf(messageId);
      const known = store
        .all()
        .find((draft) =>
          draft.copies.some(
            (copy) =>
              copy.messageId === messageId ||
              (row !== null && copy.messageIdHeader === row.messageIdHeader && row.messageIdHeader !== ''),
          ),
        );
      if (known !== undefined) return known.draftId;
      if (row === null) throw notFound('That message is not here any more.');
      const draft = await draftOfMessage(row, ports);
      await store.put(draft);
      return draft.draftId;
    },
    async start() {
      for (const draft of store.all()) {
        if (!draft.copies.some((copy) => copy.of === draft.savedAt)) await copyNow(draft.draftId);
      }
    },
    async flush(accountId) {
      for (const draftId of [...due.keys()]) {
        if (accountId === undefined || store.get(draftId)?.accountId === accountId) await copyNow(draftId);
      }
    },
    async forget(accountId) {
      for (const draft of store.all()) {
        if (draft.accountId !== accountId) continue;
        due.get(draft.draftId)?.cancel();
        due.delete(draft.draftId);
        await store.remove(draft.draftId);
      }
    },
    blobs: () => store.all().flatMap((draft) => draft.attachments.map((attachment) => attachment.blob)),
    stop() {
      for (const timer of due.values()) timer.cancel();
      due.clear();
    },
  };
}
