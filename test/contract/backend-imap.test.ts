import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Backend } from '../../src-main/backends/backend.ts';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { lintCommand } from '../../src-main/backends/imap/wire-lint.ts';
import { dovecotMissing, startDovecot } from '../../src-main/demo/dovecot.ts';
import type { MailServer } from '../../src-main/demo/mail-server.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { cyrusMissing, startCyrus } from '../servers/cyrus.ts';
import { backendContract } from './backend-contract.ts';

const users = [{ name: 'ann', password: 'secret' }];
const bare = { '127.0.0.2': { imapCapability: 'IMAP4rev1' } };
const all = new Set([
  'UIDPLUS',
  'MOVE',
  'CONDSTORE',
  'ESEARCH',
  'IDLE',
  'ENABLE',
  'ID',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'UNSELECT',
  'COMPRESS=DEFLATE',
  'SPECIAL-USE',
  'QRESYNC',
  'OBJECTID',
  'NOTIFY',
  'NAMESPACE',
]);

interface Variant {
  name: string;
  host: string;
  tls: 'implicit' | 'starttls';
  missing: string | undefined;
  compress?: 'always';
  start: () => Promise<MailServer>;
}

const dovecot = (): Promise<MailServer> => startDovecot({ users, addresses: bare });
const variants: Variant[] = [
  { name: 'Dovecot', host: '127.0.0.1', tls: 'implicit', missing: dovecotMissing(), start: dovecot },
  {
    name: 'Dovecot, STARTTLS and COMPRESS',
    host: '127.0.0.1',
    tls: 'starttls',
    compress: 'always',
    missing: dovecotMissing(),
    start: dovecot,
  },
  {
    name: 'Dovecot with no extension shown',
    host: '127.0.0.2',
    tls: 'starttls',
    missing: dovecotMissing(),
    start: dovecot,
  },
  {
    name: 'Cyrus',
    host: '127.0.0.1',
    tls: 'implicit',
    missing: cyrusMissing(),
    start: () => startCyrus({ users }),
  },
];

for (const variant of variants) {
  if (variant.missing !== undefined) process.stderr.write(`skipped: ${variant.name}: ${variant.missing}\n`);
  describe.skipIf(variant.missing !== undefined)(variant.name, () => {
    let server: MailServer;
    let backend: Backend;
    const sent: string[] = [];
    const clock = new AdvanceableClock();
    // A NOOP (no IDLE) or a new IDLE (no notification daemon) brings the news.
    const hurry = (): void => clock.advance(4 * 60_000 + 1);

    beforeAll(async () => {
      server = await variant.start();
      backend = createImapBackend({
        server: {
          host: variant.host,
          port: variant.tls === 'implicit' ? server.imapsPort : server.imapPort,
          tls: variant.tls,
          username: 'ann',
        },
        credentials: () => Promise.resolve({ password: 'secret' }),
        network: {
          connectOptions: (host, port) => ({ host, port }),
          tlsConnectOptions: () => ({ servername: 'localhost', ca: readFileSync(server.ca) }),
        },
        clock,
        onWire: (line) => sent.push(line),
        compress: variant.compress,
      });
    });

    afterAll(async () => {
      backend.disconnect();
      await server.stop();
      expect(sent.length).toBeGreaterThan(10);
      expect(sent.filter((line) => lintCommand(line.replace(/^\w+ /, ''), all) !== null)).toEqual([]);
      expect(sent.join('\n')).not.toContain('secret');
      if (variant.host === '127.0.0.2')
        expect(sent.join('\n')).not.toMatch(
          /UID EXPUNGE|UID MOVE|CHANGEDSINCE|RETURN|IDLE|ENABLE|COMPRESS|QRESYNC|CONDSTORE|MODSEQ|NOTIFY|MAILBOXID|BINARY|UNSELECT|NAMESPACE|^\w+ ID /m,
        );
      if (variant.compress === 'always') expect(sent.join('\n')).toContain('COMPRESS DEFLATE');
    });

    for (const lane of ['bulk', 'interactive'] as const) {
      describe(`lane ${lane}`, () =>
        backendContract(
          { backend: () => backend, delimiter: '/', hurry, noQuotes: variant.name === 'Cyrus' },
          lane,
        ));
    }
  });
}
