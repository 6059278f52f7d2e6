import { afterEach, describe, expect, it } from 'vitest';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import type { Backend, Call, FolderNews } from '../../src-main/backends/backend.ts';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { TlsMode } from '../../src-shared/model/account.ts';
import { ScriptedImapServer, type ScriptedImapOptions } from '../fakes/scripted-imap-server.ts';

let server: ScriptedImapServer;
let backend: Backend;
let clock: AdvanceableClock;
const call = (lane: Call['lane'] = 'bulk'): Call => ({ lane, signal: new AbortController().signal });

async function begin(
  options: ScriptedImapOptions = {},
  more: { tls?: TlsMode; allowPlaintextPassword?: boolean } = {},
): Promise<void> {
  server = await ScriptedImapServer.start(options);
  clock = new AdvanceableClock();
  backend = open(more);
}

function open(
  more: { tls?: TlsMode; allowPlaintextPassword?: boolean } = {},
  fewConnections?: { until(): number | null; learnt(until: number): void },
): Backend {
  return createImapBackend({
    fewConnections,
    server: {
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      username: 'ann',
      allowPlaintextPassword: true,
      ...more,
    },
    credentials: () => Promise.resolve({ password: 'secret' }),
    network: {
      connectOptions: (host, port) => ({ host, port }),
      tlsConnectOptions: () => ({ servername: 'localhost' }),
    },
    clock,
  });
}

afterEach(async () => {
  backend.disconnect();
  await server.stop();
});

async function failure(work: Promise<unknown>): Promise<AppErrorData> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  }
  throw new Error('it did not fail');
}

const row = (uid: number, subject = `"m${uid}"`): string =>
  `* ${uid} FETCH (UID ${uid} FLAGS () INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 10 ENVELOPE (NIL ${subject} NIL NIL NIL NIL NIL NIL NIL "<${uid}@x>") BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 1 1) BODY[HEADER.FIELDS (FROM REFERENCES)] {2}\r\n\r\n)\r\n`;

/** Which lane reads: our reader (bulk) and imapflow (interactive) must tell the same. */
const lanes = ['bulk', 'interactive'] as const;

describe('signing in', () => {
  it('T03: refuses PREAUTH where STARTTLS is required, with words, and sends nothing', async () => {
    await begin({ greeting: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n' }, { tls: 'starttls' });
    const error = await failure(backend.connect(call()));
    expect(error).toMatchObject({ code: 'tls-missing', next: 'tell-user' });
    expect(error.detail).toContain('password was not sent');
    expect(server.commands).toEqual([]);
  });

  it('refuses words injected between STARTTLS and TLS', async () => {
    await begin(
      {
        greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n',
        answers: [[/^STARTTLS/, '{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n']],
      },
      { tls: 'starttls' },
    );
    expect(await failure(backend.connect(call()))).toMatchObject({ code: 'tls-missing' });
    expect(server.commands).toHaveLength(1);
  });

  it('does not sign in where STARTTLS is required and missing or refused', async () => {
    await begin({}, { tls: 'starttls' });
    expect((await failure(backend.connect(call()))).code).toBe('tls-missing');
    server.answers = [[/^STARTTLS/, '{tag} NO not today\r\n']];
    expect((await failure(backend.connect(call()))).code).toBe('tls-missing');
    expect(server.commands.join()).not.toMatch(/AUTHENTICATE|LOGIN/);
  });

  it('keeps the password back on a clear connection, on loopback too', async () => {
    await begin({}, { allowPlaintextPassword: false });
    expect((await failure(backend.connect(call()))).code).toBe('tls-missing');
    expect(server.commands).toEqual([]);
  });

  it.each([
    ['NO [AUTHENTICATIONFAILED] wrong', 'auth-failed', 'ask-password'],
    ['NO Invalid credentials', 'auth-failed', 'ask-password'],
    ['NO [UNAVAILABLE] later', 'refused', 'retry'],
    ['NO [LIMIT] Maximum number of connections from user+IP exceeded', 'refused', 'retry'],
    ['NO Too many simultaneous connections', 'refused', 'retry'],
    ['NO [INUSE] mailbox locked', 'refused', 'retry'],
  ])('tells "%s" apart: %s', async (answer, code, next) => {
    await begin({ answers: [[/^AUTHENTICATE/, `{tag} ${answer}\r\n`]] });
    const error = await failure(backend.connect(call()));
    expect(error).toMatchObject({ code, next });
    expect(error.server?.text).toBe(answer.replace(/^NO (?:\[\w+\] )?/, ''));
  });

  it('a server with LOGIN only, and one that says goodbye', async () => {
    await begin({ capabilities: 'IMAP4rev1' });
    await backend.connect(call());
    expect(server.commands[0]).toBe('P1 LOGIN "ann" "secret"');
    await server.stop();
    await begin({ greeting: '* BYE too many connections\r\n' });
    expect(await failure(backend.connect(call()))).toMatchObject({
      code: 'refused',
      next: 'retry',
      server: { text: 'too many connections' },
    });
  });

  it('a silent server, by the clock', async () => {
    await begin({ greeting: '' });
    let code = '';
    void failure(backend.connect(call())).then((error) => (code = error.code));
    await expect.poll(() => server.sockets.size).toBe(1);
    await expect.poll(() => (clock.advance(16_000), code)).toBe('timeout');
  });
});

describe.each(lanes)('odd answers, lane %s', (lane) => {
  it('case 18: NO [EXPUNGEISSUED] on COPY is no success', async () => {
    await begin({
      answers: [
        [/^UID COPY/, '{tag} NO [EXPUNGEISSUED] Some of the requested messages no longer exist.\r\n'],
      ],
    });
    const error = await failure(backend.copy('INBOX', [1], 'x', call(lane)));
    expect(error).toMatchObject({ code: 'refused', server: { code: 'EXPUNGEISSUED' } });
    expect(server.commands.join()).not.toMatch(/UID STORE|EXPUNGE/);
  });

  it.each([
    ['UID STORE', (b: Backend, c: Call) => b.storeFlags('INBOX', [1], { add: ['\\Seen'], remove: [] }, c)],
    ['UID MOVE', (b: Backend, c: Call) => b.move('INBOX', [1], 'x', c)],
    [
      'APPEND',
      (b: Backend, c: Call) => b.append('INBOX', Buffer.from('x'), { flags: [], internalDate: 0 }, c),
    ],
  ])('a write that died on the wire is unknown: %s', async (name, write) => {
    await begin({ answers: [[new RegExp(`^${name}`), null]] });
    expect(await write(backend, call(lane))).toMatchObject({ state: 'unknown' });
  });

  it('BYE in the middle of a listing is a lost connection, and the next call connects again', async () => {
    await begin({ answers: [[/^UID FETCH/, `${row(1)}* BYE going down\r\n`]] });
    const lost: string[] = [];
    backend.onLost((detail) => lost.push(detail));
    expect((await failure(backend.fetchRows('INBOX', '1:*', call(lane), () => Promise.resolve()))).code).toBe(
      'connection-lost',
    );
    expect(lost).toEqual(['the server said: going down']);
    server.answers = [];
    await backend.select('INBOX', call(lane));
  });

  it('a cut inside a literal', async () => {
    await begin({
      answers: [
        [
          /^UID FETCH/,
          () => (
            setImmediate(() => server.sockets.forEach((s) => s.destroy())),
            '* 1 FETCH (UID 1 BODY[] {100}\r\nabc'
          ),
        ],
      ],
    });
    const bodies: number[] = [];
    const error = await failure(
      backend.fetchBodies('INBOX', [1], call(lane), (uid) => (bodies.push(uid), Promise.resolve())),
    );
    expect(error.code).toBe('connection-lost');
    expect(bodies).toEqual([]);
  });

  it('no UIDPLUS: only marks, nothing expunged; no bare EXPUNGE', async () => {
    await begin({ capabilities: 'IMAP4rev1 AUTH=PLAIN' });
    expect(await backend.expunge('INBOX', [2], call(lane))).toEqual({
      state: 'done',
      value: { expunged: false },
    });
    expect(await backend.copy('INBOX', [2], 'x', call(lane))).toEqual({ state: 'done', value: null });
    expect((await failure(backend.move('INBOX', [2], 'x', call(lane)))).code).toBe('bug');
    expect(server.commands.join('\n')).not.toMatch(/EXPUNGE|CLOSE|MOVE|ENABLE|CHANGEDSINCE|RETURN/);
  });

  it('case 47: a search without an answer is not an empty folder', async () => {
    await begin();
    expect(await failure(backend.listUids('INBOX', call(lane)))).toMatchObject({
      code: 'refused',
      next: 'retry',
    });
    server.answers = [[/^UID SEARCH/, '* ESEARCH (TAG "x") UID\r\n{tag} OK done\r\n']];
    expect(await backend.listUids('INBOX', call(lane))).toBe('');
    server.answers = [[/^UID SEARCH/, '* SEARCH 3 1 2 9\r\n{tag} OK done\r\n']];
    expect(await backend.listUids('INBOX', call(lane))).toBe('1:3,9');
  });

  it('case 45: an empty LIST is not an account without folders', async () => {
    await begin();
    expect(await failure(backend.listFolders(call(lane)))).toMatchObject({ code: 'refused', next: 'retry' });
  });

  it('news in the middle of a listing of flags keep their order; VANISHED is not expanded; modseq stays 63 bit', async () => {
    await begin({
      answers: [
        [
          /^UID FETCH/,
          '* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (9223372036854775806))\r\n* 2 EXPUNGE\r\n* VANISHED (EARLIER) 1:4294967295\r\n* 7 EXISTS\r\n* 2 FETCH (FLAGS (x) UID 3 MODSEQ (5))\r\n{tag} OK done\r\n',
        ],
      ],
    });
    const news: FolderNews[] = [];
    await backend.fetchFlags(
      'INBOX',
      '1:*',
      { changedSince: '5' },
      call(lane),
      (n) => (news.push(n), Promise.resolve()),
    );
    expect(news).toEqual([
      { kind: 'flags', flags: [{ uid: 1, flags: ['\\Seen'], modseq: '9223372036854775806' }] },
      { kind: 'expunged' },
      { kind: 'vanished', uids: '1:4294967295' },
      { kind: 'exists', exists: 7 },
      { kind: 'flags', flags: [{ uid: 3, flags: ['x'], modseq: '5' }] },
    ]);
  });

  it('case 25: refuses work after a UIDVALIDITY change that nobody has seen', async () => {
    await begin();
    await backend.select('INBOX', call(lane));
    backend.disconnect();
    server.answers = [[/^SELECT/, '* 1 EXISTS\r\n* OK [UIDVALIDITY 8] ok\r\n{tag} OK done\r\n']];
    expect(await failure(backend.expunge('INBOX', [1], call(lane)))).toMatchObject({
      code: 'refused',
      next: 'retry',
    });
    expect(server.commands.join()).not.toContain('UID STORE');
    expect((await backend.select('INBOX', call(lane))).uidValidity).toBe(8);
    expect(await backend.storeFlags('INBOX', [1], { add: ['\\Seen'], remove: [] }, call(lane))).toMatchObject(
      { state: 'done' },
    );
  });

  it('case 22: strange tags and garbage are passed over; strange words of a refusal are shown without controls', async () => {
    await begin({ answers: [[/^UID STORE/, 'X99 OK not yours\r\n* \r\n{tag} NO \u0007what?\u0001\r\n']] });
    const error = await failure(
      backend.storeFlags('INBOX', [1], { add: ['\\Seen'], remove: [] }, call(lane)),
    );
    expect(error.server?.text).toBe('what?');
  });

  it('case 21: a server that falls silent is noticed by the clock', async () => {
    await begin({ answers: [[/^STATUS/, '']] });
    const failed = failure(backend.status('INBOX', call(lane)));
    await expect.poll(() => server.commands.some((c) => c.includes('STATUS'))).toBe(true);
    clock.advance(61_000);
    expect((await failed).code).toBe('timeout');
  });

  it('disconnect ends what runs at once', async () => {
    await begin({ answers: [[/^STATUS/, '']] });
    const failed = failure(backend.status('INBOX', call(lane)));
    await expect.poll(() => server.commands.some((c) => c.includes('STATUS'))).toBe(true);
    backend.disconnect();
    expect((await failed).code).toBe('connection-lost');
  });

  it('an aborted listing ends at once and leaves the connection usable', async () => {
    await begin({ answers: [[/^UID FETCH/, `${row(1)}`]] });
    const abort = new AbortController();
    const failed = failure(
      backend.fetchRows('INBOX', '1:*', { lane, signal: abort.signal }, () => Promise.resolve()),
    );
    await expect.poll(() => server.commands.some((c) => c.includes('FETCH'))).toBe(true);
    abort.abort();
    expect((await failed).code).toBe('cancelled');
    server.say(`${server.commands.at(-1)?.split(' ')[0] ?? ''} OK done\r\n`);
    server.answers = [];
    await backend.select('INBOX', call(lane));
    expect(server.sockets.size).toBe(1);
  });
});

describe('rows', () => {
  it('a row that cannot be read is asked for another way and fails nothing', async () => {
    let asked = 0;
    await begin({
      answers: [
        [
          /^UID FETCH 1:\*/,
          `${row(1)}* 2 FETCH (UID 2 ENVELOPE (NIL "never closed)\r\n${row(3)}{tag} OK done\r\n`,
        ],
        [
          /^UID FETCH 2 \(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE/,
          () => (asked++, '* 2 FETCH (UID 2 ENVELOPE (NIL "never closed)\r\n{tag} OK done\r\n'),
        ],
        [
          /^UID FETCH 2 /,
          '* 2 FETCH (UID 2 FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 9)\r\n{tag} OK done\r\n',
        ],
      ],
    });
    const rows: NewRow[] = [];
    await backend.fetchRows('INBOX', '1:*', call(), (batch) => (rows.push(...batch), Promise.resolve()));
    expect(rows.map((r) => [r.uid, r.envelope.subject, r.size])).toEqual([
      [1, 'm1', 10],
      [3, 'm3', 10],
      [2, '', 9],
    ]);
    expect(asked).toBe(1);
  });

  it('case 85: one connection for all where the server gives no more', async () => {
    let signedIn = 0;
    await begin({
      answers: [
        [
          /^AUTHENTICATE/,
          () =>
            ++signedIn > 1
              ? '{tag} NO [LIMIT] Maximum number of connections exceeded\r\n'
              : '{tag} OK in\r\n',
        ],
        [/^STATUS/, '* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 0)\r\n{tag} OK done\r\n'],
      ],
    });
    await backend.select('INBOX', call('interactive'));
    expect((await backend.status('INBOX', call('bulk'))).exists).toBe(1);
    expect((await backend.status('INBOX', call('bulk'))).exists).toBe(1);
    expect(signedIn).toBe(2);
  });

  it('case 85: that a server gives few connections is known for a day, over a restart too, and then tried again', async () => {
    let signedIn = 0;
    await begin({
      answers: [
        [
          /^AUTHENTICATE/,
          () =>
            (signedIn += 1) && server.sockets.size > 1
              ? '{tag} NO [LIMIT] Maximum number of connections exceeded\r\n'
              : '{tag} OK in\r\n',
        ],
        [/^STATUS/, '* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 UNSEEN 0)\r\n{tag} OK done\r\n'],
      ],
    });
    let kept: number | null = null;
    const few = { until: () => kept, learnt: (until: number) => void (kept = until) };
    /** A program that starts, works on both lanes, and ends; gives how often it signed in. */
    const visit = async (): Promise<number> => {
      const before = signedIn;
      backend = open({}, few);
      await backend.select('INBOX', call('interactive'));
      await backend.status('INBOX', call('bulk'));
      backend.disconnect();
      await expect.poll(() => server.sockets.size).toBe(0);
      return signedIn - before;
    };
    expect(await visit()).toBe(2);
    expect(kept).not.toBeNull();
    expect(await visit()).toBe(1);
    clock.advance(23 * 3_600_000);
    expect(await visit()).toBe(1);
    clock.advance(2 * 3_600_000);
    expect(await visit()).toBe(2);
    // Of a clock that was set back by a month: not believed for a month.
    kept = clock.now() + 30 * 86_400_000;
    expect(await visit()).toBe(2);
  });

  it('watching finds a half-open connection within five minutes, and hears news', async () => {
    await begin();
    const news: FolderNews[] = [];
    const abort = new AbortController();
    let code = '';
    void failure(backend.watch('INBOX', abort.signal, (n) => news.push(n))).then(
      (error) => (code = error.code),
    );
    await expect.poll(() => server.commands.some((c) => c.endsWith('IDLE'))).toBe(true);
    server.say('* 4 EXISTS\r\n* 1 EXPUNGE\r\n');
    await expect.poll(() => news).toEqual([{ kind: 'exists', exists: 4 }, { kind: 'expunged' }]);
    server.answers = [[/^DONE/, '']];
    clock.advance(4 * 60_000);
    await expect.poll(() => server.commands.at(-1)).toBe('DONE');
    await expect.poll(() => (clock.advance(31_000), code)).toMatch(/timeout|connection-lost/);
  });
});
