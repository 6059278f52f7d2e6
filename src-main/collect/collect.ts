import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/error.ts';
import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import type { DropBox, DropBoxEntry } from '../backends/drop-box.ts';
import type { LocalMail } from '../local-mail/local-mail.ts';
import { isStub, type TakenKey } from '../local-mail/local-state.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { bring, complete, download, headerSum, isSame, serve, type Bringing } from './bring-home.ts';
import { mayGo } from './leave-policy.ts';
import { noteAbsent, orphansOf, setAside } from './taken-keys.ts';
import type { Troubles } from './troubles.ts';
import type { WholeRequests } from './whole-requests.ts';

export interface CollectPorts {
  dropBox: DropBox;
  mail: LocalMail;
  /** Folder of the local mail that gets what is collected. */
  path: string;
  policy: LeaveOnServer;
  /** Mail of more octets stays there with its header here, until it is asked for; null or absent: everything comes. */
  largest?: number | null;
  /** Messages that somebody waits for. */
  requests?: WholeRequests;
  /** Messages at which earlier visits broke off. */
  troubles?: Troubles;
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
  /** What the server said of the first message that it does not give; all others were dealt with. */
  refused: AppError | null;
}

/** A message of the server's list with what was found out about it in this session. */
interface Seen {
  entry: DropBoxEntry;
  key: string;
  /** Proved to be the very message that lies here; only such a one may be removed. */
  proved: boolean;
}

/** Messages of one visit that the server does not give; more are its own trouble. */
const mostRefused = 20;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Takes mail home (RFC 1733 offline): list, fetch, keep (fsynced and read back), and only then remove what the
 * account's choice does not leave there. A message is known by its key; a key that comes with another size or
 * header is another message. Nothing is removed that was not proved in this session, nor before everything that
 * was fetched is durable; killed anywhere, the next run goes on and takes nothing twice. A message that the server
 * does not give keeps no other one from coming home.
 */
export async function collect(ports: CollectPorts): Promise<Collected> {
  const session = await ports.dropBox.open(ports.signal);
  try {
    const entries = await session.list();
    const named = entries.filter(({ key }) => key !== null);
    const nameless = entries.filter(({ key }) => key === null);
    const seen: Seen[] = [];
    const refused: AppError[] = [];
    const listed = new Set(named.map(({ key }) => `${ports.scope}:${key ?? ''}`));
    const visit: Visit = {
      ...ports,
      session,
      largest: ports.largest ?? null,
      nameless: new Map(),
      orphans: orphansOf(ports, (key) => listed.has(key) || key.startsWith(`${ports.scope}:?`)),
      doubtful: named.some(({ key, size }) => {
        const taken = ports.mail.state.taken.get(`${ports.scope}:${key ?? ''}`);
        return taken !== undefined && taken.size !== size;
      }),
      settled: new Set(),
      moved: false,
      added: 0,
    };
    const { troubles } = ports;
    const rank = ({ key }: DropBoxEntry): number => troubles?.rank(`${ports.scope}:${key ?? ''}`) ?? 0;
    const inTurn = [...nameless, ...named.toSorted((a, b) => rank(a) - rank(b))];
    for (const [i, entry] of inTurn.entries()) {
      ports.signal.throwIfAborted();
      await serve(ports.requests, entries, visit);
      // Which of those without a name are still there is known only now.
      if (i === nameless.length) {
        for (const { key } of seen) listed.add(key);
        visit.orphans = orphansOf(ports, (key) => listed.has(key));
      }
      try {
        const one =
          entry.key === null ? await takeNameless(entry, visit) : await takeNamed(entry, entry.key, visit);
        seen.push(one);
        visit.settled.add(one.key);
      } catch (error) {
        if (!(error instanceof AppError) || error.data.scope !== 'message') {
          if (error instanceof AppError && (error.code === 'connection-lost' || error.code === 'timeout'))
            troubles?.note(`${ports.scope}:${entry.key ?? ''}`);
          throw error;
        }
        // One that somebody else removed meanwhile is no trouble.
        if (error.data.code !== 'not-found') refused.push(error);
        if (refused.length > mostRefused) throw error;
      }
      ports.onProgress(i + 1, entries.length);
    }
    await serve(ports.requests, entries, visit);
    const removed = await removeWhatMayGo(seen, visit);
    const left = seen.map(({ key }) => key).filter((key) => !removed.has(key));
    if (seen.length === entries.length) await noteAbsent(new Set(left), ports);
    return { added: visit.added, removed: removed.size, refused: inWords(refused) };
  } catch (error) {
    session.abandon();
    throw error;
  }
}

/** All others are home: said, for the server's own error speaks as if nothing had been done. */
function inWords(refused: readonly AppError[]): AppError | null {
  const [first] = refused;
  if (first === undefined) return null;
  const these = refused.length === 1 ? 'one message' : `${refused.length} messages`;
  return new AppError({
    ...first.data,
    detail: `The server does not give ${these}, which ${refused.length === 1 ? 'stays' : 'stay'} there. All other mail was collected. (${first.data.server?.text ?? first.data.detail})`,
  });
}

interface Visit extends CollectPorts, Bringing {
  largest: number | null;
  /** How many messages without a name have this content so far. */
  nameless: Map<string, number>;
  /** A name came with another size than it had: every name of this list is doubted. */
  doubtful: boolean;
  /** A name was found at another message. */
  moved: boolean;
}

async function takeNamed(entry: DropBoxEntry, name: string, visit: Visit): Promise<Seen> {
  const { mail, scope, policy, clock } = visit;
  const key = `${scope}:${name}`;
  const taken = mail.state.taken.get(key);
  if (taken === undefined) {
    visit.troubles?.refuse(key);
    await bring(entry, key, visit);
    visit.troubles?.forget(key);
    return { entry, key, proved: true };
  }
  // It is not too large any more: the account's choice was changed.
  if (isStub(taken) && (visit.largest === null || entry.size <= visit.largest)) {
    await complete(entry, taken, visit);
    return { entry, key, proved: true };
  }
  if (entry.mark !== undefined && entry.mark === taken.mark) return { entry, key, proved: true };
  // Only what is about to be removed, and a name that this server may have given again, is worth the round trip
  // that proves it.
  const doubted = visit.doubtful || taken.absent !== undefined;
  if (entry.mark === undefined && !doubted && !mayGo(taken, policy, clock.now()))
    return { entry, key, proved: false };
  if (await isSame(entry, taken, visit)) {
    const { holder: _, ...source } = taken;
    if (source.size !== entry.size)
      await mail.act(() => ({
        records: [{ t: 'rekey', from: key, source: { ...source, size: entry.size } }],
        value: undefined,
      }));
    return { entry, key, proved: true };
  }
  // The server uses the name again for another message (case 80): both are kept.
  if (!visit.moved) {
    visit.moved = true;
    // Each name that is still to come may be a message's new one.
    visit.orphans = orphansOf(visit, (other) => visit.settled.has(other));
  }
  await setAside(taken, visit);
  await bring(entry, key, visit);
  return { entry, key, proved: true };
}

/**
 * A server without UIDL: a message is what it contains. Equal ones are counted, so that two of them stay two;
 * which of them is which cannot be told, and they are never removed.
 */
async function takeNameless(entry: DropBoxEntry, visit: Visit): Promise<Seen> {
  const { session, nameless, scope, mail } = visit;
  const top = await session.top(entry.handle, 0);
  const sum = top === null ? sha256(await download(entry, session)) : headerSum(top);
  const name = `${sum.slice(0, 40)}-${entry.size}`;
  const nth = (nameless.get(name) ?? 0) + 1;
  nameless.set(name, nth);
  const key = `${scope}:?${name}${nth === 1 ? '' : `#${nth}`}`;
  if (!mail.state.taken.has(key)) await bring(entry, key, visit);
  return { entry, key, proved: false };
}

/** The keys of what went. */
async function removeWhatMayGo(seen: readonly Seen[], visit: Visit): Promise<Set<string>> {
  const { mail, policy, clock, crash, session } = visit;
  const going = new Map<string, DropBoxEntry>();
  for (const { entry, key, proved } of seen) {
    const taken = mail.state.taken.get(key);
    if (taken === undefined || !mayGo(taken, policy, clock.now())) continue;
    if (proved || (await isAlone(entry, taken, visit))) going.set(key, entry);
  }
  if (going.size > 0) {
    await session.remove([...going.values()].map(({ handle }) => handle));
    crash.reach('collect.marked');
  }
  await session.commit();
  crash.reach('collect.committed');
  return new Set(going.keys());
}

/** Without a name: the only one of its kind there, and byte for byte what was taken home. */
async function isAlone(
  entry: DropBoxEntry,
  taken: TakenKey,
  { nameless, session, scope }: Visit,
): Promise<boolean> {
  const name = taken.key.startsWith(`${scope}:?`) ? taken.key.slice(scope.length + 2) : null;
  if (name === null || nameless.get(name) !== 1 || taken.blob === undefined) return false;
  return sha256(await download(entry, session)) === taken.blob;
}
