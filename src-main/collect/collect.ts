import { createHash } from 'node:crypto';
import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import type { DropBox, DropBoxEntry, DropBoxSession } from '../backends/drop-box.ts';
import { numbered, type LocalMail } from '../local-mail/local-mail.ts';
import type { TakenKey } from '../local-mail/local-state.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { mayGo } from './leave-policy.ts';

export interface CollectPorts {
  dropBox: DropBox;
  mail: LocalMail;
  /** Folder of the local mail that gets what is collected. */
  path: string;
  policy: LeaveOnServer;
  /** Put before every key: two servers (or folders) may use the same names. */
  scope: string;
  clock: Clock;
  crash: CrashControl;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

export interface Collected {
  added: number;
  /** Removed on the server, certainly. */
  removed: number;
}

/** A message of the server's list with what was found out about it in this session. */
interface Seen {
  entry: DropBoxEntry;
  key: string;
  /** Proved to be the very message that lies here; only such a one may be removed. */
  proved: boolean;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Takes mail home (RFC 1733 offline): list, fetch, keep (fsynced and read back), and only then remove what the
 * account's choice does not leave there. A message is known by its key; a key that comes with another size or
 * header is another message. Nothing is removed that was not proved in this session, nor before everything that
 * was fetched is durable; killed anywhere, the next run goes on and takes nothing twice.
 */
export async function collect(ports: CollectPorts): Promise<Collected> {
  const session = await ports.dropBox.open(ports.signal);
  try {
    const entries = await session.list();
    const seen: Seen[] = [];
    let added = 0;
    const nameless = new Map<string, number>();
    for (const [i, entry] of entries.entries()) {
      ports.signal.throwIfAborted();
      const found =
        entry.key === null
          ? await takeNameless(entry, nameless, session, ports)
          : await takeNamed(entry, entry.key, session, ports);
      if (found.added) added += 1;
      seen.push(found);
      ports.onProgress(i + 1, entries.length);
    }
    const removed = await removeWhatMayGo(seen, session, ports);
    await forgetAbsent(seen, ports);
    return { added, removed };
  } catch (error) {
    session.abandon();
    throw error;
  }
}

async function takeNamed(
  entry: DropBoxEntry,
  name: string,
  session: DropBoxSession,
  ports: CollectPorts,
): Promise<Seen & { added: boolean }> {
  const key = `${ports.scope}:${name}`;
  const taken = ports.mail.state.taken.get(key);
  if (taken === undefined) {
    await fetch(entry, key, session, ports);
    return { entry, key, proved: true, added: true };
  }
  if (entry.mark !== undefined && entry.mark === taken.mark)
    return { entry, key, proved: true, added: false };
  // Only what is about to be removed is worth the round trip that proves it.
  if (entry.mark === undefined && taken.size === entry.size && !mayGo(taken, ports.policy, ports.clock.now()))
    return { entry, key, proved: false, added: false };
  if (await isSame(entry, taken, session)) return { entry, key, proved: true, added: false };
  // The server uses the name again for another message (case 80): both are kept, and the old key is let go.
  await ports.mail.act(() => ({ records: [{ t: 'forget', keys: [key] }], value: undefined }));
  await fetch(entry, key, session, ports);
  return { entry, key, proved: true, added: true };
}

/** The header alone where the server can (TOP), else the whole message. */
async function isSame(entry: DropBoxEntry, taken: TakenKey, session: DropBoxSession): Promise<boolean> {
  const top = await session.top(entry.handle, 0);
  return headerSum(top ?? (await download(entry, session))) === taken.header;
}

/**
 * A server without UIDL: a message is what it contains. Equal ones are counted, so that two of them stay two;
 * they cannot be told apart and are never removed.
 */
async function takeNameless(
  entry: DropBoxEntry,
  nameless: Map<string, number>,
  session: DropBoxSession,
  ports: CollectPorts,
): Promise<Seen & { added: boolean }> {
  const top = await session.top(entry.handle, 0);
  const sum = top === null ? sha256(await download(entry, session)) : headerSum(top);
  const name = `${sum.slice(0, 40)}-${entry.size}`;
  const nth = (nameless.get(name) ?? 0) + 1;
  nameless.set(name, nth);
  const key = `${ports.scope}:?${name}${nth === 1 ? '' : `#${nth}`}`;
  if (ports.mail.state.taken.has(key)) return { entry, key, proved: false, added: false };
  await fetch(entry, key, session, ports);
  return { entry, key, proved: false, added: true };
}

async function download({ handle }: DropBoxEntry, session: DropBoxSession): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await session.retrieve(handle, (piece) => {
    pieces.push(piece);
    return Promise.resolve();
  });
  return Buffer.concat(pieces);
}

async function fetch(
  entry: DropBoxEntry,
  key: string,
  session: DropBoxSession,
  { mail, path, clock, crash }: CollectPorts,
): Promise<void> {
  const bytes = await download(entry, session);
  const blob = await mail.keep(bytes);
  crash.reach('collect.fetched');
  const at = clock.now();
  // One record brings the message and its key: there is no moment at which one is durable without the other.
  await mail.act((now) => {
    const folder = now.folders.get(path);
    const message = {
      blob,
      size: bytes.length,
      date: entry.date ?? at,
      flags: entry.flags ?? [],
      source: {
        key,
        size: entry.size,
        header: headerSum(bytes),
        at,
        ...(entry.mark === undefined ? {} : { mark: entry.mark }),
      },
    };
    return {
      records: folder === undefined ? [] : [{ t: 'add', path, messages: numbered(folder, [message]) }],
      value: undefined,
    };
  });
  crash.reach('collect.stored');
}

async function removeWhatMayGo(
  seen: readonly Seen[],
  session: DropBoxSession,
  { mail, policy, clock, crash }: CollectPorts,
): Promise<number> {
  const going = seen.filter(({ key, proved }) => {
    const taken = mail.state.taken.get(key);
    return proved && taken !== undefined && mayGo(taken, policy, clock.now());
  });
  if (going.length > 0) {
    await session.remove(going.map(({ entry }) => entry.handle));
    crash.reach('collect.marked');
  }
  await session.commit();
  crash.reach('collect.committed');
  return going.length;
}

/** How long a key that the server does not list any more stays known: lists have been wrong before. */
const absentFor = 30 * 86_400_000;

async function forgetAbsent(seen: readonly Seen[], { mail, scope, clock }: CollectPorts): Promise<void> {
  const listed = new Set(seen.map(({ key }) => key));
  const keys = [...mail.state.taken.values()]
    .filter(({ key, at }) => key.startsWith(`${scope}:`) && !listed.has(key) && clock.now() - at > absentFor)
    .map(({ key }) => key);
  if (keys.length > 0) await mail.act(() => ({ records: [{ t: 'forget', keys }], value: undefined }));
}

/** Of the header block alone, without the blank line that ends it: what TOP and RETR both give. */
export function headerSum(bytes: Buffer): string {
  const ends = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')].filter((at) => at !== -1);
  const header = bytes.subarray(0, ends.length === 0 ? bytes.length : Math.min(...ends));
  return sha256(Buffer.from(header.toString('latin1').trimEnd(), 'latin1'));
}
