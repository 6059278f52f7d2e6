import { AppError } from '../../src-shared/error.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';

/** What the list and the search learn from a message's bytes. */
export interface BodyFacts {
  preview: string;
  hasAttachments: boolean;
  text: string;
}

export interface BodyPorts {
  cache: CachePort;
  journal: Journal;
  register: FolderRegister;
  blobs: Blobs;
  backend: Backend;
  crash: CrashControl;
  /** Reads a stranger's message in the MIME worker; never rejects. */
  readBody(bytes: Uint8Array): Promise<BodyFacts>;
  onBody(messageId: string, text: string): void;
}

/** Messages a FETCH, and bytes a FETCH: a unit of prefetching stays short so that a user's operation can pass. */
const groupCount = 100;
const groupBytes = 1_000_000;

/** Bytes as the cache carries them: one character a byte. */
export function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function fromLatin1(raw: string): Buffer {
  return Buffer.from(raw, 'latin1');
}

/** One unit of fetching ahead; false when nothing more is wanted in this folder. */
export async function prefetchSome(
  entry: FolderEntry,
  wanted: { newerThan: number | null; maxBytes: number },
  ports: BodyPorts,
  call: Call,
): Promise<number> {
  const missing = await ports.cache.call('bodiesWanted', {
    folderId: entry.folderId,
    ...wanted,
    limit: groupCount,
  });
  const group: typeof missing = [];
  let bytes = 0;
  for (const body of missing) {
    if (group.length > 0 && bytes + body.size > groupBytes) break;
    group.push(body);
    bytes += body.size;
  }
  if (group.length === 0) return 0;
  return await fetchAndKeep(entry, group, ports, call);
}

async function fetchAndKeep(
  entry: FolderEntry,
  group: readonly { messageId: string; uid: number }[],
  ports: BodyPorts,
  call: Call,
): Promise<number> {
  const idOf = new Map(group.map((body) => [body.uid, body.messageId]));
  const fetched: { messageId: string; bytes: Uint8Array }[] = [];
  ports.backend.expectValidity(entry.path, entry.uidValidity);
  await ports.backend.fetchBodies(
    entry.path,
    group.map((body) => body.uid),
    call,
    (uid, bytes) => {
      const messageId = idOf.get(uid);
      if (messageId !== undefined) fetched.push({ messageId, bytes });
      return Promise.resolve();
    },
  );
  ports.crash.reach('bodies.fetched');
  await keepBodies(fetched, ports);
  return fetched.length;
}

/** One transaction for the group: 3,000 small bodies took 35 s with one each. */
async function keepBodies(
  fetched: readonly { messageId: string; bytes: Uint8Array }[],
  ports: BodyPorts,
): Promise<void> {
  const read = await Promise.all(
    fetched.map(async ({ messageId, bytes }) => ({ messageId, bytes, facts: await ports.readBody(bytes) })),
  );
  await ports.cache.call('putBodies', {
    bodies: read.map(({ messageId, bytes, facts }) => ({
      messageId,
      raw: toLatin1(bytes),
      preview: facts.preview,
      hasAttachments: facts.hasAttachments,
    })),
  });
  for (const { messageId, facts } of read) ports.onBody(messageId, facts.text);
}

/** The exact bytes of a message that lie here; null when they do not. */
export async function rawHere(
  messageId: string,
  ports: Pick<BodyPorts, 'cache' | 'journal' | 'blobs'>,
): Promise<Buffer | null> {
  const cached = await ports.cache.call('body', { messageId });
  if (cached !== null) return fromLatin1(cached);
  for (const op of ports.journal.ops()) {
    if (op.action.kind === 'append' && op.action.messageId === messageId)
      return await ports.blobs.get(op.action.blob);
    if (op.action.kind !== 'copy') continue;
    const source = op.targets[op.action.copies.indexOf(messageId)];
    if (source !== undefined) return await rawHere(source.messageId, ports);
  }
  return null;
}

/** Fetches one message for the user, keeps it in the cache and gives its bytes. */
export async function fetchRaw(messageId: string, ports: BodyPorts, call: Call): Promise<Buffer> {
  const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
  const entry = row?.ref == null ? undefined : ports.register.get(row.ref.folderId);
  if (row?.ref == null || entry === undefined) throw gone();
  ports.backend.expectValidity(entry.path, entry.uidValidity);
  let found: Buffer | null = null;
  await ports.backend.fetchBodies(entry.path, [row.ref.uid], call, async (_uid, bytes) => {
    found = Buffer.from(bytes);
    // A cache that is full or away must not keep the message from whoever wants to read it.
    await keepBodies([{ messageId, bytes }], ports).catch(() => undefined);
  });
  if (found === null) throw gone();
  return found;
}

function gone(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'message',
    next: 'tell-user',
    detail: 'The message is not on the server any more. Another program may have moved or deleted it.',
  });
}

export function notCached(): AppError {
  return new AppError({
    code: 'not-cached',
    scope: 'message',
    next: 'wait-online',
    detail:
      'This message was not fetched before the network went away. It will be shown when there is a connection again.',
  });
}
