import { deflateRawSync } from 'node:zlib';
import { Duplex, PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend, Call, FolderNews } from '../../src-main/backends/backend.ts';
import { compressedStream } from '../../src-main/backends/imap/compressed-stream.ts';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { TlsMode } from '../../src-shared/model/account.ts';
import { ScriptedImapServer, type ScriptedImapOptions } from '../fakes/scripted-imap-server.ts';

let server: ScriptedImapServer;
let backend: Backend;
const call = (lane: Call['lane'] = 'bulk'): Call => ({ lane, signal: new AbortController().signal });
const all =
  'IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+ ID ENABLE CONDSTORE QRESYNC UIDPLUS MOVE ESEARCH IDLE UNSELECT OBJECTID LIST-EXTENDED LIST-STATUS SPECIAL-USE NOTIFY MULTIAPPEND REPLACE BINARY UTF8=ACCEPT';
/** Speaks all of it, and says to be one whose QRESYNC is believed. */
const modern: ScriptedImapOptions = {
  capabilities: all,
  answers: [
    [/^ID /, '* ID ("name" "Dovecot")\r\n{tag} OK done\r\n'],
    [/^ENABLE/, '* ENABLED CONDSTORE QRESYNC UTF8=ACCEPT\r\n{tag} OK done\r\n'],
  ],
};

async function begin(options: ScriptedImapOptions = {}, tls: TlsMode = 'none'): Promise<void> {
  server = await ScriptedImapServer.start(options);
  backend = createImapBackend({
    server: { host: '127.0.0.1', port: server.port, tls, username: 'ann', allowPlaintextPassword: true },
    credentials: () => Promise.resolve({ password: 'secret' }),
    network: {
      connectOptions: (host, port) => ({ host, port }),
      tlsConnectOptions: () => ({ servername: 'localhost' }),
    },
    clock: new AdvanceableClock(),
  });
}

afterEach(async () => {
  backend.disconnect();
  await server.stop();
});

async function failure(work: Promise<unknown> | undefined): Promise<AppErrorData> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  }
  throw new Error('it did not fail');
}

const opened = (more: string): string =>
  `* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 40] ok\r\n${more}{tag} OK [READ-WRITE] done\r\n`;
const since = { uidValidity: 7, modseq: '5', uidNext: 40 };

describe.each(['bulk', 'interactive'] as const)('hostile answers, lane %s', (lane) => {
  it('case 36: VANISHED of four thousand million, in ranges, costs nothing', async () => {
    await begin({
      ...modern,
      answers: [
        ...(modern.answers ?? []),
        [/^SELECT/, opened('* OK [HIGHESTMODSEQ 9] ok\r\n* VANISHED (EARLIER) 1:4294967295\r\n')],
      ],
    });
    await backend.connect(call(lane));
    const started = performance.now();
    const folder = await backend.select('INBOX', call(lane), since);
    expect(folder.resync).toEqual({ vanished: '1:4294967295', flags: [] });
    // Counted out it would be minutes and gigabytes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each([
    [
      'another UIDVALIDITY (case 25)',
      opened('* OK [HIGHESTMODSEQ 9] ok\r\n* VANISHED (EARLIER) 1\r\n').replace('VALIDITY 7', 'VALIDITY 8'),
    ],
    ['NOMODSEQ (case 41)', opened('* OK [NOMODSEQ] no\r\n* VANISHED (EARLIER) 1\r\n')],
    ['words that are no set', opened('* OK [HIGHESTMODSEQ 9] ok\r\n* VANISHED (EARLIER) 0:-1\r\n')],
    ['a "*"', opened('* OK [HIGHESTMODSEQ 9] ok\r\n* VANISHED (EARLIER) 1:*\r\n')],
  ])('VANISHED is not believed with %s', async (_what, answer) => {
    await begin({ ...modern, answers: [...(modern.answers ?? []), [/^SELECT/, answer]] });
    expect((await backend.select('INBOX', call(lane), since)).resync).toBeNull();
  });

  it('what is said of the folder before, up to CLOSED, is not taken for this one', async () => {
    await begin({
      ...modern,
      answers: [
        ...(modern.answers ?? []),
        [
          /^SELECT "B"/,
          opened('* OK [HIGHESTMODSEQ 9] ok\r\n').replace(
            '* 3',
            '* VANISHED 1:9\r\n* 1 FETCH (UID 1 FLAGS (\\Deleted))\r\n* OK [CLOSED] before\r\n* VANISHED (EARLIER) 2\r\n* 3',
          ),
        ],
      ],
    });
    await backend.select('A', call(lane));
    expect((await backend.select('B', call(lane), since)).resync).toEqual({ vanished: '2', flags: [] });
  });

  it('an unknown server is not asked by QRESYNC, whatever it offers', async () => {
    await begin({
      capabilities: all,
      answers: [[/^ID /, '* ID ("name" "iCloud Mail")\r\n{tag} OK done\r\n']],
    });
    expect((await backend.select('INBOX', call(lane), since)).resync).toBeNull();
    expect(server.commands.join('\n')).not.toContain('QRESYNC');
  });

  it('cases 40, 42 and 28: numbers of 63 bits and numbers that went back are given as they are', async () => {
    await begin({ answers: [[/^SELECT/, opened('* OK [HIGHESTMODSEQ 9223372036854775807] ok\r\n')]] });
    expect((await backend.select('INBOX', call(lane))).highestModseq).toBe('9223372036854775807');
    server.answers = [
      [/^SELECT/, opened('* OK [HIGHESTMODSEQ 3] ok\r\n').replace('UIDNEXT 40', 'UIDNEXT 4')],
    ];
    expect(await backend.select('INBOX', call(lane))).toMatchObject({ highestModseq: '3', uidNext: 4 });
  });

  it.each([
    ['no UIDVALIDITY', '* 3 EXISTS\r\n{tag} OK done\r\n'],
    ['UIDNOTSTICKY', opened('* NO [UIDNOTSTICKY] numbers do not last\r\n')],
  ])('case 29: %s: the folder is refused in words, the account goes on', async (_what, answer) => {
    await begin({ answers: [[/^SELECT "A"/, answer]] });
    expect(await failure(backend.select('A', call(lane)))).toMatchObject({
      scope: 'folder',
      next: 'tell-user',
    });
    await backend.select('INBOX', call(lane));
  });

  it('case 46: NO to one SELECT is about that folder only', async () => {
    await begin({ answers: [[/^SELECT "A"/, '{tag} NO [NOPERM] not for you\r\n']] });
    expect(await failure(backend.select('A', call(lane)))).toMatchObject({ scope: 'folder' });
    await backend.select('INBOX', call(lane));
    expect(server.sockets.size).toBe(1);
  });

  it('case 33: the highest UIDs there are', async () => {
    await begin({
      answers: [
        [/^UID FETCH/, '* 1 FETCH (UID 4294967295 FLAGS (\\Seen))\r\n{tag} OK done\r\n'],
        [/^UID COPY/, '{tag} OK [COPYUID 7 4294967295 4294967294] done\r\n'],
      ],
    });
    const news: FolderNews[] = [];
    await backend.fetchFlags('INBOX', '4294967290:4294967295', {}, call(lane), (one) => {
      news.push(one);
      return Promise.resolve();
    });
    expect(news).toMatchObject([{ flags: [{ uid: 4_294_967_295 }] }]);
    expect(await backend.copy('INBOX', [4_294_967_295], 'x', call(lane))).toEqual({
      state: 'done',
      value: [{ sourceUid: 4_294_967_295, targetUid: 4_294_967_294 }],
    });
  });

  it('R11: a command that names what does not exist is never sent', async () => {
    await begin();
    await backend.select('INBOX', call(lane));
    const before = server.commands.length;
    const bad = backend.fetchFlags('INBOX', '4294967296', {}, call(lane), () => Promise.resolve());
    expect(await failure(bad)).toMatchObject({ code: 'bug', next: 'bug' });
    expect(server.commands).toHaveLength(before);
    await backend.select('INBOX', call(lane));
  });

  it.each([
    ['19: TRYCREATE', 'NO [TRYCREATE] no such box', { code: 'not-found', next: 'tell-user' }],
    [
      '23: throttled',
      'BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds',
      { code: 'refused', next: 'retry' },
    ],
    ['60: full', 'NO [OVERQUOTA] full', { code: 'quota', next: 'tell-user' }],
  ])('case %s', async (_what, answer, expected) => {
    await begin({ answers: [[/^UID COPY/, `{tag} ${answer}\r\n`]] });
    expect(await failure(backend.copy('INBOX', [1], 'x', call(lane)))).toMatchObject(expected);
  });

  it('case 32: a rewritten Message-ID is not found by name, but APPENDUID names the message', async () => {
    await begin({
      answers: [
        [/^APPEND/, '{tag} OK [APPENDUID 7 41] done\r\n'],
        [
          /^UID FETCH/,
          '* 1 FETCH (UID 41 RFC822.SIZE 90 BODY[HEADER.FIELDS (MESSAGE-ID)] {26}\r\nMessage-ID: <other@x>\r\n\r\n\r\n)\r\n{tag} OK done\r\n',
        ],
      ],
    });
    const kept = await backend.append(
      'INBOX',
      Buffer.from('Message-ID: <ours@x>\r\n\r\n'),
      { flags: [], internalDate: 0 },
      call(lane),
    );
    expect(kept).toEqual({ state: 'done', value: { uid: 41, uidValidity: 7 } });
    expect(await backend.findByMessageId('INBOX', 40, ['<ours@x>'], call(lane))).toEqual([]);
  });

  it('case 47: a search refused in the middle is no result', async () => {
    await begin({ answers: [[/^UID SEARCH/, '* SEARCH 1 2\r\n{tag} NO disk trouble\r\n']] });
    expect((await failure(backend.listUids('INBOX', call(lane)))).code).toBe('refused');
  });

  it('case 45: a LIST cut short is refused; names with line breaks, NUL or controls are left out', async () => {
    await begin({
      answers: [
        [
          /^LIST/,
          '* LIST () "/" INBOX\r\n* LIST () "/" {4}\r\na\r\nb\r\n* LIST () "/" "x&AAo-y"\r\n* LIST () "/" "x&AAA-y"\r\n* LIST () "/" "fine"\r\n{tag} OK done\r\n',
        ],
        [/^STATUS/, '{tag} NO no\r\n'],
      ],
    });
    const folders = await backend.listFolders(call(lane));
    expect(folders.map((folder) => folder.path).toSorted()).toEqual(['INBOX', 'fine']);
    server.answers = [[/^LIST/, '* LIST () "/" INBOX\r\n{tag} NO index damaged\r\n']];
    expect(await failure(backend.listFolders(call(lane)))).toMatchObject({ scope: 'account' });
  });

  it('a literal bomb and a line without an end close the connection, and the next call works', async () => {
    await begin({ answers: [[/^STATUS/, '* STATUS {99999999999}\r\n']] });
    expect((await failure(backend.status('INBOX', call(lane)))).code).toMatch(/connection-lost|refused/);
    const line = 'x'.repeat(1024 * 1024);
    server.answers = [
      [
        /^STATUS/,
        () => {
          for (let i = 0; i < 160; i++) setImmediate(() => server.say(line));
          return '* STATUS ';
        },
      ],
    ];
    expect((await failure(backend.status('INBOX', call(lane)))).code).toMatch(/connection-lost|refused/);
    server.answers = [];
    await backend.select('INBOX', call(lane));
  });

  it('UTF8=ACCEPT: names as UTF-8, a message with UTF-8 headers in the UTF8 form', async () => {
    await begin(modern);
    await backend.connect(call(lane));
    const eight = Buffer.from('Subject: Grüße\r\n\r\nx');
    await backend.append('Entwürfe', eight, { flags: [], internalDate: 0 }, call(lane));
    await backend.append(
      'Entwürfe',
      Buffer.from('Subject: x\r\n\r\nü'),
      { flags: [], internalDate: 0 },
      call(lane),
    );
    const appends = server.commands.filter((line) => / APPEND /.test(line));
    expect(appends[0]).toMatch(/APPEND \{9\+\} \(\) ".*" UTF8 \(~\{\d+\+\}\)$/);
    expect(appends[1]).not.toContain('UTF8');
  });

  it('REPLACE: one command, the new UID from the untagged OK', async () => {
    await begin({
      ...modern,
      answers: [
        ...(modern.answers ?? []),
        [/^UID REPLACE/, '* OK [APPENDUID 7 41] new\r\n* 3 EXPUNGE\r\n{tag} OK done\r\n'],
      ],
    });
    const draft = Buffer.from('Subject: draft\r\n\r\nx');
    expect(
      await backend.replace?.('Drafts', 12, draft, { flags: ['\\Draft'], internalDate: 0 }, call(lane)),
    ).toEqual({
      state: 'done',
      value: { uid: 41, uidValidity: 7 },
    });
    expect(server.commands.at(-1)).toMatch(/UID REPLACE 12 "Drafts" \(\\Draft\) ".*" \{\d+\+\}$/);
  });
});

it('an ALERT or REFERRAL in clear before STARTTLS is not shown', async () => {
  await begin({ greeting: '* BYE [ALERT] call 0900-evil now\r\n' }, 'starttls');
  expect(JSON.stringify(await failure(backend.connect(call())))).not.toContain('evil');
  await server.stop();
  await begin(
    {
      greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n',
      answers: [[/^STARTTLS/, '{tag} NO [REFERRAL imap://evil.test/] go there\r\n']],
    },
    'starttls',
  );
  expect(JSON.stringify(await failure(backend.connect(call())))).not.toContain('evil');
});

it('an ALERT of a refusal is shown without controls or direction marks', async () => {
  await begin({ answers: [[/^AUTHENTICATE/, '{tag} NO [ALERT] \u001b[31mMaintenance\u0007 at 8\r\n']] });
  const error = await failure(backend.connect(call()));
  expect(error.server?.text).toContain('Maintenance');
  expect(error.server?.text).not.toMatch(/[\u0000-\u001f]/);
});

it('COMPRESS: a decompression bomb ends the connection with bounded memory', async () => {
  await begin();
  const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024), { finishFlush: 2 });
  const source = new PassThrough();
  const stream = compressedStream(
    Duplex.from({ readable: source, writable: new PassThrough() }),
    Buffer.alloc(0),
  );
  let got = 0;
  const ended = new Promise<Error>((resolve) => stream.on('error', resolve));
  stream.on('data', (chunk: Buffer) => (got += chunk.length));
  for (let i = 0; i < 8; i++) source.write(bomb);
  expect((await ended).message).toContain('flood');
  expect(got).toBeLessThan(320 * 1024 * 1024);
});
