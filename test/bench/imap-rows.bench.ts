import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { startDovecot } from '../../src-main/demo/dovecot.ts';
import type { SeedMail } from '../../src-main/demo/maildir.ts';
import { systemClock } from '../../src-main/platform/clock.ts';

export interface BenchLine {
  name: string;
  value: number;
  unit: string;
}

function* mails(count: number): Iterable<SeedMail> {
  for (let i = 0; i < count; i++) {
    const references =
      i % 3 === 0 ? `References: <m${i - 3}@example.test>\r\n <m${i - 6}@example.test>\r\n` : '';
    const multipart = i % 4 === 0;
    yield {
      bytes: `From: =?utf-8?q?J=C3=BCrgen?= Nr ${i} <sender${i % 500}@example.test>\r\nTo: Ann <ann@example.test>, Bob <bob@example.test>\r\nSubject: Re: the plan for week ${i % 52}, number ${i}\r\nDate: Fri, 21 Nov 2025 09:55:06 +0100\r\nMessage-ID: <m${i}@example.test>\r\n${references}MIME-Version: 1.0\r\nContent-Type: ${multipart ? 'multipart/alternative; boundary=x' : 'text/plain; charset=utf-8'}\r\n\r\n${multipart ? '--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>hello\r\n--x--\r\n' : 'hello\r\n'}`,
      flags: i % 2 === 0 ? ['\\Seen'] : [],
      internalDate: new Date(1_700_000_000_000 + i * 60_000),
    };
  }
}

/** Milliseconds from sending the command to its tagged answer, the bytes only counted. */
async function rawStreamMs(port: number, command: string): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const until = (tag: string): Promise<void> =>
    new Promise((resolve) => {
      let tail = '';
      const onData = (chunk: Buffer): void => {
        tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - 2_000))).slice(-2_000);
        if (!tail.includes(`${tag} OK`)) return;
        socket.off('data', onData);
        resolve();
      };
      socket.on('data', onData);
    });
  await until('*');
  let answered = until('a');
  socket.write('a LOGIN ann secret\r\n');
  await answered;
  answered = until('b');
  socket.write('b SELECT INBOX\r\n');
  await answered;
  answered = until('c');
  const start = performance.now();
  socket.write(`c ${command}\r\n`);
  await answered;
  const ms = performance.now() - start;
  socket.destroy();
  return ms;
}

/** Header rows a second from a warm Dovecot, over plain TCP and TLS, for both readers, beside the raw stream. */
export async function bench(count = 20_000): Promise<BenchLine[]> {
  const server = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
  const lines: BenchLine[] = [];
  const note = (name: string, rows: number, ms: number): void => {
    lines.push({ name, value: Math.round((rows / ms) * 1000), unit: 'rows/s' });
  };
  try {
    server.seedMaildir('ann', 'INBOX', mails(count));
    const network = {
      connectOptions: (host: string, port: number) => ({ host, port }),
      tlsConnectOptions: () => ({ servername: 'localhost', ca: readFileSync(server.ca) }),
    };
    const { signal } = new AbortController();
    const items =
      '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (REFERENCES)])';
    // The first FETCH fills Dovecot's cache: what comes after is the server at its best.
    for (const [round, wanted] of [
      ['cold', items],
      ['warm', items],
      ['warm without References', items.replace(' BODY.PEEK[HEADER.FIELDS (REFERENCES)]', '')],
    ] as const) {
      note(`raw stream, ${round}`, count, await rawStreamMs(server.imapPort, `UID FETCH 1:* ${wanted}`));
    }
    for (const tls of ['none', 'implicit'] as const) {
      for (const lane of ['bulk', 'interactive'] as const) {
        const port = tls === 'none' ? server.imapPort : server.imapsPort;
        const backend = createImapBackend({
          server: { host: 'localhost', port, tls, username: 'ann', allowPlaintextPassword: true },
          credentials: () => Promise.resolve({ password: 'secret' }),
          network,
          clock: systemClock,
        });
        const call = { lane, signal };
        await backend.select('INBOX', call);
        const cpu = process.cpuUsage();
        const start = performance.now();
        let rows = 0;
        await backend.fetchRows('INBOX', '1:*', call, (batch) => {
          rows += batch.length;
          return Promise.resolve();
        });
        const ms = performance.now() - start;
        const used = process.cpuUsage(cpu);
        const where = `${lane === 'bulk' ? 'own reader' : 'imapflow'}, ${tls === 'none' ? 'plain' : 'TLS'}`;
        note(`fetchRows, ${where}`, rows, ms);
        lines.push({
          name: `our processor time, ${where}`,
          value: Math.round((used.user + used.system) / rows),
          unit: 'µs/row',
        });
        if (lane === 'bulk') {
          const from = performance.now();
          let flags = 0;
          await backend.fetchFlags('INBOX', '1:*', {}, call, (news) => {
            if (news.kind === 'flags') flags += news.flags.length;
            return Promise.resolve();
          });
          note(`fetchFlags, ${where}`, flags, performance.now() - from);
        }
        backend.disconnect();
      }
    }
  } finally {
    await server.stop();
  }
  return lines;
}
