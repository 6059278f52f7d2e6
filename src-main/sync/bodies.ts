import type { BodyFacts } from '../../src-shared/cache-protocol.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { PackedTexts } from '../platform/pack-bytes.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';

/** What the list and the search learn from the bytes of several messages, in their order. */
export interface ReadBodies {
  facts: BodyFacts[];
  texts: PackedTexts;
}

export interface BodyPorts {
  cache: CachePort;
  journal: Journal;
  register: FolderRegister;
  blobs: Blobs;
  backend: Backend;
  crash: CrashControl;
  /** Reads strangers' messages in the MIME worker, in the order given; never rejects. */
  readBodies(messages: readonly Uint8Array[]): Promise<ReadBodies>;
  /** Words of messages that are here now. The texts are handed over. */
  onBodies(messageIds: string[], texts: PackedTexts): void;
  /** Keeps bytes in a file and gives what stands for each in the cache; null: the cache takes the bytes themselves. */
  shelve: ((messages: readonly Uint8Array[]) => Promise<string[]>) | null;
  /** So many bodies lie in the cache without their facts (see `facts-later.ts`). */
  onFactsLater(count: number): void;
}

export interface WantedBody {
  messageId: string;
  uid: number;
  size: number;
}

/** More than so many are not asked for in one FETCH: its line stays short enough for any server. */
const unitCount = 500;
/** What a message costs beside its bytes, as bytes: a unit of small ones takes as long as one of large ones. */
const messageBytes = 4 * 1024;

/** Bytes as the cache carries them: one character a byte. */
function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function fromLatin1(raw: string): Buffer {
  return Buffer.from(raw, 'latin1');
}

/** What fetching them costs, in bytes. */
export function weightOf(unit: readonly WantedBody[]): number {
  return unit.reduce((sum, { size }) => sum + size + messageBytes, 0);
}

/** The first of them, from `from` on, that make one unit of this weight. A message larger than that is one of its own. */
export function nextUnit(wanted: readonly WantedBody[], from: number, weight: number): WantedBody[] {
  const unit: WantedBody[] = [];
  let left = weight;
  for (let at = from; at < wanted.length && unit.length < unitCount; at += 1) {
    const body = wanted[at];
    if (body === undefined) break;
    left -= body.size + messageBytes;
    if (left < 0 && unit.length > 0) break;
    unit.push(body);
  }
  return unit;
}

export interface FetchedBody {
  messageId: string;
  bytes: Uint8Array;
}

/** The bytes of a unit; what is gone from the server is left out. */
export async function fetchUnit(
  entry: FolderEntry,
  unit: readonly WantedBody[],
  ports: BodyPorts,
  call: Call,
): Promise<FetchedBody[]> {
  const idOf = new Map(unit.map((body) => [body.uid, body.messageId]));
  const fetched: FetchedBody[] = [];
  ports.backend.expectValidity(entry.path, entry.uidValidity);
  await ports.backend.fetchBodies(
    entry.path,
    unit.map((body) => body.uid),
    call,
    (uid, bytes) => {
      const messageId = idOf.get(uid);
      if (messageId !== undefined) fetched.push({ messageId, bytes });
      return Promise.resolve();
    },
  );
  ports.crash.reach('bodies.fetched');
  return fetched;
}

/**
 * One transaction for the unit: 3,000 small bodies took 35 s with one each. `factsLater`: they are kept at once and
 * read when there is time, where they lie in a file; reading took as long as all else of a download.
 */
export async function keepBodies(
  fetched: readonly FetchedBody[],
  ports: BodyPorts,
  factsLater = false,
): Promise<void> {
  if (fetched.length === 0) return;
  const bytes = fetched.map((body) => body.bytes);
  if (factsLater && ports.shelve !== null) {
    const kept = await ports.shelve(bytes);
    await ports.cache.call('putBodies', {
      bodies: fetched.map(({ messageId }, at) => ({ messageId, raw: '', kept: kept[at] ?? '', facts: null })),
    });
    ports.onFactsLater(fetched.length);
    return;
  }
  // Kept before the cache says so: a kill in between leaves bytes that nobody asks for, not a row without its body.
  const [{ facts, texts }, raw] = await Promise.all([
    ports.readBodies(bytes),
    ports.shelve === null ? bytes.map(toLatin1) : ports.shelve(bytes),
  ]);
  await ports.cache.call('putBodies', {
    bodies: fetched.map(({ messageId }, at) => ({
      messageId,
      ...(ports.shelve === null ? { raw: raw[at] ?? '' } : { raw: '', kept: raw[at] ?? '' }),
      facts: facts[at] ?? { preview: '', hasAttachments: false },
    })),
  });
  ports.onBodies(
    fetched.map(({ messageId }) => messageId),
    texts,
  );
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

export function gone(): AppError {
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
