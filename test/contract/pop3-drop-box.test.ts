import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DropBox } from '../../src-main/backends/drop-box.ts';
import { createPop3DropBox } from '../../src-main/backends/pop3/pop3-drop-box.ts';
import { type Dovecot, dovecotMissing, startDovecot } from '../../src-main/demo/dovecot.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { ScriptedPop3Server } from '../fakes/scripted-pop3-server.ts';

const mails = [
  'Subject: dots\r\nMessage-ID: <1@x>\r\n\r\n.\r\n..two\r\n.last\r\n',
  `Subject: long line\r\nMessage-ID: <2@x>\r\n\r\n${'x'.repeat(70_000)}\r\n`,
  'Subject: empty\r\nMessage-ID: <3@x>\r\n\r\n',
  'Subject: bytes\r\nMessage-ID: <4@x>\r\n\r\n\u00e9\u00ff\r\n',
];

interface World {
  box: DropBox;
  stop(): Promise<void>;
}

function boxAt(port: number): DropBox {
  return createPop3DropBox({
    server: { host: '127.0.0.1', port, tls: 'none', username: 'ann', allowPlaintextPassword: true },
    credentials: () => Promise.resolve({ password: 'secret' }),
    network: createNetwork({ extraCa: [], connectTo: [], log: () => undefined }),
    clock: new AdvanceableClock(),
  });
}

const missing = dovecotMissing();
if (missing !== undefined) process.stderr.write(`skipped: POP3 on Dovecot: ${missing}\n`);

const worlds: [string, string | undefined, () => Promise<World>][] = [
  [
    'the scripted peer',
    undefined,
    async () => {
      const server = await ScriptedPop3Server.start({ messages: mails });
      return { box: boxAt(server.port), stop: () => server.stop() };
    },
  ],
  [
    'Dovecot',
    missing,
    async () => {
      const dovecot: Dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
      dovecot.seedMaildir(
        'ann',
        'INBOX',
        mails.map((text) => ({ bytes: Buffer.from(text, 'latin1') })),
      );
      return { box: boxAt(dovecot.pop3Port), stop: () => dovecot.stop() };
    },
  ],
];

/** One story for both, so that what the scripted peer is asked to do wrong stands beside what a server does right. */
for (const [name, skipped, start] of worlds)
  describe.skipIf(skipped !== undefined)(`a POP3 maildrop on ${name}`, () => {
    let world: World;
    const signal = new AbortController().signal;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(() => world.stop());

    async function texts(): Promise<string[]> {
      const session = await world.box.open(signal);
      try {
        const found: string[] = [];
        for (const { handle } of await session.list()) {
          const pieces: Uint8Array[] = [];
          await session.retrieve(handle, (piece) => {
            pieces.push(piece);
            return Promise.resolve();
          });
          found.push(Buffer.concat(pieces).toString('latin1'));
        }
        return found;
      } finally {
        session.abandon();
      }
    }

    it('lists sizes and names that stay, and gives exact bytes', async () => {
      const session = await world.box.open(signal);
      const first = await session.list();
      session.abandon();
      expect(first.map(({ size }) => size)).toEqual(mails.map(({ length }) => length));
      expect(new Set(first.map(({ key }) => key)).size).toBe(mails.length);
      expect(first.every(({ key }) => key !== null)).toBe(true);
      const again = await world.box.open(signal);
      expect(await again.list()).toEqual(first);
      again.abandon();
      expect(await texts()).toEqual(mails);
    });

    it('gives the header alone (TOP), and says which message it does not have', async () => {
      const session = await world.box.open(signal);
      await session.list();
      expect(String(await session.top(1, 0))).toMatch(/^Subject: dots\r\nMessage-ID: <1@x>\r\n\r\n$/);
      await expect(session.retrieve(99, () => Promise.resolve())).rejects.toMatchObject({
        data: { code: 'refused', scope: 'message' },
      });
      session.abandon();
    });

    it('removes nothing without QUIT, and with it exactly what was marked; twice marked is no error', async () => {
      const left = await world.box.open(signal);
      await left.list();
      await left.remove([1, 2]);
      left.abandon();
      expect(await texts()).toEqual(mails);
      const session = await world.box.open(signal);
      await session.list();
      await session.remove([2, 2, 4]);
      await session.commit();
      expect(await texts()).toEqual([mails[0], mails[2]]);
    });
  });
