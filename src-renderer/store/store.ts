import type {
  StoreMethod,
  StoreNotice,
  StoreOpened,
  StoreParams,
  StoreResult,
} from '../../src-shared/cache-protocol.ts';
import { applyBatch, StoreMistake } from './apply-batch.ts';
import { makeFresh, openDatabase, rewriteDatabase, type OpenedDatabase } from './cache-identity.ts';
import { changePending } from './change-pending.ts';
import { Changes } from './changes.ts';
import type { DatabaseDependencies } from './database.ts';
import { commitByPlace, Databases } from './databases.ts';
import { emptyFolder, putFolders, removeFolder } from './folder-changes.ts';
import type { FolderState } from './folder-state.ts';
import { loadFolders, loadRows } from './load.ts';
import type { StoreMemory } from './memory.ts';
import { Session } from './session.ts';
import { showLoadedRows } from './show-loaded.ts';
import { forgetRested } from './resting.ts';
import { sweepSome, tidyWhen } from './sweep.ts';
import { settlePatched } from './waiting-rows.ts';

type Handlers = { [M in StoreMethod]: (params: StoreParams<M>) => StoreResult<M> | Promise<StoreResult<M>> };

/** The store itself, without a channel: one request at a time (see `serve.ts`). */
export class Store {
  readonly #dependencies: DatabaseDependencies | undefined;
  readonly #notify: (notice: StoreNotice) => void;
  #session: Session | null = null;
  #damaged = false;
  #tidyFailed = false;

  constructor(notify: (notice: StoreNotice) => void, dependencies?: DatabaseDependencies) {
    this.#notify = notify;
    this.#dependencies = dependencies;
  }

  get isOpen(): boolean {
    return this.#session !== null;
  }

  /** The next `open` makes a fresh cache: this one gave an error that it should not. */
  markDamaged(): void {
    this.#damaged = true;
  }

  /** The browser deleted the databases while they were in use; asked after it gave a transaction up. */
  async isGone(): Promise<boolean> {
    const session = this.#session;
    if (session === null) return false;
    return await session.databases.disk.meta.get('cache').then(
      (meta) => meta === undefined,
      () => true,
    );
  }

  /** When `tidy` is to be called: as soon as nobody asks anything, or when nobody has for a while; null: not at all. */
  get tidyWhen(): 'idle' | 'rest' | null {
    if (this.#session === null || this.#tidyFailed) return null;
    const { memory, contacts } = this.#session;
    return tidyWhen(memory) ?? (contacts.isWaiting ? 'rest' : null);
  }

  /** Does a little of what nobody waits for. What fails is tried again after the next opening. */
  async tidy(): Promise<void> {
    try {
      const { databases, memory, contacts } = this.#opened();
      if (tidyWhen(memory) !== null) await sweepSome(databases, memory);
      else await contacts.write();
    } catch {
      this.#tidyFailed = true;
    }
  }

  async run<M extends StoreMethod>(method: M, params: StoreParams<M>): Promise<StoreResult<M>> {
    return this.handlers[method](params);
  }

  /** Closes the database; for tests and before the worker ends. */
  close(): void {
    this.#session?.databases.close();
    this.#session = null;
  }

  readonly handlers: Handlers = {
    open: ({ expectedCacheId, volatile }) =>
      this.#open(() => openDatabase(expectedCacheId, this.#damaged, this.#dependencies), volatile ?? []),
    wipe: () =>
      this.#open(
        () => makeFresh('damaged', this.#dependencies),
        [...(this.#session?.databases.volatile ?? [])],
      ),
    rewrite: () => this.#rewrite(),
    setVolatile: ({ accountIds }) => this.#setVolatile(accountIds),
    emptyAccount: ({ accountId }) =>
      this.#write(({ memory }, changes) => {
        for (const folder of ofAccount(memory, accountId)) emptyFolder(memory, folder, changes);
        forgetRested(memory, accountId, Infinity, changes);
      }),
    putFolders: (params) => this.#write(({ memory }, changes) => putFolders(memory, params, changes)),
    removeFolder: ({ folderId, rest }) =>
      this.#write(({ databases, memory }, changes) => {
        const folder = memory.folder(folderId);
        if (folder === undefined) return;
        changes.restSince = databases.volatile.has(folder.accountId) ? null : (rest ?? null);
        removeFolder(memory, folder, changes);
      }),
    forgetRested: ({ accountId, before }) =>
      this.#write(({ memory }, changes) => forgetRested(memory, accountId, before, changes)),
    removeAccount: ({ accountId }) =>
      this.#write((session, changes) => this.#removeAccount(session, accountId, changes)),
    applyBatch: (batch) =>
      this.#write(({ databases, memory, texts }, changes) => {
        const accountId = memory.folder(batch.folderId)?.accountId ?? '';
        const { rest, ...news } = batch;
        // Of an account whose mail stays on the server nothing is kept.
        const kept = rest === undefined || databases.volatile.has(accountId) ? news : batch;
        return applyBatch(databases.of(accountId), memory, texts, kept, changes);
      }),
    putCursor: ({ folderId, cursor }) =>
      this.#write(({ memory }, changes) => {
        const folder = memory.folder(folderId);
        if (folder === undefined) return;
        folder.cursor = cursor;
        changes.folders.add(folder);
      }),
    addPending: ({ ops }) => this.#write((session, changes) => changePending(session, ops, [], changes)),
    dropPending: ({ opIds }) => this.#write((session, changes) => changePending(session, [], opIds, changes)),
    resetPending: ({ ops }) =>
      this.#write((session, changes) => {
        const kept = new Set(ops.map((op) => op.opId));
        const dropped = [...session.memory.pending.ops.keys()].filter((opId) => !kept.has(opId));
        return changePending(session, ops, dropped, changes);
      }),
    putBodies: (params) => this.#write(({ bodies }, changes) => bodies.put(params, changes)),
    putFacts: (params) => this.#write(({ bodies }, changes) => bodies.putFacts(params, changes)),
    dropBodies: (params) => this.#write(({ bodies }, changes) => bodies.drop(params, changes)),
    locate: async (params) => (await this.#loaded()).server.locate(params),
    identify: async (params) => (await this.#loaded()).server.identify(params),
    uids: async (params) => (await this.#loaded()).server.uids(params),
    flagsOf: async (params) => (await this.#loaded()).server.flagsOf(params),
    bodiesWanted: async (params) => (await this.#loaded()).server.bodiesWanted(params),
    bodiesEstimate: async (params) => (await this.#loaded()).server.bodiesEstimate(params),
    envelopesAfter: async (params) => (await this.#loaded()).server.envelopesAfter(params),
    byMessageIdHeader: async (params) => {
      const { server, queries } = await this.#loaded();
      return queries.messageRows(server.numbersByMessageIdHeader(params));
    },
    folders: ({ accountId, folderId }) => this.#folders(accountId, folderId).map((folder) => folder.record()),
    page: async (params) => (await this.#loaded()).queries.page(params),
    indexOf: async (params) => (await this.#loaded()).queries.indexOf(params),
    idsOf: async (params) => (await this.#loaded()).queries.idsOf(params),
    conversationIds: async (params) => (await this.#loaded()).queries.conversationIds(params),
    snapshot: async (params) => (await this.#loaded()).snapshots.make(params),
    snapshotPage: async (params) => (await this.#loaded()).snapshots.page(params),
    rows: async (params) => (await this.#loaded()).queries.rows(params),
    thread: async (params) => (await this.#loaded()).queries.thread(params),
    body: async ({ messageId }) => (await this.#loaded()).bodies.get(messageId),
    contacts: (params) => this.#opened().contacts.find(params),
    bodiesToRead: async (params) => (await this.#loaded()).bodies.toRead(params),
    bodyMarks: (params) => this.#opened().bodies.marks(params),
  };

  async #open(open: () => Promise<OpenedDatabase>, volatile: readonly string[]): Promise<StoreOpened> {
    this.close();
    const { db, opened } = await open();
    const databases = await Databases.open(db, volatile);
    const session = new Session(databases);
    try {
      await loadFolders(db, session.memory);
    } catch (error) {
      databases.close();
      if (opened.fresh) throw error;
      return this.#open(() => makeFresh('damaged', this.#dependencies), volatile);
    }
    this.#damaged = false;
    this.#tidyFailed = false;
    this.#session = session;
    this.#notify({
      notice: 'folders',
      folders: this.#folders().map((folder) => folder.record()),
      messageIds: null,
    });
    return opened;
  }

  #opened(): Session {
    if (this.#session === null) throw new StoreMistake('the cache is not open');
    return this.#session;
  }

  /** The session with its rows in memory: read from disk at the first use. */
  async #loaded(): Promise<Session> {
    const session = this.#opened();
    const { databases, memory, texts } = session;
    if (memory.rowsLoaded) return session;
    try {
      for (const db of databases.all) await loadRows(db, memory);
      await showLoadedRows(databases.all, memory, texts);
    } catch (error) {
      await this.#forgetMemory();
      throw error;
    }
    memory.rowsLoaded = true;
    return session;
  }

  #folders(accountId?: string, folderId?: string): FolderState[] {
    const { memory } = this.#opened();
    const one = folderId === undefined ? undefined : memory.folder(folderId);
    const asked = folderId === undefined ? memory.folders : one === undefined ? [] : [one];
    return asked.filter(
      (folder) =>
        folder.visible &&
        memory.folder(folder.folderId) === folder &&
        (accountId === undefined || folder.accountId === accountId),
    );
  }

  async #write<T>(change: (session: Session, changes: Changes) => T | Promise<T>): Promise<T> {
    const session = await this.#loaded();
    const { databases, memory, texts, contacts } = session;
    const changes = new Changes();
    try {
      const result = await change(session, changes);
      const again = [...changes.freedIds].filter((id) => memory.pending.of(id).length > 0);
      await settlePatched(memory, texts, again, changes);
      memory.settleOrders(changes);
      await commitByPlace(databases, memory, texts, changes);
      contacts.note(changes);
      if (contacts.isDue) await contacts.write();
      this.#tell(memory, changes);
      return result;
    } catch (error) {
      await this.#forgetMemory();
      throw error;
    }
  }

  /** Memory that may be ahead of the disk is of no use. */
  async #forgetMemory(): Promise<void> {
    const databases = this.#session?.databases;
    if (databases === undefined) return;
    const session = new Session(databases);
    this.#session = session;
    try {
      for (const db of databases.all) await loadFolders(db, session.memory);
    } catch {
      this.#damaged = true;
    }
  }

  #tell(memory: StoreMemory, changes: Changes): void {
    if (changes.folders.size === 0 && changes.deletedFolders.size === 0) return;
    const folders = [...changes.folders].filter(
      (folder) => folder.visible && memory.folder(folder.folderId) === folder,
    );
    const rows = changes.changedRows;
    this.#notify({
      notice: 'folders',
      folders: folders.map((folder) => folder.record()),
      messageIds: rows === null ? null : [...new Set(rows.map((row) => memory.idOf(row)))],
    });
  }

  /** Everything is read again from the new database: the old one's memory speaks of the old one. */
  async #rewrite(): Promise<void> {
    const { databases, memory, contacts } = await this.#loaded();
    await contacts.write();
    while (tidyWhen(memory) !== null) await sweepSome(databases, memory);
    const disk = await rewriteDatabase(databases.disk, this.#dependencies);
    const session = new Session(new Databases(disk, databases.ram, databases.volatile));
    this.#session = session;
    for (const db of session.databases.all) await loadFolders(db, session.memory);
  }

  /** Refused while folders of an account that would have to move are here: they are to be removed first. */
  async #setVolatile(accountIds: readonly string[]): Promise<void> {
    const { databases, memory } = await this.#loaded();
    const moving = new Set(accountIds).symmetricDifference(databases.volatile);
    if (memory.folders.some((folder) => moving.has(folder.accountId) && folder.onDisk))
      throw new StoreMistake('an account with folders cannot change its place');
    databases.volatile.clear();
    for (const accountId of accountIds) databases.volatile.add(accountId);
  }

  #removeAccount({ memory, contacts }: Session, accountId: string, changes: Changes): void {
    for (const folder of ofAccount(memory, accountId)) removeFolder(memory, folder, changes);
    changes.deletedAccounts.add(accountId);
    forgetRested(memory, accountId, Infinity, changes);
    contacts.forgetAccount(accountId);
  }
}

function ofAccount(memory: StoreMemory, accountId: string): FolderState[] {
  return memory.folders.filter(
    (folder) => folder.accountId === accountId && memory.folder(folder.folderId) === folder,
  );
}
