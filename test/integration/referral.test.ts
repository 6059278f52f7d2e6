import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../src-main/backends/backend.ts';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { ScriptedImapServer } from '../fakes/scripted-imap-server.ts';
import { refusedSignIn } from '../harness/sign-in.ts';

/** RFC 2221, RFC 2193: a server that we trust, for its TLS is right, sends us elsewhere with the password. */
const dir = mkdtempSync(join(tmpdir(), 'posthorn-referral-'));
let visits = 0;
let extraCa: string[];
let trap: Server;
let front: Server;
let server: ScriptedImapServer;
let elsewhere: string;

const portOf = (one: Server): number => (one.address() as AddressInfo).port;
async function listening(one: Server): Promise<Server> {
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  return one;
}

beforeAll(async () => {
  const { ca, cert, key } = await makeCertificates(dir, { domains: ['localhost'] });
  extraCa = [readFileSync(ca, 'utf8')];
  trap = await listening(
    createServer((socket) => {
      visits += 1;
      socket.destroy();
    }),
  );
  elsewhere = `imap://ann;AUTH=*@127.0.0.1:${portOf(trap)}/INBOX`;
  server = await ScriptedImapServer.start();
  front = await listening(
    createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (secure) => {
      const inner = connect(server.port, '127.0.0.1');
      secure.pipe(inner).pipe(secure);
      for (const socket of [secure, inner]) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          secure.destroy();
          inner.destroy();
        });
      }
    }),
  );
});
afterAll(async () => {
  await server.stop();
  front.close();
  trap.close();
  rmSync(dir, { recursive: true, force: true });
});

test('T04: a REFERRAL over TLS instead of signing in is a refusal, and nobody goes there', async () => {
  server.answers = [
    [/^(?:AUTHENTICATE|LOGIN)/, `{tag} NO [REFERRAL ${elsewhere}] Your mail is somewhere else\r\n`],
  ];
  const to = {
    host: 'localhost',
    port: portOf(front),
    tls: 'implicit',
    password: 'secret',
    extraCa,
  } as const;
  const error = await refusedSignIn('imap', to);
  expect(server.commands.some((line) => /AUTHENTICATE|LOGIN/.test(line))).toBe(true);
  expect(JSON.stringify(error)).not.toContain(String(portOf(trap)));
  expect(visits).toBe(0);
});

test('T04: a REFERRAL on signing in or opening a folder changes nothing of where mail is asked for', async () => {
  const capabilities = 'IMAP4rev1 MAILBOX-REFERRALS LOGIN-REFERRALS UIDPLUS';
  server.answers = [
    [/^(?:AUTHENTICATE|LOGIN)/, `{tag} OK [REFERRAL ${elsewhere}] in, and better over there\r\n`],
    [/^CAPABILITY/, `* CAPABILITY ${capabilities}\r\n{tag} OK done\r\n`],
    [/^SELECT/, `{tag} NO [REFERRAL ${elsewhere}] Remote mailbox\r\n`],
  ];
  const backend = createImapBackend({
    server: { host: 'localhost', port: portOf(front), tls: 'implicit', username: 'ann' },
    credentials: () => Promise.resolve({ password: 'secret' }),
    network: createNetwork({ extraCa, connectTo: [], log: () => undefined, clock: systemClock }),
    clock: systemClock,
  });
  const call: Call = { lane: 'bulk', signal: new AbortController().signal };
  try {
    await backend.connect(call);
    await expect(backend.select('INBOX', call)).rejects.toMatchObject({ data: { scope: 'folder' } });
    // What no other program has asked for is not asked for either (RFC 2193: RLIST, RLSUB).
    expect(server.commands.some((line) => /\bR(?:LIST|LSUB)\b/.test(line))).toBe(false);
  } finally {
    backend.disconnect();
  }
  expect(visits).toBe(0);
});
