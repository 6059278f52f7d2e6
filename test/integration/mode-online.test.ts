import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { findTraces } from '../harness/find-traces.ts';
import { Headless, until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, mail, rowsOf, settled, synced } from './sync-world.ts';

let dovecot: Dovecot;
let made = 0;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: 12 }, (_, i) => ({ name: `o${i}`, password: 'secret' })).concat({
      name: 'neighbour',
      password: 'secret',
    }),
  });
});
afterAll(() => dovecot.stop());

/** A text that is nowhere by chance, and looks random to a compressor. */
function canary(): string {
  return `c${randomBytes(24).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
}

interface Canaries {
  subject: string;
  body: string;
  sender: string;
  file: string;
  folder: string;
  id: string;
}

function newCanaries(): Canaries {
  return {
    subject: canary(),
    body: canary(),
    sender: canary(),
    file: canary(),
    folder: canary(),
    id: canary(),
  };
}

function secretMail(words: Canaries, n: number): string {
  return [
    `From: Zoe ${words.sender} <${words.sender}@example.test>`,
    'To: ann@example.test',
    `Subject: ${words.subject} number ${n}`,
    `Message-ID: <${n}.${words.id}@example.test>`,
    'Date: Mon, 16 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    `The word is ${words.body} ${n}.`,
    '--b',
    `Content-Type: text/plain; name="${words.file}.txt"`,
    'Content-Disposition: attachment',
    '',
    `${words.body} in the attachment`,
    '--b--',
    '',
  ].join('\r\n');
}

/** A profile and a folder for temporary files of its own: both are searched for traces. */
class Place {
  readonly dir = mkdtempSync(join(tmpdir(), 'posthorn-online-'));
  readonly profile = join(this.dir, 'profile');
  readonly temp = join(this.dir, 'tmp');
  #open: Headless | null = null;

  constructor() {
    mkdirSync(this.profile);
    mkdirSync(this.temp);
  }

  start(): Headless {
    this.#open = new Headless({
      profile: this.profile,
      flags: ['--extra-ca', dovecot.ca],
      passphrase: 'only for tests',
      env: { TMPDIR: this.temp, XDG_RUNTIME_DIR: this.temp },
    });
    return this.#open;
  }

  traces(words: Canaries): string[] {
    return findTraces(this.dir, Object.values(words));
  }

  stderr(): string {
    return this.#open?.stderr ?? '';
  }

  async remove(): Promise<void> {
    await this.#open?.kill();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function withPlace(
  work: (world: { place: Place; peer: RawImap; user: string }) => Promise<void>,
): Promise<void> {
  const user = `o${made}`;
  made += 1;
  const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  const place = new Place();
  onTestFailed(() => console.log(place.stderr().slice(-6_000)));
  try {
    await work({ place, peer, user });
  } finally {
    await place.remove();
    await peer.close();
  }
}

async function add(posthorn: Headless, user: string, mode: 'online' | 'disconnected'): Promise<string> {
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode,
    incoming: {
      protocol: 'imap',
      host: 'localhost',
      port: dovecot.imapsPort,
      tls: 'implicit',
      username: user,
      password: 'secret',
    },
    outgoing: null,
  });
  return accountId;
}

/** What a person does with mail that is only on the server. */
async function useMail(posthorn: Headless, accountId: string, words: Canaries): Promise<void> {
  const inbox = await folderNamed(posthorn, accountId, 'INBOX');
  const other = await folderNamed(posthorn, accountId, words.folder);
  const rows = await rowsOf(posthorn, inbox.folderId);
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows.slice(0, 4)) {
    const full = await posthorn.call('message.get', { messageId: row.messageId });
    expect(full.text).toContain(words.body);
  }
  const found = await posthorn.call('search.query', { text: words.body, accountId });
  expect(found.total).toBeGreaterThan(3);
  expect(found.complete).toBe(true);
  const [first, second, third] = rows.map((row) => row.messageId);
  await posthorn.call('message.setFlags', { messageIds: [first ?? ''], add: ['\\Flagged'] });
  await posthorn.call('message.move', { messageIds: [second ?? ''], folderId: other.folderId });
  await posthorn.call('message.copy', { messageIds: [third ?? ''], folderId: other.folderId });
}

describe('mail that is only on the server (case 83)', () => {
  test('lists, reads, searches and changes; after going off the network and after the end nothing is on disk', async () => {
    await withPlace(async ({ place, peer, user }) => {
      const words = newCanaries();
      await peer.create(words.folder);
      for (let n = 1; n <= 8; n += 1) await peer.append('INBOX', secretMail(words, n));
      let posthorn = place.start();
      const accountId = await add(posthorn, user, 'online');
      await synced(posthorn, accountId);
      const inbox = await folderNamed(posthorn, accountId, 'INBOX');
      expect(inbox).toMatchObject({ total: 8, unread: 8 });
      await useMail(posthorn, accountId, words);
      await settled(posthorn, accountId);
      expect((await peer.messages(words.folder)).length).toBe(2);
      expect((await peer.messages('INBOX')).length).toBe(7);
      expect(place.traces(words)).toEqual([]);

      await posthorn.call('connectivity.set', { online: false });
      await expect(posthorn.call('message.list', { folderId: inbox.folderId })).rejects.toMatchObject({
        data: { code: 'offline' },
      });
      await expect(
        posthorn.call('message.setFlags', { messageIds: [`${inbox.folderId}.1.1`], add: ['\\Seen'] }),
      ).rejects.toMatchObject({ data: { code: 'offline' } });
      expect(place.traces(words)).toEqual([]);
      await posthorn.call('connectivity.set', { online: true });
      await synced(posthorn, accountId);
      expect((await rowsOf(posthorn, inbox.folderId)).length).toBe(7);

      expect(await posthorn.quit()).toBe(0);
      expect(place.traces(words)).toEqual([]);
      posthorn = place.start();
      // Not even now that it is known where to look: the names come from the server again, the ids stay.
      await synced(posthorn, accountId);
      expect((await folderNamed(posthorn, accountId, words.folder)).total).toBe(2);
      expect((await folderNamed(posthorn, accountId, 'INBOX')).folderId).toBe(inbox.folderId);
      await posthorn.kill();
      expect(place.traces(words)).toEqual([]);
    });
  });

  for (const point of [
    'journal.after-append',
    'replay.sent',
    'replay.answered',
    'replay.acked',
    'replay.armed',
    'pull.batch-applied',
  ] as const)
    test(`killed at ${point}: nothing on disk, and nothing lost or doubled`, async () => {
      await withPlace(async ({ place, peer, user }) => {
        const words = newCanaries();
        await peer.create(words.folder);
        for (let n = 1; n <= 6; n += 1) await peer.append('INBOX', secretMail(words, n));
        let posthorn = place.start();
        const accountId = await add(posthorn, user, 'online');
        await synced(posthorn, accountId);
        await posthorn.call('test.crashAt', { name: point });
        // Whatever is asked of it after its end is not answered.
        const used = useMail(posthorn, accountId, words)
          .then(() => posthorn.call('sync.run', { accountId }))
          .catch(() => undefined);
        await Promise.race([posthorn.exited, used.then(() => posthorn.exited)]);
        expect(place.traces(words)).toEqual([]);
        posthorn = place.start();
        await settled(posthorn, accountId);
        const all = [...(await peer.messages('INBOX')), ...(await peer.messages(words.folder))];
        const ids = all.map((message) => message.messageId);
        expect(new Set(ids).size).toBe(6);
        // The copy is the only one that may be there twice.
        expect(ids.length).toBeLessThanOrEqual(7);
        expect(await posthorn.call('journal.list', { accountId })).toEqual([]);
        await posthorn.quit();
        expect(place.traces(words)).toEqual([]);
      });
    });

  test('a folder of 3,000 is paged through at speed, in one order, while mail arrives', async () => {
    await withPlace(async ({ place, peer, user }) => {
      const count = 3_000;
      dovecot.seedMaildir(
        user,
        'INBOX',
        Array.from({ length: count }, (_, i) => ({ bytes: mail(i + 1) })),
      );
      const posthorn = place.start();
      const accountId = await add(posthorn, user, 'online');
      await synced(posthorn, accountId);
      const inbox = await folderNamed(posthorn, accountId, 'INBOX');
      expect(inbox).toMatchObject({ total: count, cached: 0 });
      const begun = performance.now();
      const first = await posthorn.call('message.list', { folderId: inbox.folderId, limit: 50 });
      const firstMs = performance.now() - begun;
      expect(first.total).toBe(count);
      expect(first.rows.length).toBe(50);
      await peer.append('INBOX', mail('late'));
      const seen = new Set(first.rows.map((row) => row.messageId));
      let { cursor } = first;
      let slowest = 0;
      while (cursor !== null) {
        const at = performance.now();
        const page = await posthorn.call('message.list', { folderId: inbox.folderId, limit: 500, cursor });
        slowest = Math.max(slowest, performance.now() - at);
        for (const row of page.rows) {
          expect(seen.has(row.messageId)).toBe(false);
          seen.add(row.messageId);
        }
        ({ cursor } = page);
      }
      console.log(`first page ${firstMs.toFixed(0)} ms, slowest page of 500 ${slowest.toFixed(0)} ms`);
      expect(seen.size).toBe(count);
      expect(firstMs).toBeLessThan(10_000);
      expect(slowest).toBeLessThan(10_000);
    });
  });
});

describe('changing how mail is kept (case 84)', () => {
  test('to “only on the server”: refused while changes wait; then every trace of the copies is erased', async () => {
    await withPlace(async ({ place, peer, user }) => {
      const words = newCanaries();
      await peer.create(words.folder);
      for (let n = 1; n <= 40; n += 1) await peer.append('INBOX', secretMail(words, n));
      const posthorn = place.start();
      const accountId = await add(posthorn, user, 'disconnected');
      await synced(posthorn, accountId);
      await useMail(posthorn, accountId, words).catch(() => undefined);
      await posthorn.call('sync.run', { accountId, bodies: 'all' });
      // The finder finds: with a copy kept, the words are in the profile.
      expect(place.traces(words).length).toBeGreaterThan(0);

      await posthorn.call('connectivity.set', { online: false });
      const inbox = await folderNamed(posthorn, accountId, 'INBOX');
      const [row] = await rowsOf(posthorn, inbox.folderId);
      await posthorn.call('message.setFlags', { messageIds: [row?.messageId ?? ''], add: ['$Kept'] });
      await expect(posthorn.call('account.setMode', { accountId, mode: 'online' })).rejects.toMatchObject({
        data: { code: 'refused' },
      });
      const preview = await posthorn.call('account.modePreview', { accountId, mode: 'online' });
      expect(preview.messages).toBeGreaterThan(30);
      expect(preview.pending).toBe(1);
      expect(preview.sentences.join(' ')).toContain('erased');

      await posthorn.call('connectivity.set', { online: true });
      await posthorn.call('account.setMode', { accountId, mode: 'online', pending: 'send-first' });
      expect(place.traces(words)).toEqual([]);
      await synced(posthorn, accountId);
      expect(
        (await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'INBOX')).folderId)).length,
      ).toBe((await peer.messages('INBOX')).length);
      await posthorn.quit();
      expect(place.traces(words)).toEqual([]);
    });
  });

  for (const point of ['mode.marked', 'mode.rows-removed', 'mode.cache-rewritten'] as const)
    test(`killed at ${point}: finished at the next start, and another account keeps its copies`, async () => {
      await withPlace(async ({ place, peer, user }) => {
        const words = newCanaries();
        await peer.create(words.folder);
        for (let n = 1; n <= 20; n += 1) await peer.append('INBOX', secretMail(words, n));
        const neighbour = await RawImap.open({
          port: dovecot.imapPort,
          user: 'neighbour',
          password: 'secret',
        });
        await neighbour.append('INBOX', mail(`neighbour ${point}`));
        await neighbour.close();
        let posthorn = place.start();
        const accountId = await add(posthorn, user, 'disconnected');
        const other = await add(posthorn, 'neighbour', 'disconnected');
        await posthorn.call('sync.run', { bodies: 'all' });
        await posthorn.call('test.crashAt', { name: point });
        await posthorn.call('account.setMode', { accountId, mode: 'online' }).catch(() => undefined);
        await posthorn.exited;
        posthorn = place.start();
        await until(
          async () =>
            (await posthorn.call('account.list')).find((account) => account.accountId === accountId)?.mode ===
            'online',
          'the account is only on the server',
        );
        // Chromium takes the files of a deleted bucket away when it comes to it.
        await until(
          () => Promise.resolve(place.traces(words).length === 0),
          'no trace is left on the disk',
          20_000,
        ).catch(() => expect(place.traces(words)).toEqual([]));
        await posthorn.call('connectivity.set', { online: false });
        const inbox = await folderNamed(posthorn, other, 'INBOX');
        const rows = await rowsOf(posthorn, inbox.folderId);
        expect(rows.map((row) => row.subject)).toContain(`Mail neighbour ${point}`);
        expect(rows.every((row) => row.readableOffline)).toBe(true);
        expect(readdirSync(place.profile)).toContain('accounts.json');
      });
    });
});
