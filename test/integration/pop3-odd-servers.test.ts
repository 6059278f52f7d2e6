import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPop3DropBox } from '../../src-main/backends/pop3/pop3-drop-box.ts';
import { collect, type Collected } from '../../src-main/collect/collect.ts';
import { Troubles } from '../../src-main/collect/troubles.ts';
import { openLocalMail, type LocalMail } from '../../src-main/local-mail/local-mail.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { noCrashes } from '../../src-main/platform/crash-points.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { AppError } from '../../src-shared/error.ts';
import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import { ScriptedPop3Server, type ScriptedPop3Options } from '../fakes/scripted-pop3-server.ts';

/*
 * A scripted peer, for what neither Dovecot nor Cyrus does on demand (test/contract/pop3-drop-box.test.ts runs both
 * through the same story). Real sockets, the real collector, a real local store.
 */
let directory: string;
let mail: LocalMail;
let server: ScriptedPop3Server;
let clock: AdvanceableClock;
let troubles: Troubles;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'posthorn-odd-pop3-'));
  mail = await openLocalMail(directory, noCrashes);
  clock = new AdvanceableClock();
  troubles = new Troubles();
});
afterEach(async () => {
  await server.stop();
  await mail.close();
  rmSync(directory, { recursive: true, force: true });
});

const text = (label: string, body = 'words'): string =>
  `Subject: ${label}\r\nMessage-ID: <${label}@x>\r\n\r\n${body}\r\n`;
const three = ['a', 'b', 'c'].map((label) => text(label));

async function serve(options: ScriptedPop3Options): Promise<void> {
  server = await ScriptedPop3Server.start(options);
}

function visit(policy: LeaveOnServer = { kind: 'remove' }): Promise<Collected> {
  return collect({
    dropBox: createPop3DropBox({
      server: {
        host: '127.0.0.1',
        port: server.port,
        tls: 'none',
        username: 'ann',
        allowPlaintextPassword: true,
      },
      credentials: () => Promise.resolve({ password: 'secret' }),
      network: createNetwork({ extraCa: [], connectTo: [], log: () => undefined }),
      clock,
    }),
    mail,
    path: 'INBOX',
    policy,
    scope: 'pop3',
    troubles,
    clock,
    crash: noCrashes,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? `${error.code} ${error.data.next}` : String(error)),
  );

async function here(): Promise<string[]> {
  const all = [...(mail.state.folders.get('INBOX')?.messages.values() ?? [])];
  return await Promise.all(
    all.map(async ({ blob }) => (await mail.bytes(blob))?.toString('latin1') ?? 'lost'),
  );
}
const there = (): string[] => server.kept.map((kept) => kept.text);

describe('odd POP3 servers: everything comes home, once, and nothing goes that is not here', () => {
  it.each([
    ['far too small', () => 3],
    ['far too large', (message: string) => message.length * 10],
    ['line ends as one octet', (message: string) => message.replaceAll('\r\n', '\n').length],
    ['nothing', () => 0],
  ])('LIST says %s', async (_what, sizeOf) => {
    await serve({ messages: three, sizeOf });
    expect(await visit({ kind: 'always' })).toMatchObject({ added: 3 });
    expect(await visit()).toMatchObject({ added: 0, removed: 3 });
    expect(await here()).toEqual(three);
    expect(there()).toEqual([]);
  });

  it('no UIDL: removed only what is provably here, taken once', async () => {
    await serve({ messages: three, answers: [[/^UIDL/, '-ERR no\r\n']] });
    await visit({ kind: 'always' });
    await visit({ kind: 'always' });
    expect(await here()).toEqual(three);
    expect((await visit()).removed).toBe(3);
    expect(await here()).toEqual(three);
  });

  it('case 80: the same UIDL for two messages, and then given to a third', async () => {
    await serve({ messages: three, uidls: ['same', 'same', 'own'] });
    await visit({ kind: 'always' });
    expect((await here()).toSorted()).toEqual(three);
    const other = text('d', 'other words');
    server.kept = [{ text: other, uidl: 'own' }];
    await visit({ kind: 'always' });
    expect((await here()).toSorted()).toEqual([...three, other]);
    // Of the very same size it is found out before anything is removed under that name.
    server.kept = [{ text: text('e', 'other words'), uidl: 'own' }];
    await visit();
    expect((await here()).toSorted()).toEqual([...three, other, text('e', 'other words')]);
  });

  it('-ERR in the middle of pipelined commands: that one stays there, is here, and goes the next time', async () => {
    await serve({ messages: three, answers: [[/^DELE 2/, '-ERR not now\r\n']] });
    await visit();
    expect(there()).toEqual([three[1]]);
    server.options = { ...server.options, answers: [] };
    await visit();
    expect(there()).toEqual([]);
    expect(await here()).toEqual(three);
  });

  it.each([
    ['between two messages', /^RETR 2/, null],
    ['in the middle of a message', /^RETR 2/, '+OK\r\nSubject: b\r\nMessage-ID'],
  ])(
    'case 79: dropped %s: nothing was removed, and the next visit goes on',
    async (_when, command, answer) => {
      await serve({ messages: three, answers: [[command, answer]] });
      const first = codeOf(visit());
      // Half a message and no more: the clock gives it up.
      if (answer !== null) {
        while (!server.commands.includes('RETR 2')) await new Promise((resolve) => setImmediate(resolve));
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        clock.advance(61_000);
      }
      expect(await first).toMatch(/^(connection-lost|timeout|offline) /);
      expect(there()).toEqual(three);
      server.options = { ...server.options, answers: [] };
      expect(await visit()).toMatchObject({ added: 2, removed: 3 });
      expect((await here()).toSorted()).toEqual(three);
    },
  );

  it('one message at which the server always hangs up keeps no other one from coming home and leaving', async () => {
    await serve({ messages: three, answers: [[/^RETR 1/, null]] });
    expect(await codeOf(visit())).toMatch(/^(connection-lost|offline) /);
    // The others come first from now on.
    expect(await codeOf(visit())).toMatch(/^(connection-lost|offline) /);
    expect((await here()).toSorted()).toEqual(three.slice(1));
    expect(await codeOf(visit())).toMatch(/^(connection-lost|offline) /);
    const fourth = await visit();
    expect(fourth).toMatchObject({ added: 0, removed: 2 });
    expect(fourth.refused?.data.detail).toContain('does not give one message');
    expect(there()).toEqual(three.slice(0, 1));
    // Mended, it comes with one of the next visits.
    server.options = { ...server.options, answers: [] };
    for (let visits = 0; visits < 3; visits += 1) await visit();
    expect((await here()).toSorted()).toEqual(three);
    expect(there()).toEqual([]);
  });

  it('QUIT that is never answered counts for nothing; the next visit finds out', async () => {
    await serve({ messages: three, answers: [[/^QUIT/, null]] });
    expect(await codeOf(visit())).toMatch(/^(connection-lost|offline) /);
    expect(there()).toEqual(three);
    server.options = { ...server.options, answers: [] };
    expect(await visit()).toMatchObject({ added: 0, removed: 3 });
    expect(await here()).toEqual(three);
  });

  it('a last line without its end, and the dot behind it', async () => {
    const bare = 'Subject: bare\r\nMessage-ID: <bare@x>\r\n\r\nno end of line';
    await serve({ messages: [bare, text('b')], gluesDot: true });
    const coming = visit();
    while (!server.commands.includes('RETR 1')) await new Promise((resolve) => setImmediate(resolve));
    // Nothing follows for five seconds of the test's clock, however slow the machine.
    while (!server.commands.includes('RETR 2')) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await coming).toMatchObject({ added: 2, removed: 2 });
    expect(await here()).toEqual([bare, text('b')]);
  });

  it('a message of one line of five megabytes', async () => {
    const giant = text('giant', 'x'.repeat(5_000_000));
    await serve({ messages: [giant] });
    expect(await visit()).toMatchObject({ added: 1, removed: 1 });
    expect(await here()).toEqual([giant]);
  });

  it.each([
    ['-ERR [IN-USE] locked by another session\r\n', 'refused retry'],
    ['-ERR [LOGIN-DELAY] minimum time between logins\r\n', 'refused retry'],
    ['-ERR [SYS/TEMP] try later\r\n', 'refused retry'],
    ['-ERR [SYS/PERM] never\r\n', 'refused tell-user'],
    ['-ERR [AUTH] bad password\r\n', 'auth-failed ask-password'],
  ])('PASS answered %j is told apart, and later all comes home', async (answer, code) => {
    await serve({ messages: three, answers: [[/^PASS/, answer]] });
    expect(await codeOf(visit())).toBe(code);
    server.options = { ...server.options, answers: [] };
    expect(await visit()).toMatchObject({ added: 3, removed: 3 });
  });

  it('[SYS/TEMP] for one message: the others come, and it comes later', async () => {
    await serve({ messages: three, answers: [[/^RETR 2/, '-ERR [SYS/TEMP] not readable now\r\n']] });
    const { added, removed, refused } = await visit();
    expect({ added, removed, next: refused?.data.next }).toEqual({ added: 2, removed: 2, next: 'retry' });
    server.options = { ...server.options, answers: [] };
    await visit();
    expect((await here()).toSorted()).toEqual(three);
  });

  it('UTF8 is asked for before signing in where it is offered, and its refusal is no matter', async () => {
    const words = Buffer.from('Subject: Grüße\r\n\r\nñ\r\n').toString('latin1');
    for (const answers of [[], [[/^UTF8/, '-ERR no\r\n']] as const]) {
      await serve({ messages: [words], capabilities: ['USER', 'UIDL', 'TOP', 'UTF8'], answers });
      const before = (await here()).length;
      await visit();
      expect((await here()).slice(before)).toEqual(before === 0 ? [words] : []);
      expect(server.commands.indexOf('UTF8')).toBeLessThan(server.commands.indexOf('USER ann'));
      expect(server.commands).toContain('UTF8');
      if (before === 0) await server.stop();
    }
  });
});
