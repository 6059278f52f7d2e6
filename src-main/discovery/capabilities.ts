import { type LineDialogue, OddAnswer } from './line-dialogue.ts';
import type { FoundServer } from './found-server.ts';

/** One protocol's way of being asked what it can do, without saying who asks. */
export interface Protocol {
  greeting(talk: LineDialogue): Promise<void>;
  ask(talk: LineDialogue): Promise<{ auth: string[]; startTls: boolean }>;
  startTls(talk: LineDialogue): Promise<void>;
  bye: string;
}

const imap: Protocol = {
  async greeting(talk) {
    const line = await talk.line();
    if (/^\* BYE\b/i.test(line)) throw new OddAnswer('turns connections away at the moment');
    // PREAUTH would forbid STARTTLS, and nobody has signed in here.
    if (!/^\* OK\b/i.test(line)) throw new OddAnswer('does not speak IMAP');
  },
  async ask(talk) {
    const words = new Set<string>();
    talk.send('P1 CAPABILITY');
    for (;;) {
      const line = await talk.line();
      const listed = /^\* CAPABILITY (.*)$/i.exec(line);
      for (const word of listed?.[1]?.split(' ') ?? []) words.add(word.toUpperCase());
      if (!/^P1 /i.test(line)) continue;
      if (!/^P1 OK\b/i.test(line)) throw new OddAnswer('does not say what it can do');
      break;
    }
    const auth = [...words].flatMap((word) => /^AUTH=(.+)$/.exec(word)?.[1] ?? []);
    // Without SASL there is still the LOGIN command, unless the server says no (RFC 3501 6.2.3).
    if (auth.length === 0 && !words.has('LOGINDISABLED')) auth.push('LOGIN');
    return { auth, startTls: words.has('STARTTLS') };
  },
  async startTls(talk) {
    talk.send('P2 STARTTLS');
    for (;;) {
      const line = await talk.line();
      if (/^P2 OK\b/i.test(line)) return;
      if (/^P2 /i.test(line)) throw new OddAnswer('refuses STARTTLS although it offers it');
    }
  },
  bye: 'P3 LOGOUT',
};

const pop3: Protocol = {
  async greeting(talk) {
    if (!/^\+OK\b/i.test(await talk.line())) throw new OddAnswer('does not speak POP3');
  },
  async ask(talk) {
    const auth: string[] = [];
    let startTls = false;
    let user = false;
    talk.send('CAPA');
    // RFC 2449 is optional: a server without it takes USER and PASS.
    if (!/^\+OK\b/i.test(await talk.line())) return { auth: ['USER'], startTls: false };
    for (;;) {
      const line = await talk.line();
      if (line === '.') break;
      const [name = '', ...words] = line.toUpperCase().trim().split(/ +/);
      if (name === 'SASL') auth.push(...words);
      if (name === 'STLS') startTls = true;
      if (name === 'USER') user = true;
    }
    return { auth: auth.length === 0 && user ? ['USER'] : auth, startTls };
  },
  async startTls(talk) {
    talk.send('STLS');
    if (!/^\+OK\b/i.test(await talk.line())) throw new OddAnswer('refuses STARTTLS although it offers it');
  },
  bye: 'QUIT',
};

const smtp: Protocol = {
  async greeting(talk) {
    const { code } = await reply(talk);
    if (code === 220) return;
    throw new OddAnswer(code === 0 ? 'does not speak SMTP' : 'turns connections away at the moment');
  },
  async ask(talk) {
    // An address literal (RFC 5321 4.1.3): the name of this computer is nobody's business.
    talk.send('EHLO [127.0.0.1]');
    const { code, lines } = await reply(talk);
    if (code !== 250) throw new OddAnswer('does not say what it can do');
    const auth = new Set<string>();
    let startTls = false;
    for (const line of lines) {
      // "AUTH=LOGIN" is how some servers wrote it before RFC 2554.
      const [name = '', ...words] = line
        .toUpperCase()
        .replace(/^AUTH=/, 'AUTH ')
        .trim()
        .split(/ +/);
      if (name === 'AUTH') words.forEach((word) => auth.add(word));
      if (name === 'STARTTLS') startTls = true;
    }
    return { auth: [...auth], startTls };
  },
  async startTls(talk) {
    talk.send('STARTTLS');
    if ((await reply(talk)).code !== 220) throw new OddAnswer('refuses STARTTLS although it offers it');
  },
  bye: 'QUIT',
};

/** A reply of one or more lines; code 0 for what is none. */
async function reply(talk: LineDialogue): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  for (;;) {
    const match = /^(\d{3})([ -]?)(.*)$/.exec(await talk.line());
    if (match === null) return { code: 0, lines };
    lines.push(match[3] ?? '');
    if (match[2] !== '-') return { code: Number(match[1]), lines };
  }
}

export const protocols: Record<FoundServer['protocol'], Protocol> = { imap, pop3, smtp };
