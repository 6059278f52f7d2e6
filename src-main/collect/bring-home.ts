import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/error.ts';
import type { DropBoxEntry, DropBoxSession } from '../backends/drop-box.ts';
import { numbered, type LocalMail } from '../local-mail/local-mail.ts';
import { isStub, type LocalState, type TakenKey } from '../local-mail/local-state.ts';
import type { LocalRecord, Source } from '../local-mail/records.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { type WholeRequests, wholeGone } from './whole-requests.ts';

/** A visit as far as bringing single messages home goes. */
export interface Bringing {
  mail: LocalMail;
  /** Folder of the local mail that gets what is collected. */
  path: string;
  scope: string;
  clock: Clock;
  crash: CrashControl;
  session: DropBoxSession;
  /** Larger mail stays there with its header here, until it is asked for; null: everything comes. */
  largest: number | null;
  /** Messages that are here and whose keys the server does not list (now, or in another folder), by content. */
  orphans: Map<string, TakenKey[]>;
  /** Keys of the server's list whose messages were dealt with in this visit. */
  settled: Set<string>;
  added: number;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Of the header block alone, without the blank line that ends it: what TOP and RETR both give. */
export function headerSum(bytes: Buffer): string {
  const ends = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')].filter((at) => at !== -1);
  const header = bytes.subarray(0, ends.length === 0 ? bytes.length : Math.min(...ends));
  return sha256(Buffer.from(header.toString('latin1').trimEnd(), 'latin1'));
}

export async function download({ handle }: DropBoxEntry, session: DropBoxSession): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await session.retrieve(handle, (piece) => {
    pieces.push(piece);
    return Promise.resolve();
  });
  return Buffer.concat(pieces);
}

/**
 * By the header alone where the server gives it (TOP), else by the whole message. Some servers add lines to what RETR
 * gives (Status, X-UIDL): then all that TOP says is in what was kept.
 */
export async function isSame(
  entry: DropBoxEntry,
  taken: TakenKey,
  { session, mail }: Pick<Bringing, 'session' | 'mail'>,
): Promise<boolean> {
  const top = await session.top(entry.handle, 0);
  if (headerSum(top ?? (await download(entry, session))) === taken.header) return true;
  const blob = taken.holder?.folder.messages.get(taken.holder.uid)?.blob;
  const kept = blob === undefined || top === null ? null : await mail.bytes(blob);
  if (top === null || kept === null) return false;
  const lines = new Set(headerLines(kept));
  return headerLines(top).every((line) => lines.has(line));
}

function headerLines(bytes: Buffer): string[] {
  const [block = ''] = bytes.toString('latin1').split(/\r?\n\r?\n/, 1);
  return block.trimEnd().split(/\r?\n/);
}

/** Brings a message that is not here yet; of one that is larger than the account wants, only the header (TOP). */
export async function bring(entry: DropBoxEntry, key: string, bringing: Bringing): Promise<void> {
  const { session, largest } = bringing;
  if (largest !== null && entry.size > largest && entry.key !== null) {
    const top = await session.top(entry.handle, 0);
    if (top !== null) {
      await store(entry, key, top, true, bringing);
      return;
    }
  }
  await store(entry, key, await download(entry, session), false, bringing);
}

async function store(
  entry: DropBoxEntry,
  key: string,
  bytes: Buffer,
  stub: boolean,
  bringing: Bringing,
): Promise<void> {
  const { mail, path, clock, crash } = bringing;
  const blob = await mail.keep(bytes);
  crash.reach('collect.fetched');
  const at = clock.now();
  const source: Source = {
    key,
    size: entry.size,
    header: headerSum(bytes),
    at,
    ...(stub ? {} : { blob }),
    ...(entry.mark === undefined ? {} : { mark: entry.mark }),
  };
  // The very same message is here under a name that the server gave up (UIDVALIDITY, new UIDLs, moved there by
  // somebody else): it is that message, wherever the user has put it meanwhile.
  const known = takeOrphan(bringing, blob, source, stub);
  if (known !== undefined) {
    const had = known.blob === undefined ? {} : { blob: known.blob };
    const rekey: LocalRecord = { t: 'rekey', from: known.key, source: { ...source, ...had, at: known.at } };
    await mail.act((now) => ({
      records: [rekey, ...(stub ? [] : wholeOf(now, known.key, blob, bytes.length))],
      value: undefined,
    }));
    crash.reach('collect.stored');
    return;
  }
  // One record brings the message and its key: there is no moment at which one is durable without the other.
  await mail.act((now) => {
    const folder = now.folders.get(path);
    if (folder === undefined) throw new Error('the folder that collects mail is gone');
    const message = {
      blob,
      size: stub ? entry.size : bytes.length,
      date: entry.date ?? at,
      flags: entry.flags ?? [],
      source,
      ...(stub ? { stub: true as const } : {}),
    };
    return { records: [{ t: 'add', path, messages: numbered(folder, [message]) }], value: undefined };
  });
  bringing.added += 1;
  crash.reach('collect.stored');
}

/** Whole against whole the bytes decide; where one of the two is only a header, the header and the size do. */
function takeOrphan(
  { orphans, settled }: Bringing,
  blob: string,
  { header, size }: Source,
  stub: boolean,
): TakenKey | undefined {
  if (!stub) {
    const same = orphans.get(blob) ?? [];
    const at = same.findIndex(({ key }) => !settled.has(key));
    if (at !== -1) return same.splice(at, 1)[0];
  }
  for (const list of orphans.values()) {
    const at = list.findIndex(
      (taken) =>
        !settled.has(taken.key) && taken.header === header && taken.size === size && (stub || isStub(taken)),
    );
    if (at !== -1) return list.splice(at, 1)[0];
  }
  return undefined;
}

/** The record that puts the message in the place of its header; none when it is whole or gone. */
function wholeOf(now: Readonly<LocalState>, key: string, blob: string, size: number): LocalRecord[] {
  const taken = now.taken.get(key);
  if (taken?.holder == null || !isStub(taken)) return [];
  const { folder, uid } = taken.holder;
  return [{ t: 'whole', path: folder.path, uid, blob, size }];
}

/** The rest of a message of which only the header is here. One that has another header now is another message. */
export async function complete(entry: DropBoxEntry, taken: TakenKey, bringing: Bringing): Promise<void> {
  const { mail, crash, session } = bringing;
  const { key } = taken;
  const bytes = await download(entry, session);
  // Servers may add a header to what RETR gives; TOP was what was compared.
  if (headerSum(bytes) !== taken.header && !(await isSame(entry, taken, bringing))) {
    await mail.act(() => ({ records: [{ t: 'forget', keys: [key] }], value: undefined }));
    await store(entry, key, bytes, false, bringing);
    throw wholeGone();
  }
  const blob = await mail.keep(bytes);
  crash.reach('collect.fetched');
  await mail.act((now) => ({ records: wholeOf(now, key, blob, bytes.length), value: undefined }));
  crash.reach('collect.stored');
}

/** What somebody waits for comes before all other mail of a visit. */
export async function serve(
  requests: WholeRequests | undefined,
  entries: readonly DropBoxEntry[],
  bringing: Bringing,
): Promise<void> {
  const { scope, mail } = bringing;
  for (const key of requests?.keys(scope) ?? []) {
    const entry = entries.find((one) => one.key !== null && `${scope}:${one.key}` === key);
    const taken = mail.state.taken.get(key);
    try {
      if (entry === undefined || taken === undefined) throw wholeGone();
      if (isStub(taken)) await complete(entry, taken, bringing);
      requests?.done(key);
    } catch (error) {
      if (!(error instanceof AppError) || error.data.scope !== 'message') throw error;
      requests?.failed(key, error);
    }
  }
}
