import { afterEach, describe, expect, it } from 'vitest';
import type { DropBoxSession } from '../../../../../src-main/backends/drop-box.ts';
import { createPop3DropBox } from '../../../../../src-main/backends/pop3/pop3-drop-box.ts';
import { AdvanceableClock } from '../../../../../src-main/platform/clock.ts';
import { createNetwork } from '../../../../../src-main/platform/network.ts';
import { wishedWaitMs } from '../../../../../src-main/sync/server-wish.ts';
import { AppError } from '../../../../../src-shared/error.ts';
import { ScriptedPop3Server, type ScriptedPop3Options } from '../../../../fakes/scripted-pop3-server.ts';

let server: ScriptedPop3Server | null = null;
let session: DropBoxSession | null = null;
const clock = new AdvanceableClock();
const wire: string[] = [];
afterEach(async () => {
  session?.abandon();
  await server?.stop();
  session = null;
  wire.length = 0;
});

async function open(
  options: ScriptedPop3Options,
  account: { tls?: 'none' | 'starttls'; allowPlaintextPassword?: boolean; mechanism?: string } = {},
): Promise<DropBoxSession> {
  server = await ScriptedPop3Server.start(options);
  const network = createNetwork({ extraCa: [], connectTo: [], log: () => undefined, clock });
  session = await createPop3DropBox({
    server: {
      host: '127.0.0.1',
      port: server.port,
      tls: account.tls ?? 'none',
      username: 'ann',
      allowPlaintextPassword: account.allowPlaintextPassword ?? true,
      ...(account.mechanism === undefined ? {} : { mechanism: account.mechanism }),
    },
    credentials: () => Promise.resolve({ password: 'secret' }),
    network,
    clock,
    onWire: (line) => wire.push(line),
  }).open(new AbortController().signal);
  return session;
}

async function all(from: DropBoxSession, handle: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  await from.retrieve(handle, (piece) => {
    pieces.push(piece);
    return Promise.resolve();
  });
  return Buffer.concat(pieces).toString('latin1');
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

const mails = ['Subject: a\r\n\r\n.\r\n..two\r\n.last\r\n', 'Subject: b\r\n\r\nx\r\n'];

describe('a server that wants to be asked now and then only', () => {
  it('LOGIN-DELAY: is not signed in to again before the time, and says so', async () => {
    server = await ScriptedPop3Server.start({ capabilities: ['USER', 'UIDL', 'LOGIN-DELAY 900 USER'] });
    const { port } = server;
    const network = createNetwork({ extraCa: [], connectTo: [], log: () => undefined, clock });
    const lines: string[] = [];
    const box = createPop3DropBox({
      server: { host: '127.0.0.1', port, tls: 'none', username: 'ann', allowPlaintextPassword: true },
      credentials: () => Promise.resolve({ password: 'secret' }),
      network,
      clock,
      onWire: (line) => lines.push(line),
    });
    const visit = async (): Promise<void> => (await box.open(new AbortController().signal)).abandon();
    const visits = (): number => lines.filter((line) => /PASS/.test(line)).length;
    await visit();
    expect(box.pauseMs?.()).toBeGreaterThan(890_000);
    clock.advance(600_000);
    const refused: unknown = await visit().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect((refused as AppError).data).toMatchObject({
      code: 'refused',
      next: 'retry',
      server: { code: 'LOGIN-DELAY' },
    });
    expect((refused as AppError).message).toMatch(/looks again in 5 minutes/);
    expect(wishedWaitMs((refused as AppError).data)).toBeGreaterThan(290_000);
    expect(visits()).toBe(1);
    clock.advance(300_001);
    await visit();
    expect(visits()).toBe(2);
  });
});

describe('a POP3 maildrop', () => {
  it('gives exact bytes, lines of dots too, and shows no password in the trace', async () => {
    const drop = await open({ messages: mails });
    expect(await drop.list()).toEqual([
      { key: 'u1', handle: 1, size: mails[0]?.length },
      { key: 'u2', handle: 2, size: mails[1]?.length },
    ]);
    expect(await all(drop, 1)).toBe(mails[0]);
    expect(String(await drop.top(2, 0))).toBe('Subject: b\r\n\r\n');
    expect(wire.join('\n')).not.toContain('secret');
    expect(server?.commands).toContain('PASS secret');
  });

  it('case 79: what was marked counts only after QUIT was answered', async () => {
    const drop = await open({ messages: mails, answers: [[/^QUIT/, null]] });
    await drop.remove([1]);
    expect(await codeOf(drop.commit())).toBe('connection-lost');
    expect(server?.removed).toEqual([]);
  });

  it('QUIT that is answered -ERR is told, for not everything was removed', async () => {
    const drop = await open({
      messages: mails,
      answers: [[/^QUIT/, '-ERR some deleted messages not removed\r\n']],
    });
    await drop.remove([1, 2]);
    expect(await codeOf(drop.commit())).toBe('refused');
  });

  it('case 80: no UIDL, or the same one twice, names nothing', async () => {
    const twins = await open({ messages: mails, uidls: ['same', 'same'] });
    expect((await twins.list()).map(({ key }) => key)).toEqual([null, null]);
    twins.abandon();
    await server?.stop();
    const none = await open({ messages: mails, answers: [[/^UIDL/, '-ERR no\r\n']] });
    expect((await none.list()).map(({ key }) => key)).toEqual([null, null]);
  });

  it('works on a server that knows neither CAPA nor TOP', async () => {
    const drop = await open({ capabilities: null, messages: mails, answers: [[/^TOP/, '-ERR no\r\n']] });
    expect(await drop.list()).toHaveLength(2);
    expect(await drop.top(1, 0)).toBeNull();
    expect(await all(drop, 2)).toBe(mails[1]);
  });

  it('without encryption the password stays here unless the user said otherwise; APOP hides it', async () => {
    expect(await codeOf(open({}, { allowPlaintextPassword: false }))).toBe('tls-missing');
    expect(server?.commands.join(' ')).not.toMatch(/USER|PASS/);
    await server?.stop();
    await open({ greeting: '+OK <123.4@pop.test> hello\r\n' }, { allowPlaintextPassword: false });
    expect(server?.commands.find((line) => line.startsWith('APOP'))).toMatch(/^APOP ann [0-9a-f]{32}$/);
    expect(wire.join('\n')).toContain('APOP ann ***');
  });

  it('STLS that is not offered, refused, or followed by words in clear ends it before anything is said', async () => {
    for (const options of [
      { capabilities: ['USER'] },
      { capabilities: ['STLS'], answers: [[/^STLS/, '-ERR no\r\n']] as const },
      { capabilities: ['STLS'], answers: [[/^STLS/, '+OK go\r\n+OK injected\r\n']] as const },
    ]) {
      expect(await codeOf(open(options, { tls: 'starttls' }))).toBe('tls-missing');
      expect(server?.commands.join(' ')).not.toMatch(/USER|PASS|AUTH/);
      await server?.stop();
    }
  });

  it.each([
    ['-ERR [IN-USE] locked\r\n', 'refused', 'retry'],
    ['-ERR [LOGIN-DELAY] wait\r\n', 'refused', 'retry'],
    ['-ERR [SYS/PERM] gone\r\n', 'refused', 'tell-user'],
    ['-ERR [AUTH] wrong\r\n', 'auth-failed', 'ask-password'],
    ['-ERR nope\r\n', 'auth-failed', 'ask-password'],
  ])('a refused password %j is told apart from a server in trouble', async (answer, code, next) => {
    const refused: unknown = await open({ answers: [[/^PASS/, answer]] }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect((refused as AppError).data).toMatchObject({ code, next });
    expect((refused as AppError).data.server?.text).not.toBe('');
  });

  it('a cut in the middle of a message, and a line without end, are a lost connection', async () => {
    const cut = await open({ messages: mails, answers: [[/^RETR 1/, '+OK\r\nSubject: a\r\nhalf']] });
    const reading = codeOf(all(cut, 1));
    await server?.stop();
    // A reset is the network's, an orderly end the server's.
    expect(['connection-lost', 'offline']).toContain(await reading);
    const endless = await open({ messages: mails, answers: [[/^RETR/, `+OK ${'x'.repeat(100_000)}`]] });
    expect(await codeOf(all(endless, 1))).toBe('connection-lost');
  });

  it('a server that falls silent is given up by the clock', async () => {
    const silent = await open({ messages: mails, answers: [[/^RETR/, '']] });
    const reading = codeOf(all(silent, 1));
    while (!(server?.commands.includes('RETR 1') ?? false))
      await new Promise((resolve) => setImmediate(resolve));
    clock.advance(61_000);
    expect(await reading).toBe('timeout');
  });
});
