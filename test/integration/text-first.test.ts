import { createCipheriv, createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { file, message, multipart, part, texts } from '../unit/main/sync/large-messages.ts';
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
  dovecot = await startDovecot({ users: ['ann', 'bea'].map((name) => ({ name, password: 'secret' })) });
});
afterAll(() => dovecot.stop());

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that no compression and no other file shares. */
function fileBytes(seed: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
    Buffer.alloc(928_000),
  );
}

test(
  'of a mail of 25 MB the text comes first, then what is asked for, then the rest, over losses and kills (R27)',
  { timeout: 300_000 },
  async () => {
    const files = Array.from({ length: 20 }, (_, at) => fileBytes(at));
    const large = [
      'Subject: Mail twenty',
      'From: bob@example.test',
      'Message-ID: <twenty@sync.test>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="outer"',
      '',
      'This is a multi-part message in MIME format.',
      '--outer',
      'Content-Type: multipart/alternative; boundary="inner"',
      '',
      '--inner',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Sch=C3=B6ne words.',
      '--inner',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Pretty <b>words</b>.</p>',
      '--inner--',
      ...files.flatMap((bytes, at) => [
        '--outer',
        `Content-Type: application/zip; name="file ${at}.zip"`,
        `Content-Disposition: attachment; filename="file ${at}.zip"`,
        'Content-Transfer-Encoding: base64',
        '',
        bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n'),
      ]),
      '--outer--',
      '',
    ].join('\r\n');
    expect(large.length).toBeGreaterThan(25_000_000);
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
      // So old that nothing of its size is fetched ahead.
      await peer.append('INBOX', large, [], '01-Feb-2020 10:00:00 +0000');
      await synced(posthorn, accountId);
      const { messageId } = await rowBySubject(posthorn, folderId, 'Mail twenty');
      const isHere = async (): Promise<boolean> =>
        (await rowBySubject(posthorn, folderId, 'Mail twenty')).readableOffline;

      proxy.bytesPerSecond = 1_000_000;
      let before = proxy.bytes.fromServer;
      const shown = await posthorn.call('message.get', { messageId });
      expect(proxy.bytes.fromServer - before).toBeLessThan(large.length / 20);
      expect(shown).toMatchObject({
        text: 'Schöne words.',
        whole: false,
        missing: { files: 20, follows: true },
        readableOffline: false,
      });
      expect(shown.missing?.sentence).toBe(
        '20 files of this message are not here yet. They are being fetched in the background; one that you open or save comes first.',
      );
      expect(shown.html).toContain('<b>words</b>');
      expect(
        shown.attachments.map(({ partId, filename, contentType, here }) => [
          partId,
          filename,
          contentType,
          here,
        ]),
      ).toEqual(files.map((_, at) => [String(at + 2), `file ${at}.zip`, 'application/zip', false]));
      for (const { size } of shown.attachments) expect(Math.abs(size - 928_000)).toBeLessThanOrEqual(4);
      await posthorn.call('message.trust', { messageId });

      /** Asks for a file, and waits until half of it is here. */
      async function halfOf(partId: string): Promise<{ answer: Promise<unknown> }> {
        const from = posthorn.events.length;
        const answer = posthorn.call('message.attachment', { messageId, partId });
        answer.catch(() => undefined);
        await until(
          () =>
            Promise.resolve(
              posthorn.events
                .slice(from)
                .some(
                  ({ name, params }) =>
                    name === 'message.progress' &&
                    Number(params['done']) * 2 > Number(params['total']) &&
                    Number(params['done']) < Number(params['total']),
                ),
            ),
          `half of part ${partId} is here`,
          60_000,
        );
        return { answer };
      }
      const fileOf = async (answer: Promise<unknown>): Promise<string> =>
        sum(Buffer.from(((await answer) as { base64: string }).base64, 'base64'));
      /** Where the pieces of a part begin; of the whole message: "". */
      const pieces = (lines: readonly string[], section: string): number[] =>
        lines.flatMap((line) => {
          const [, of, at] = /BODY\.PEEK\[([\d.]*)\]<(\d+)\.\d+>/.exec(line) ?? [];
          return of === section ? [Number(at)] : [];
        });

      // The connection dies half way through a file.
      const from = await wireLength(posthorn);
      const { answer } = await halfOf('9');
      proxy.set('drop');
      proxy.set('pass');
      expect(await fileOf(answer)).toBe(sum(files[7] ?? Buffer.alloc(0)));
      const asked = pieces(await wireSince(posthorn, from), '9');
      expect(asked).toEqual(asked.toSorted((a, b) => a - b));
      expect(asked.filter((at) => at === 0)).toHaveLength(1);
      expect(await isHere()).toBe(false);

      // So does the program, half way through another one.
      await halfOf('10');
      await posthorn.kill();
      posthorn = profile.start();
      await synced(posthorn, accountId, 'none');
      expect(await fileOf(posthorn.call('message.attachment', { messageId, partId: '10' }))).toBe(
        sum(files[8] ?? Buffer.alloc(0)),
      );
      expect(pieces(await wireSince(posthorn, 0), '10')[0]).toBeGreaterThan(0);

      // Nobody asked for the rest in this run: it comes all the same, from where it was.
      expect(await isHere()).toBe(false);
      proxy.bytesPerSecond = 0;
      await until(isHere, 'the whole message is here', 60_000);
      const rest = pieces(await wireSince(posthorn, 0), '');
      expect(rest[0]).toBeGreaterThan(0);
      expect(rest).toEqual([...new Set(rest)].toSorted((a, b) => a - b));
      await posthorn.call('connectivity.set', { online: false });
      before = proxy.bytes.fromServer;
      const source = (await posthorn.call('message.source', { messageId })) as { base64: string };
      expect(sum(Buffer.from(source.base64, 'base64'))).toBe(sum(Buffer.from(large)));
      const whole = await posthorn.call('message.get', { messageId });
      expect(whole).toMatchObject({ text: shown.text, html: shown.html, readableOffline: true });
      expect([whole.whole, whole.missing, whole.attachments[0]?.here]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      await until(
        async () =>
          (await posthorn.call('search.query', { text: 'Schöne' })).rows.some(
            (row) => row.messageId === messageId,
          ),
        'its words are found',
        60_000,
      );
      expect(proxy.bytes.fromServer).toBe(before);
      await posthorn.quit();
    } finally {
      await profile.remove();
      await proxy.stop();
      await peer.close();
    }
  },
);

test(
  'where nothing is kept the rest does not come by itself, and the message says so; a signed one comes whole',
  { timeout: 120_000 },
  async () => {
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'bea', password: 'secret' });
    const profile = new Profile(['--extra-ca', dovecot.ca]);
    onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
    try {
      const parts = [texts, file('a.zip', 'application/zip', 900_000)];
      await peer.append('INBOX', message(multipart('mixed', parts)));
      const signed = multipart('signed', [
        multipart('mixed', parts),
        part('application/pgp-signature', '-----BEGIN PGP SIGNATURE-----'),
      ]);
      await peer.append(
        'INBOX',
        message(signed)
          .toString('latin1')
          .replace(/^Subject: .*/, 'Subject: Signed'),
      );
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'bea', { mode: 'online' });
      await synced(posthorn, accountId);
      const { folderId } = await folderNamed(posthorn, accountId, 'INBOX');
      const { messageId } = await rowBySubject(posthorn, folderId, 'Grüße');
      expect(await posthorn.call('message.get', { messageId })).toMatchObject({
        text: 'Schöne Grüße',
        whole: false,
        missing: {
          files: 1,
          follows: false,
          sentence:
            '1 file of this message is not here yet. The mail of this account is kept only on its server. Attachments are fetched when you open or save them.',
        },
      });
      const { base64 } = (await posthorn.call('message.attachment', { messageId, partId: '2' })) as {
        base64: string;
      };
      expect(Buffer.from(base64, 'base64')).toHaveLength(900_000);
      await synced(posthorn, accountId);
      expect((await rowBySubject(posthorn, folderId, 'Grüße')).readableOffline).toBe(false);
      const other = await rowBySubject(posthorn, folderId, 'Signed');
      const shown = await posthorn.call('message.get', { messageId: other.messageId });
      expect([shown.whole, shown.protection.length]).toEqual([undefined, 1]);
      expect(existsSync(join(profile.dir, 'begun'))).toBe(false);
      await posthorn.quit();
    } finally {
      await profile.remove();
      await peer.close();
    }
  },
);
