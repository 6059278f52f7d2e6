import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendCapabilities } from '../../../../src-main/backends/backend.ts';
import type { Journal } from '../../../../src-main/journal/journal.ts';
import { openJournal } from '../../../../src-main/journal/open-journal.ts';
import { openBlobs } from '../../../../src-main/platform/blobs.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { packTexts } from '../../../../src-main/platform/pack-bytes.ts';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';
import { createAccountEngine } from '../../../../src-main/sync/account-engine.ts';
import type { AccountEngine } from '../../../../src-main/sync/engine-ports.ts';
import { createFolderLocks } from '../../../../src-main/sync/folder-locks.ts';
import { openFolderRegister, type FolderRegister } from '../../../../src-main/sync/folder-register.ts';
import { createSubmit, type Submit } from '../../../../src-main/sync/submit.ts';
import { createUndo, type Undo } from '../../../../src-main/sync/undo.ts';
import { createVerbs, type Verbs } from '../../../../src-main/sync/verbs.ts';
import { createFolderVerbs } from '../../../../src-main/sync/folder-verbs.ts';
import type { ListView } from '../../../../src-shared/cache-protocol.ts';
import type { AppErrorData } from '../../../../src-shared/error.ts';
import type { AccountSettings } from '../../../../src-shared/model/account.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';
import { cacheInProcess, type CacheInProcess } from '../../../fakes/cache-in-process.ts';
import { createFakeBackend, FakeMailServer } from '../../../fakes/fake-backend.ts';

export interface EngineWorld {
  server: FakeMailServer;
  backend: ReturnType<typeof createFakeBackend>;
  engine: AccountEngine;
  journal: Journal;
  register: FolderRegister;
  cache: CacheInProcess;
  clock: AdvanceableClock;
  submit: Submit;
  verbs: Verbs;
  undo: Undo;
  /** The next calls of this method fail so. */
  fail(method: string, error: Partial<AppErrorData> | 'unknown' | 'unknown-done', times?: number): void;
  sync(): Promise<void>;
  folder(path: string): string;
  rows(path: string): Promise<MessageRow[]>;
  keepBlob(bytes: Uint8Array): Promise<string>;
  /** The journal as it lies on the disk. */
  journalOnDisk(): string;
  /** Off the network and on it again. */
  offline(): void;
  online(): void;
  close(): Promise<void>;
}

export function bytesOf(n: number | string): Buffer {
  return Buffer.from(
    `From: a@b.test\r\nSubject: Mail ${n}\r\nMessage-ID: <m${n}@b.test>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\n\r\nText ${n}\r\n`,
  );
}

/** A whole engine on a mail server in memory and the real store: no process, no socket. */
export async function openEngineWorld(
  capabilities: Partial<BackendCapabilities> = {},
  seed: (server: FakeMailServer) => void = () => undefined,
): Promise<EngineWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-engine-'));
  const server = new FakeMailServer();
  seed(server);
  const faults: {
    method: string;
    error: Partial<AppErrorData> | 'unknown' | 'unknown-done';
    left: number;
  }[] = [];
  const backend = createFakeBackend(server, {
    capabilities,
    fault(method) {
      const found = faults.find((fault) => fault.method === method && fault.left > 0);
      if (found === undefined) return null;
      found.left -= 1;
      if (typeof found.error === 'string') return found.error;
      return {
        code: 'refused',
        scope: 'message',
        next: 'tell-user',
        detail: 'The server said no.',
        ...found.error,
      };
    },
  });
  const cache = cacheInProcess();
  await cache.call('open', { expectedCacheId: null });
  const journal = await openJournal(join(directory, 'journal.log'), noCrashes);
  const register = await openFolderRegister(join(directory, 'folders.json'), () => undefined);
  const blobs = openBlobs(join(directory, 'blobs'));
  const clock = new AdvanceableClock();
  const account: AccountSettings = {
    accountId: 'a1',
    address: 'ann@b.test',
    name: 'Ann',
    color: 0,
    mode: 'disconnected',
    incoming: { protocol: 'imap', host: 'localhost', port: 143, tls: 'none', username: 'ann' },
    outgoing: null,
    identities: [{ identityId: 'i1', name: '', address: 'ann@b.test', signature: '' }],
    sentCopy: 'append',
    bodies: { days: 0, maxBytes: 0 },
    notify: false,
  };
  let lastSyncAt: string | null = null;
  const engine = createAccountEngine({
    backend,
    account: () => account,
    cache,
    journal,
    register,
    blobs,
    locks: createFolderLocks(),
    clock,
    crash: noCrashes,
    space: { level: () => Promise.resolve('ok'), free: () => Promise.resolve(null) },
    syncTimes: { get: () => lastSyncAt, set: (_id, at) => void (lastSyncAt = at) },
    log: () => undefined,
    onFactsLater: () => undefined,
    readBodies: (messages) =>
      Promise.resolve({
        facts: messages.map(() => ({ preview: '', hasAttachments: false })),
        texts: packTexts(messages.map(() => '')),
      }),
    onBodies: () => undefined,
    shelve: null,
    onRows: () => undefined,
    onOlderRows: () => () => undefined,
    roomForOlderRows: () => Promise.resolve(),
    onRenumbered: () => undefined,
    onFreed: () => undefined,
    onProgress: () => undefined,
    onState: () => undefined,
  });
  const submit = createSubmit({
    journal,
    cache,
    register,
    clock,
    crash: noCrashes,
    away: () => null,
    kick: () => engine.kick(),
  });
  const folders = createFolderVerbs(submit, register, cache, journal);
  const undo = createUndo(journal, cache);
  const verbs = createVerbs({
    submit,
    register,
    folders,
    undo,
    journal,
    cache,
    rawOf: async (messageId) => await engine.raw(messageId),
    keepBlob: (bytes) => blobs.put(bytes),
  });
  const world: EngineWorld = {
    server,
    backend,
    engine,
    journal,
    register,
    cache,
    clock,
    submit,
    verbs,
    undo,
    fail: (method, error, times = 1) => void faults.push({ method, error, left: times }),
    async sync() {
      const report = await engine.sync({ bodies: 'none' });
      if (report.errors.length > 0) throw new Error(report.errors.map((error) => error.detail).join('; '));
    },
    folder(path) {
      const entry = register.byPath('a1', path);
      if (entry === undefined) throw new Error(`no folder ${path}`);
      return entry.folderId;
    },
    async rows(path) {
      const view: ListView = { folderIds: [world.folder(path)], threaded: false, sort: 'date-desc' };
      const page = await cache.call('page', { view, start: 0, count: 1_000 });
      const found = await cache.call('rows', { messageIds: page.rows.map((row) => row.messageId) });
      return found.filter((row) => row !== null);
    },
    keepBlob: (bytes) => blobs.put(bytes),
    journalOnDisk: () => readFileSync(join(directory, 'journal.log'), 'latin1'),
    offline: () => engine.setOnline(false),
    online: () => engine.setOnline(true),
    async close() {
      engine.stop();
      await journal.close();
      cache.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;
}
