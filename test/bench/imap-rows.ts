import { readFileSync } from 'node:fs';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import type { BenchContext } from './bench-line.ts';
import { type BenchWorld, password, type Size } from './bench-world.ts';
import { rawStream, rowItems } from './raw-stream.ts';

/** Header rows a second off a warm Dovecot into our row type, for both readers, beside the raw stream. */
export async function benchImapRows(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size: Size = quick ? 5_000 : 10_000;
  const { dovecot } = world;
  const user = await world.mailbox(size);
  const perSecond = (rows: number, ms: number): number => (rows / ms) * 1000;
  const network = {
    connectOptions: (host: string, port: number) => ({ host, port }),
    tlsConnectOptions: () => ({ servername: 'localhost', ca: readFileSync(dovecot.ca) }),
  };
  const { signal } = new AbortController();
  for (const tls of ['none', 'implicit'] as const) {
    const port = tls === 'none' ? dovecot.imapPort : dovecot.imapsPort;
    const raw = await rawStream({
      port,
      tls: tls !== 'none',
      user,
      password,
      command: `UID FETCH 1:* ${rowItems}`,
    });
    const beside = { what: 'raw stream, discarded', value: perSecond(size, raw.ms) };
    for (const lane of ['bulk', 'interactive'] as const) {
      const backend = createImapBackend({
        server: { host: 'localhost', port, tls, username: user, allowPlaintextPassword: true },
        credentials: () => Promise.resolve({ password }),
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
      add({
        what: `Header rows read, ${where}`,
        value: perSecond(rows, ms),
        unit: 'rows/s',
        beside,
        note: `${Math.round((used.user + used.system) / rows)} µs of processor a row`,
      });
      if (lane === 'bulk') {
        const from = performance.now();
        let flags = 0;
        await backend.fetchFlags('INBOX', '1:*', {}, call, (news) => {
          if (news.kind === 'flags') flags += news.flags.length;
          return Promise.resolve();
        });
        add({
          what: `Flags read, ${where}`,
          value: perSecond(flags, performance.now() - from),
          unit: 'rows/s',
        });
      }
      backend.disconnect();
    }
  }
}
