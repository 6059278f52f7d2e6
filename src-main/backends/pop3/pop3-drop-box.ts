import { connectionFailure } from '../socket/socket-errors.ts';
import type { DropBox, DropBoxEntry, DropBoxSession } from '../drop-box.ts';
import type { Credentials } from '../socket/server-stream.ts';
import { openPop3, type Pop3Options, type Pop3Session, stepMs } from './open-pop3.ts';
import { askedTooSoon, commandRefused } from './pop3-errors.ts';
import type { Pop3Reply } from './pop3-wire.ts';

export type Pop3DropBoxOptions = Omit<Pop3Options, 'credentials' | 'signal'> & {
  credentials(): Promise<Credentials>;
};

/** A maildrop of more messages is refused: its list alone would fill the memory. */
const mostMessages = 2_000_000;
/** Nothing larger is mail; a server that goes on sending is cut off here. */
const mostBytes = 2 * 1024 ** 3;
/** A message that is this large and four times what was announced is a flood. */
const leastBytes = 64 * 1024 * 1024;
/** A server that wants to be asked less often than every six hours has it wrong: seconds. */
const longestDelay = 6 * 3_600;
/** DELEs that are on their way at once where the server takes them (RFC 2449 6.6). */
const pipelined = 50;

/** A POP3 maildrop (RFC 1939). It is locked for others while a session is open: sessions should be short. */
export function createPop3DropBox(options: Pop3DropBoxOptions): DropBox {
  let notBefore = Number.NEGATIVE_INFINITY;
  const pauseMs = (): number => Math.max(0, notBefore - options.clock.monotonic());
  return {
    pauseMs,
    async open(signal) {
      // RFC 2449 6.5: it would only refuse, and some servers count such tries.
      if (pauseMs() > 0) throw askedTooSoon(pauseMs(), options.server);
      const session = await openPop3({ ...options, credentials: await options.credentials(), signal });
      // "900" or "900 USER": another delay may hold for this user; what is said after signing in counts.
      const seconds = Number.parseInt(session.capabilities?.get('LOGIN-DELAY') ?? '0', 10);
      if (seconds > 0) notBefore = options.clock.monotonic() + Math.min(seconds, longestDelay) * 1_000;
      return sessionOf(session, options);
    },
  };
}

function sessionOf(
  { wire, capabilities, close }: Pop3Session,
  { server }: Pop3DropBoxOptions,
): DropBoxSession {
  const can = (keyword: string): boolean => capabilities === null || capabilities.has(keyword);

  /** The one place where what goes wrong on the wire gets its words. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw connectionFailure(error, server);
    }
  }
  /** As the last list had them, by number. */
  let sizesNow: ReadonlyMap<number, number> = new Map();
  const must = (reply: Pop3Reply, what: string): void => {
    if (!reply.ok) throw commandRefused(reply, what, server);
  };

  async function sizes(): Promise<Map<number, number>> {
    must(await wire.say('LIST', stepMs), 'list its mail');
    return new Map(
      (await wire.lines(stepMs, mostMessages)).flatMap((line) => {
        const match = /^\s*(\d{1,10})\s+(\d{1,15})/.exec(line);
        return match === null ? [] : [[Number(match[1]), Number(match[2])] as const];
      }),
    );
  }

  /** UIDLs by number; one that two messages share names neither of them (RFC 1939 7 allows that for equal mail). */
  async function names(): Promise<Map<number, string>> {
    const byNumber = new Map<number, string>();
    if (!can('UIDL') || !(await wire.say('UIDL', stepMs)).ok) return byNumber;
    const owners = new Map<string, number>();
    for (const line of await wire.lines(stepMs, mostMessages)) {
      const match = /^\s*(\d{1,10})\s+([\x21-\x7e]{1,200})\s*$/.exec(line);
      if (match === null) continue;
      const [, number = '', name = ''] = match;
      byNumber.set(Number(number), name);
      owners.set(name, (owners.get(name) ?? 0) + 1);
    }
    for (const [number, name] of byNumber) if (owners.get(name) !== 1) byNumber.delete(number);
    return byNumber;
  }

  return {
    list: () =>
      guarded(async () => {
        const listed = await sizes();
        sizesNow = listed;
        const named = await names();
        return [...listed].map(([handle, size]): DropBoxEntry => ({
          key: named.get(handle) ?? null,
          handle,
          size,
        }));
      }),
    top: (handle, lines) =>
      guarded(async () => {
        if (!can('TOP') || !(await wire.say(`TOP ${handle} ${lines}`, stepMs)).ok) return null;
        const pieces: Buffer[] = [];
        await wire.content(stepMs, 64 * 1024 * 1024, (chunk) => {
          pieces.push(chunk);
          return Promise.resolve();
        });
        return Buffer.concat(pieces);
      }),
    retrieve: (handle, onChunk) =>
      guarded(async () => {
        must(await wire.say(`RETR ${handle}`, stepMs), 'give a message');
        const announced = sizesNow.get(handle) ?? null;
        const most = announced === null ? mostBytes : Math.max(leastBytes, announced * 4);
        await wire.content(stepMs, Math.min(mostBytes, most), onChunk, announced);
      }),
    remove: (handles) =>
      guarded(async () => {
        const atOnce = capabilities?.has('PIPELINING') === true ? pipelined : 1;
        for (let at = 0; at < handles.length; at += atOnce) {
          const some = handles.slice(at, at + atOnce);
          for (const handle of some) wire.send(`DELE ${handle}`);
          // A message that is marked already is answered -ERR: it goes all the same.
          for (const _ of some) await wire.reply(stepMs);
        }
      }),
    commit: () =>
      guarded(async () => {
        const answer = await wire.say('QUIT', stepMs);
        close();
        // RFC 1939 6: -ERR says that some of the marked messages were not removed.
        must(answer, 'remove the mail that was taken home');
      }),
    abandon: close,
  };
}
