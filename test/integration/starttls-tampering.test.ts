import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { protocols, refusedSignIn, type Protocol } from '../harness/sign-in.ts';
import { corpora, inCorpus } from '../agreement/corpora.ts';

/**
 * T01, T03, T04, T07: somebody between us and the server of an account with STARTTLS. Whatever he says in clear, not a
 * byte of the password leaves, nothing of his is shown or believed, and no other host is asked. His lines come from the
 * EAST cases where they lie beside the checkout; the ones that matter most stand here.
 */
interface Tamperer {
  name: string;
  /** Said at once; null: an answer to the first command is the first word. */
  greeting: string;
  capabilities: readonly string[];
  /** Answer to STARTTLS or STLS; TLS never follows. */
  startTls: string;
  /** Answers to other commands, by their lower-case name. */
  answers: Readonly<Record<string, string>>;
}

const password = 'correct horse battery';
const forms = [
  password,
  Buffer.from(password).toString('base64').slice(0, -4),
  Buffer.from(`\0ann\0${password}`).toString('base64'),
];

let server: Server | null = null;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  if (server !== null) await once(server, 'close');
  server = null;
});

/** Plays him; what he heard in clear. */
async function play(protocol: Protocol, man: Tamperer): Promise<{ port: number; heard(): string }> {
  let heard = '';
  let connections = 0;
  server = createServer((socket) => {
    connections += 1;
    // Nobody has a reason to come back at once; a loop of tries would show here.
    expect(connections).toBeLessThan(20);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(man.greeting, 'latin1');
    // He hangs up on whoever waits for him, so that nobody's patience is tested here.
    socket.setTimeout(1_000, () => socket.destroy());
    let buffer = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      buffer += chunk.toString('latin1');
      // TLS begins: its keys are none of his, so that the account is safe from here on.
      if (chunk[0] === 0x16) {
        socket.destroy();
        return;
      }
      for (let end = buffer.indexOf('\r\n'); end !== -1; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        socket.write(reply(protocol, man, line), 'latin1');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

function reply(protocol: Protocol, man: Tamperer, line: string): string {
  if (protocol === 'imap') {
    const [tag = '', verb = ''] = line.split(' ');
    const name = verb.toLowerCase();
    const own = man.answers[name] ?? (name === 'starttls' ? man.startTls : undefined);
    if (own !== undefined) return own.replaceAll('<tag>', tag);
    if (name === 'capability') return `* CAPABILITY ${man.capabilities.join(' ')}\r\n${tag} OK done\r\n`;
    return `${tag} OK done\r\n`;
  }
  const name = (line.split(' ')[0] ?? '').toLowerCase();
  const own = man.answers[name];
  if (own !== undefined) return own;
  if (name === 'starttls' || name === 'stls') return man.startTls;
  if (protocol === 'pop3')
    return name === 'capa'
      ? `+OK\r\n${man.capabilities.map((one) => `${one}\r\n`).join('')}.\r\n`
      : '+OK go on\r\n';
  if (name !== 'ehlo') return '250 go on\r\n';
  const lines = ['evil.test', ...man.capabilities];
  return lines.map((one, at) => `250${at === lines.length - 1 ? ' ' : '-'}${one}\r\n`).join('');
}

const imap = (change: Partial<Tamperer> & { name: string }): Tamperer => ({
  greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n',
  capabilities: ['IMAP4rev1', 'STARTTLS', 'LOGINDISABLED'],
  startTls: '<tag> OK begin\r\n',
  answers: {},
  ...change,
});

/** What he is after is in these words: they must be in no sentence that the user reads. */
const bait = 'call 0900-EVIL';
const own: readonly (readonly [Protocol, Tamperer])[] = [
  ['imap', imap({ name: 'P_1 PREAUTH', greeting: '* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n' })],
  [
    'imap',
    imap({
      name: 'P_2 PREAUTH with STARTTLS',
      greeting: '* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n',
    }),
  ],
  [
    'imap',
    imap({
      name: 'P_5 PREAUTH without capabilities',
      greeting: `* PREAUTH ${bait}\r\n`,
      capabilities: ['IMAP4rev1'],
    }),
  ],
  [
    'imap',
    imap({
      name: 'STARTTLS taken out',
      greeting: '* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready\r\n',
      capabilities: ['IMAP4rev1', 'AUTH=PLAIN'],
      startTls: '<tag> BAD what?\r\n',
    }),
  ],
  ['imap', imap({ name: 'STARTTLS refused with an ALERT', startTls: `<tag> NO [ALERT] ${bait}\r\n` })],
  [
    'imap',
    imap({ name: 'an ALERT before TLS', greeting: `* OK [ALERT] ${bait}\r\n`, startTls: '<tag> BAD no\r\n' }),
  ],
  [
    'imap',
    imap({
      name: 'a REFERRAL in the greeting',
      greeting: `* BYE [REFERRAL imap://127.0.0.1:PORT/] ${bait}\r\n`,
    }),
  ],
  [
    'imap',
    imap({
      name: 'a REFERRAL for an answer',
      startTls: `<tag> NO [REFERRAL imap://127.0.0.1:PORT/] ${bait}\r\n`,
    }),
  ],
  [
    'pop3',
    {
      name: 'STLS refused',
      greeting: '+OK <1.2@evil.test>\r\n',
      capabilities: ['USER', 'STLS', 'SASL PLAIN'],
      startTls: `-ERR ${bait}\r\n`,
      answers: {},
    },
  ],
  [
    'pop3',
    {
      name: 'STLS taken out, with a time stamp for APOP',
      greeting: '+OK <1.2@evil.test>\r\n',
      capabilities: ['USER', 'SASL PLAIN'],
      startTls: '-ERR\r\n',
      answers: {},
    },
  ],
  [
    'smtp',
    {
      name: 'STARTTLS refused',
      greeting: '220 evil.test\r\n',
      capabilities: ['STARTTLS', 'AUTH PLAIN LOGIN'],
      startTls: `454 ${bait}\r\n`,
      answers: {},
    },
  ],
];

/** The server that his words refer to: nobody may come. */
async function recorder(): Promise<{ port: number; visits(): number; stop(): Promise<void> }> {
  let visits = 0;
  const trap = createServer((socket) => {
    visits += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(trap, 'listening');
  return {
    port: (trap.address() as AddressInfo).port,
    visits: () => visits,
    stop: async () => {
      trap.close();
      await once(trap, 'close');
    },
  };
}

async function nothingLeaves(protocol: Protocol, man: Tamperer): Promise<void> {
  const trap = await recorder();
  try {
    const aimed = JSON.parse(JSON.stringify(man).replaceAll('PORT', String(trap.port))) as Tamperer;
    const { port, heard } = await play(protocol, aimed);
    const error = await refusedSignIn(protocol, { port, tls: 'starttls', password });
    for (const form of forms) expect(heard()).not.toContain(form);
    expect(heard()).not.toMatch(/\b(?:AUTH|AUTHENTICATE|LOGIN|USER|PASS|APOP|MAIL|SELECT|EXAMINE|STAT)\b/i);
    expect(error.detail.length).toBeGreaterThan(20);
    expect(JSON.stringify(error)).not.toContain('EVIL');
    // A password that would be asked for would be the next thing to steal.
    expect(error.next).not.toBe('ask-password');
    expect(trap.visits()).toBe(0);
  } finally {
    await trap.stop();
  }
}

describe('T01, T03, T04, T07: between us and a server with STARTTLS', () => {
  test.each(own.map(([protocol, man]) => [protocol, man.name, man] as const))(
    '%s: %s',
    async (protocol, _name, man) => {
      await nothingLeaves(protocol, man);
    },
  );

  const present = inCorpus('sec-east-starttls/testcases');
  if (!present)
    process.stdout.write(`starttls-tampering: the EAST cases are skipped, there are none at ${corpora}\n`);
  const cases = present
    ? protocols.flatMap((protocol) => eastCases(protocol).map((man) => [protocol, man.name, man] as const))
    : [];
  test.skipIf(!present)('the EAST cases can be read', () => {
    expect(cases.length).toBeGreaterThan(60);
  });
  test.skipIf(!present).each(present ? cases : [['imap', 'none', imap({ name: 'none' })] as const])(
    'EAST %s %s',
    async (protocol, _name, man) => {
      await nothingLeaves(protocol, man);
    },
  );
});

function eastCases(protocol: Protocol): Tamperer[] {
  const folder = join(corpora, 'sec-east-starttls', 'testcases', protocol);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ron'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => readEast(protocol, file.slice(folder.length + 1), readFileSync(file, 'utf8')));
}

/** What of such a file concerns the time before TLS. */
function readEast(protocol: Protocol, name: string, source: string): Tamperer {
  const text = source.replace(/\/\/.*$/gm, '');
  // Strings of Rust: a backslash at the end of a line swallows it and the blanks that begin the next one.
  const unquote = (quoted: string): string =>
    quoted
      .replace(/\\\r?\n\s*/g, '')
      .replace(/\\(.)/g, (_, char: string) => ({ r: '\r', n: '\n', t: '\t', '0': '\0' })[char] ?? char);
  const line = (key: string): string | undefined => {
    const found = new RegExp(`\\b${key}: (?:Some\\()?"((?:[^"\\\\]|\\\\.)*)"`).exec(text)?.[1];
    return found === undefined ? undefined : unquote(found);
  };
  const answers = Object.fromEntries(
    [...text.matchAll(/"(\w+)":\s*"((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [
      key,
      unquote(value),
    ]),
  );
  const hidden = /hide_commands: \[([^\]]*)\]/.exec(text)?.[1] ?? '';
  const common = { name, answers };
  if (protocol === 'imap') {
    const words = (list: string): string[] =>
      [
        ...list.matchAll(
          /Atom\("([^"]+)"\)|Auth\((\w+)\)|\b(Imap4Rev1|StartTls|LoginDisabled|MailboxReferrals|Enable)\b/g,
        ),
      ].map(
        ([, atom, mechanism, word]) =>
          atom ??
          (mechanism === undefined ? (imapWords[word ?? ''] ?? '') : `AUTH=${mechanism.toUpperCase()}`),
      );
    const greeting = /greeting: \(([\s\S]*?)text:/.exec(text)?.[1] ?? '';
    const kind = /kind: (\w+)/.exec(greeting)?.[1] ?? 'Ok';
    const said = words(greeting);
    return {
      ...common,
      greeting:
        (answers['greeting'] ??
          `* ${kind.toUpperCase()} ${said.length === 0 ? '' : `[CAPABILITY ${said.join(' ')}] `}ready\r\n`) +
        (line('response_after_greeting') ?? ''),
      capabilities: words(/\bcaps: \[([\s\S]*?)\],\s*\n/.exec(text)?.[1] ?? ''),
      startTls: hidden.includes('starttls')
        ? '<tag> BAD unknown\r\n'
        : (line('starttls_response') ?? '<tag> OK begin\r\n'),
    };
  }
  if (protocol === 'pop3')
    return {
      ...common,
      greeting: line('greeting') ?? '+OK ready\r\n',
      capabilities: [...(/\bcapa:\s*\[([^\]]*)\]/.exec(text)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(
        ([, one = '']) => one,
      ),
      startTls: line('stls_response') ?? '+OK begin\r\n',
    };
  const offered = /\bcapabilities: \[([\s\S]*?)\],\s*\n\s*capabilities_tls/.exec(text)?.[1] ?? '';
  const mechanisms = [...offered.matchAll(/Other\("([^"]+)"\)|\b(Plain|Login)\b/g)].map(
    ([, other, word]) => other ?? (word ?? '').toUpperCase(),
  );
  return {
    ...common,
    greeting: answers['greeting'] ?? '220 evil.test\r\n',
    capabilities: [
      ...(offered.includes('StartTLS') ? ['STARTTLS'] : []),
      ...(mechanisms.length > 0 ? [`AUTH ${mechanisms.join(' ')}`] : []),
    ],
    startTls: line('stls_response') ?? '220 begin\r\n',
    answers: {
      ...(hidden.includes('ehlo') ? { ehlo: '500 unknown\r\n' } : {}),
      ...(hidden.includes('starttls') ? { starttls: '500 unknown\r\n' } : {}),
      ...answers,
    },
  };
}

const imapWords: Readonly<Record<string, string>> = {
  Imap4Rev1: 'IMAP4rev1',
  StartTls: 'STARTTLS',
  LoginDisabled: 'LOGINDISABLED',
  MailboxReferrals: 'MAILBOX-REFERRALS',
  Enable: 'ENABLE',
};
