import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkSmtpServer } from '../../src-main/backends/smtp/check-smtp-server.ts';
import {
  submitMail,
  type SubmitOptions,
  type SubmittedMail,
  type SubmitOutcome,
} from '../../src-main/backends/smtp/submit-mail.ts';
import { makeCertificates, type Certificates } from '../../src-main/demo/certificates.ts';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { removeDir, serverDir } from '../../src-main/demo/server-process.ts';
import { AdvanceableClock, systemClock } from '../../src-main/platform/clock.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { AppError } from '../../src-shared/error.ts';
import type { ServerSettings } from '../../src-shared/model/account.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { postfixMissing, startPostfix, type Postfix } from '../servers/postfix.ts';
import { startSmtpSink, type SmtpSink } from '../servers/smtp-sink.ts';

let certificates: Certificates;
let dir: string;
let sink: SmtpSink;

beforeAll(async () => {
  dir = serverDir('smtp');
  certificates = await makeCertificates(dir);
  sink = await startSmtpSink({ certificates });
});
afterAll(async () => {
  await sink.stop();
  removeDir(dir);
});
afterEach(() => {
  sink.script = {};
  sink.mails.length = 0;
});

const mail: SubmittedMail = {
  from: 'ann@example.test',
  recipients: ['bob@example.test'],
  bytes: Buffer.from('Subject: x\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n'),
  needsUtf8: false,
  needs8Bit: false,
};

interface Sent {
  outcome: SubmitOutcome;
  wire: string[];
  marks: string[];
}

function settings(change: Partial<ServerSettings> = {}): ServerSettings {
  return { host: 'localhost', port: sink.smtpPort, tls: 'starttls', username: 'ann', ...change };
}

async function submit(
  change: Partial<SubmittedMail> = {},
  server: Partial<ServerSettings> = {},
  options: Partial<SubmitOptions> & { ca?: string } = {},
): Promise<Sent> {
  const wire: string[] = [];
  const marks: string[] = [];
  const { ca = certificates.ca, ...rest } = options;
  const outcome = await submitMail(
    { ...mail, ...change },
    {
      server: settings(server),
      credentials: { password: 'secret' },
      network: createNetwork({ extraCa: [readFileSync(ca, 'utf8')], connectTo: [], log: () => undefined }),
      clock: systemClock,
      onWire: (line) => wire.push(line),
      beforeFinalDot: () => Promise.resolve(void marks.push('before')),
      afterFinalDot: () => void marks.push('after'),
      ...rest,
    },
  );
  return { outcome, wire, marks };
}

async function failure(running: Promise<unknown>): Promise<AppError> {
  const error = await running.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

/** A server that says what it is told: for servers that nobody builds on purpose. */
async function talker(
  answer: (line: string, socket: Socket) => string | null,
  greeting = '220 old.test\r\n',
): Promise<{ port: number; lines: string[]; stop(): Promise<void> }> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(greeting);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        lines.push(line);
        const reply = answer(line, socket);
        if (reply !== null) socket.write(reply);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe('a submission', () => {
  test.each([
    ['implicit TLS', () => ({ tls: 'implicit' as const, port: sink.smtpsPort })],
    ['STARTTLS', () => ({})],
  ])('arrives byte for byte over %s', async (_name, server) => {
    const { outcome, marks, wire } = await submit({}, server());
    expect(outcome).toEqual({
      state: 'answered',
      recipients: [
        { address: 'bob@example.test', state: 'accepted', reply: expect.stringMatching(/^250/) as string },
      ],
    });
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]?.bytes.equals(Buffer.from(mail.bytes))).toBe(true);
    expect(sink.mails[0]).toMatchObject({ user: 'ann', from: 'ann@example.test', to: ['bob@example.test'] });
    expect(marks).toEqual(['before', 'after']);
    expect(wire.join('\n')).not.toContain(Buffer.from('\0ann\0secret').toString('base64'));
    expect(wire.join('\n')).not.toContain('dot');
  });

  test('doubles dots across the borders of blocks', async () => {
    const bytes = Buffer.from(`Subject: x\r\n\r\n${'x'.repeat(65_536 - 16)}\r\n.${'.\r\n'.repeat(60_000)}`);
    await submit({ bytes });
    expect(sink.mails[0]?.bytes.equals(bytes)).toBe(true);
  });

  test('names a quoted local part as it is written', async () => {
    // smtp-server itself refuses a quoted local part; what counts is where it was to go.
    const { wire, outcome } = await submit({
      recipients: ['"eve@evil.test x"@internal.example', 'bob@example.test'],
    });
    expect(wire).toContain('> RCPT TO:<"eve@evil.test x"@internal.example>');
    expect(outcome.recipients.map((recipient) => recipient.state)).toEqual(['refused', 'accepted']);
    expect(sink.mails[0]?.to).toEqual(['bob@example.test']);
  });

  test('keeps the reply to each recipient', async () => {
    sink.script = {
      onRecipient: (address) =>
        address.startsWith('no')
          ? { code: 550, text: '5.1.1 nobody' }
          : address.startsWith('later')
            ? { code: 450, text: '4.2.0 busy' }
            : undefined,
    };
    const { outcome } = await submit({
      recipients: ['no@example.test', 'bob@example.test', 'later@example.test'],
    });
    expect(outcome.recipients.map(({ state, reply }) => [state, reply.split(':')[0]])).toEqual([
      ['refused', '550 5.1.1 nobody'],
      ['accepted', expect.stringMatching(/^250/)],
      ['deferred', '450 4.2.0 busy'],
    ]);
    expect(sink.mails[0]?.to).toEqual(['bob@example.test']);
  });

  test.each<[string, SmtpSink['script'], string]>([
    ['MAIL', { onFrom: () => ({ code: 451, text: '4.3.0 greylisted' }) }, 'deferred'],
    ['every RCPT', { onRecipient: () => ({ code: 452, text: '4.5.3 too many' }) }, 'deferred'],
    ['the end of DATA', { afterData: () => ({ code: 452, text: '4.3.1 disk full' }) }, 'deferred'],
    ['MAIL for good', { onFrom: () => ({ code: 550, text: '5.7.1 not you' }) }, 'refused'],
    ['the end of DATA for good', { afterData: () => ({ code: 554, text: '5.7.1 spam' }) }, 'refused'],
  ])('refused at %s is told with the words', async (_name, script, state) => {
    sink.script = script;
    const { outcome } = await submit({ recipients: ['bob@example.test', 'cat@example.test'] });
    expect(outcome.state).toBe('answered');
    expect(outcome.recipients.map((recipient) => recipient.state)).toEqual([state, state]);
    expect(outcome.recipients[0]?.reply).toMatch(/^[45]\d\d [45]\.\d\.\d /);
    expect(sink.mails).toHaveLength(0);
  });

  test('refused at the connection is tried again later', async () => {
    sink.script = { onConnect: () => ({ code: 421, text: '4.3.2 come back later' }) };
    expect((await failure(submit())).data).toMatchObject({
      code: 'refused',
      next: 'retry',
      server: { text: expect.stringContaining('come back later') as string },
    });
  });

  test.each(['cut-before-taking', 'cut-after-taking'] as const)(
    '%s after the final dot is unknown',
    async (how) => {
      sink.script = { afterData: () => how };
      const { outcome, marks } = await submit();
      expect(outcome).toMatchObject({ state: 'unknown' });
      expect(marks).toEqual(['before', 'after']);
      expect(sink.mails).toHaveLength(how === 'cut-after-taking' ? 1 : 0);
    },
  );

  test('cut while the message is written is certainly not sent', async () => {
    const proxy = await FaultProxy.start({
      targetPort: sink.smtpsPort,
      cuts: [{ side: 'client', afterBytes: 60_000, then: 'drop' }],
    });
    try {
      const marks: string[] = [];
      const error = await failure(
        submit(
          { bytes: Buffer.from(`Subject: x\r\n\r\n${'x\r\n'.repeat(2_000_000)}`) },
          { tls: 'implicit', port: proxy.port },
          { beforeFinalDot: () => Promise.resolve(void marks.push('dot')) },
        ),
      );
      expect(error.data.next).toMatch(/retry|wait-online/);
      expect(marks).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });

  test('is dropped at once when it is given up', async () => {
    const abort = new AbortController();
    sink.script = { onFrom: () => new Promise(() => abort.abort()) };
    expect((await failure(submit({}, {}, { signal: abort.signal }))).data.next).toBe('retry');
  });

  test('ends when a server falls silent', async () => {
    const clock = new AdvanceableClock();
    const silent = await talker((line) => (line.startsWith('EHLO') ? '250 old.test\r\n' : null));
    try {
      const running = failure(submit({}, { port: silent.port, tls: 'none', username: undefined }, { clock }));
      await expect.poll(() => silent.lines.some((line) => line.startsWith('MAIL'))).toBe(true);
      clock.advance(5 * 60_000 + 1);
      expect((await running).code).toBe('timeout');
    } finally {
      await silent.stop();
    }
  });
});

describe('what a server must offer', () => {
  test('a mail that is too large is refused before a byte of it is sent', async () => {
    const small = await startSmtpSink({ certificates, maxBytes: 1000 });
    try {
      const error = await failure(submit({ bytes: Buffer.alloc(5000, 'x') }, { port: small.smtpPort }));
      expect(error.data).toMatchObject({ code: 'refused', scope: 'message', next: 'tell-user' });
      expect(error.message).toContain('5 kB');
    } finally {
      await small.stop();
    }
  });

  test('SMTPUTF8 and 8BITMIME are asked for, and missed with words', async () => {
    await submit({
      needsUtf8: true,
      needs8Bit: true,
      recipients: ['jörg@example.test'],
      bytes: Buffer.from('Subject: ü\r\n\r\nü\r\n'),
    });
    expect(sink.mails[0]?.parameters).toMatchObject({ BODY: '8BITMIME', SMTPUTF8: true });
    const plain = await startSmtpSink({ certificates, server: { hideSMTPUTF8: true, hide8BITMIME: true } });
    try {
      expect((await failure(submit({ needsUtf8: true }, { port: plain.smtpPort }))).message).toContain(
        'SMTPUTF8',
      );
      expect((await failure(submit({ needs8Bit: true }, { port: plain.smtpPort }))).message).toContain(
        '8BITMIME',
      );
      expect((await submit({}, { port: plain.smtpPort })).outcome.state).toBe('answered');
    } finally {
      await plain.stop();
    }
  });

  test('a server that knows only HELO takes mail too', async () => {
    const old = await talker((line) => {
      if (line.startsWith('EHLO')) return '500 what?\r\n';
      if (line === 'DATA') return '354 go\r\n';
      if (line === '.') return '250 taken\r\n';
      return /^(?:HELO|MAIL|RCPT|QUIT)/.test(line) ? '250 ok\r\n' : null;
    });
    try {
      const { outcome } = await submit({}, { port: old.port, tls: 'none', username: undefined });
      expect(outcome.recipients).toEqual([
        { address: 'bob@example.test', state: 'accepted', reply: '250 taken' },
      ]);
      expect(old.lines).toContain('MAIL FROM:<ann@example.test>');
    } finally {
      await old.stop();
    }
  });

  test('a server that offers DSN and refuses its parameters takes the mail without them', async () => {
    const odd = await talker((line) => {
      if (line.startsWith('EHLO')) return '250-odd.test\r\n250 DSN\r\n';
      if (line.includes(' NOTIFY=')) return '555 5.5.4 what?\r\n';
      if (line === 'DATA') return '354 go\r\n';
      if (line === '.') return '250 taken\r\n';
      return /^(?:MAIL|RCPT|RSET|QUIT)/.test(line) ? '250 ok\r\n' : null;
    });
    try {
      const { outcome } = await submit(
        { dsn: { wish: 'failure', envelopeId: 'ph1' } },
        { port: odd.port, tls: 'none', username: undefined },
      );
      expect(outcome.recipients).toMatchObject([{ state: 'accepted', reply: '250 taken' }]);
      expect(odd.lines.filter((line) => /^(?:MAIL|RCPT|RSET)/.test(line))).toEqual([
        'MAIL FROM:<ann@example.test> RET=HDRS ENVID=ph1',
        'RCPT TO:<bob@example.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@example.test',
        'RSET',
        'MAIL FROM:<ann@example.test>',
        'RCPT TO:<bob@example.test>',
      ]);
    } finally {
      await odd.stop();
    }
  });

  test('something that is not SMTP is told as such', async () => {
    const web = await talker(() => null, 'HTTP/1.1 400 Bad Request\r\n\r\n');
    try {
      expect((await failure(submit({}, { port: web.port, tls: 'none' }))).message).toContain(
        'does not speak SMTP',
      );
    } finally {
      await web.stop();
    }
  });
});

describe('encryption and the password', () => {
  test('STARTTLS that is taken out on the way ends it, with nothing said', async () => {
    const stripped = await talker((line) =>
      line.startsWith('EHLO') ? '250-evil.test\r\n250 AUTH PLAIN LOGIN\r\n' : '250 ok\r\n',
    );
    try {
      const error = await failure(submit({}, { port: stripped.port }));
      expect(error.code).toBe('tls-missing');
      expect(stripped.lines).toEqual(['EHLO [127.0.0.1]']);
    } finally {
      await stripped.stop();
    }
  });

  test('words smuggled in behind STARTTLS end it', async () => {
    const smuggler = await talker((line) =>
      line.startsWith('EHLO') ? '250-evil.test\r\n250 STARTTLS\r\n' : '220 go\r\n250 AUTH PLAIN\r\n',
    );
    try {
      expect((await failure(submit({}, { port: smuggler.port }))).code).toBe('tls-missing');
    } finally {
      await smuggler.stop();
    }
  });

  test.each(['implicit', 'starttls'] as const)(
    'an unknown certificate is refused with its facts (%s), and a pin accepts exactly it',
    async (tls) => {
      const other = serverDir('smtp-other');
      try {
        const { ca } = await makeCertificates(other);
        const port = tls === 'implicit' ? sink.smtpsPort : sink.smtpPort;
        const error = await failure(submit({}, { tls, port }, { ca }));
        const fingerprint256 = new X509Certificate(readFileSync(certificates.cert)).fingerprint256
          .replaceAll(':', '')
          .toLowerCase();
        expect(error.data).toMatchObject({
          code: 'tls-certificate',
          certificate: { fingerprint256, host: 'localhost', port },
        });
        expect(
          (await submit({}, { tls, port, trustFingerprint256: fingerprint256 }, { ca })).outcome.state,
        ).toBe('answered');
        expect((await failure(submit({}, { tls, port, trustFingerprint256: '0'.repeat(64) }))).code).toBe(
          'tls-certificate',
        );
      } finally {
        removeDir(other);
      }
    },
  );

  test('a wrong password asks for another', async () => {
    const error = await failure(submit({}, {}, { credentials: { password: 'wrong' } }));
    expect(error.data).toMatchObject({
      code: 'auth-failed',
      next: 'ask-password',
      server: { code: '535 5.7.8' },
    });
    expect(sink.mails).toHaveLength(0);
  });

  test('the password never travels in clear unless the user allowed it', async () => {
    const clear = await talker((line) =>
      line.startsWith('EHLO')
        ? '250-x\r\n250 AUTH PLAIN LOGIN\r\n'
        : line.startsWith('AUTH')
          ? '235 ok\r\n'
          : '250 ok\r\n',
    );
    try {
      expect((await failure(submit({}, { port: clear.port, tls: 'none' }))).code).toBe('tls-missing');
      expect(clear.lines.some((line) => line.startsWith('AUTH'))).toBe(false);
      const network = createNetwork({ extraCa: [], connectTo: [], log: () => undefined });
      await checkSmtpServer({
        server: settings({ port: clear.port, tls: 'none', allowPlaintextPassword: true }),
        credentials: { password: 'secret' },
        network,
        clock: systemClock,
      });
      expect(clear.lines).toContain(`AUTH PLAIN ${Buffer.from('\0ann\0secret').toString('base64')}`);
    } finally {
      await clear.stop();
    }
  });

  test('LOGIN is spoken where there is nothing better', async () => {
    const login = await startSmtpSink({ certificates, authMethods: ['LOGIN'] });
    try {
      expect((await submit({}, { port: login.smtpPort })).outcome.state).toBe('answered');
    } finally {
      await login.stop();
    }
  });
});

const noPostfix = postfixMissing();
if (noPostfix !== undefined) console.log(`Postfix tests skipped: ${noPostfix}`);

describe.skipIf(noPostfix !== undefined)('Postfix with Dovecot', () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  beforeAll(async () => {
    dovecot = await startDovecot({
      users: [
        { name: 'ann', password: 'secret' },
        { name: 'bob', password: 'secret' },
      ],
      mechanisms: ['plain', 'login', 'cram-md5', 'scram-sha-256'],
    });
    postfix = await startPostfix(dovecot);
  });
  afterAll(async () => {
    await postfix.stop();
    await dovecot.stop();
  });

  test.each(['implicit', 'starttls'] as const)(
    'takes a mail and delivers it (%s), signed in by the strongest way',
    async (tls) => {
      const { outcome, wire } = await submit(
        {},
        { tls, port: tls === 'implicit' ? postfix.submissionsPort : postfix.submissionPort },
        { ca: postfix.ca },
      );
      expect(outcome).toMatchObject({ state: 'answered', recipients: [{ state: 'accepted' }] });
      expect(wire.some((line) => line.startsWith('> AUTH SCRAM-SHA-256'))).toBe(true);
      expect(wire).toContain('> QUIT');
    },
  );

  test('refuses one recipient and takes the other', async () => {
    const { outcome } = await submit(
      { recipients: ['bob@example.test', '"eve@evil.test x"@example.test', 'x@elsewhere.test'] },
      { port: postfix.submissionPort },
      { ca: postfix.ca },
    );
    expect(outcome.recipients.map((recipient) => recipient.state)).toEqual([
      'accepted',
      'accepted',
      'refused',
    ]);
  });

  test('asks for another password when it is wrong', async () => {
    expect(
      (
        await failure(
          submit(
            {},
            { port: postfix.submissionPort },
            { ca: postfix.ca, credentials: { password: 'wrong' } },
          ),
        )
      ).code,
    ).toBe('auth-failed');
  });
});
