import { onTestFailed, afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { RawImap } from '../servers/raw-imap.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  rowBySubject,
  synced,
  wireLength,
  wireSince,
} from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
});
afterAll(() => dovecot.stop());

/** Lines of base64 that nobody can compress or mistake for each other. */
const lines = Array.from({ length: 80_000 }, (_, at) =>
  Buffer.from(String(at).padStart(57, '.')).toString('base64'),
);
const large = `Subject: Mail large\r\nFrom: bob@example.test\r\nMessage-ID: <large@sync.test>\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=big.bin\r\nContent-Disposition: attachment; filename=big.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines.join('\r\n')}\r\n`;

test(
  'a large attachment goes on where the connection was lost, also in the next run, and can be stopped',
  { timeout: 180_000 },
  async () => {
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
    const proxy = await FaultProxy.start({ targetPort: dovecot.imapsPort });
    const profile = new Profile(['--extra-ca', dovecot.ca]);
    onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
    try {
      await peer.append('INBOX', mail(1));
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'ann', { port: proxy.port });
      await synced(posthorn, accountId);
      const { folderId } = await folderNamed(posthorn, accountId, 'INBOX');
      await posthorn.call('folder.update', { folderId, policy: { bodies: 'none' } });
      await peer.append('INBOX', large);
      await synced(posthorn, accountId);
      const row = await rowBySubject(posthorn, folderId, 'Mail large');
      expect(row.readableOffline).toBe(false);

      // Stopped by the user: what came is kept.
      proxy.bytesPerSecond = 2_000_000;
      const stopped = posthorn
        .call('message.get', { messageId: row.messageId })
        .catch((error: unknown) => error);
      await until(
        () =>
          Promise.resolve(
            posthorn.events.some(
              ({ name, params }) => name === 'message.progress' && Number(params['done']) > 0,
            ),
          ),
        'some of it is here',
        60_000,
      );
      await posthorn.call('message.stopFetching', { messageId: row.messageId });
      expect(String(await stopped)).toContain('What came so far is kept');

      // The next run goes on from there, over connections that die each after 3 MB.
      expect(await posthorn.quit()).toBe(0);
      proxy.bytesPerSecond = 0;
      proxy.cut({ side: 'server', afterBytes: 3_000_000, then: 'drop' });
      posthorn = profile.start();
      await synced(posthorn, accountId);
      const from = await wireLength(posthorn);
      const { base64 } = (await posthorn.call('message.attachment', {
        messageId: row.messageId,
        partId: '1',
      })) as { base64: string };
      expect(Buffer.from(base64, 'base64').toString()).toBe(
        lines.map((line) => Buffer.from(line, 'base64').toString()).join(''),
      );
      const asked = (await wireSince(posthorn, from)).flatMap((line) => {
        const piece = /BODY\.PEEK\[\]<(\d+)\.\d+>/.exec(line)?.[1];
        return piece === undefined ? [] : [Number(piece)];
      });
      expect(asked[0]).toBeGreaterThan(0);
      expect(asked).toEqual(asked.toSorted((a, b) => a - b));
      const { base64: source } = (await posthorn.call('message.source', { messageId: row.messageId })) as {
        base64: string;
      };
      expect(Buffer.from(source, 'base64').toString()).toBe(large);
      await posthorn.quit();
    } finally {
      await profile.remove();
      await proxy.stop();
      await peer.close();
    }
  },
);
