import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, Call, FolderNews } from '../../src-main/backends/backend.ts';
import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { dovecotMissing, startDovecot } from '../../src-main/demo/dovecot.ts';
import type { MailServer } from '../../src-main/demo/mail-server.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { AppError } from '../../src-shared/error.ts';
import { cyrusMissing, startCyrus } from '../servers/cyrus.ts';

const users = [
  { name: 'ann', password: 'secret' },
  { name: 'bob', password: 'secret' },
];
const call: Call = { lane: 'bulk', signal: new AbortController().signal };
const mail = (n: number): Buffer =>
  Buffer.from(`From: a@example.test\r\nSubject: ${n}\r\nMessage-ID: <e${n}@x>\r\n\r\nbody ${n}\r\n`);
const attachment = Buffer.from(
  `From: a@example.test\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from('bytes \u0001\u0000 inside').toString('base64')}\r\n`,
);

const servers = [
  {
    name: 'Dovecot',
    missing: dovecotMissing(),
    start: (): Promise<MailServer> =>
      startDovecot({ users, addresses: { '127.0.0.2': { imapCapability: 'IMAP4rev1' } } }),
  },
  {
    name: 'Cyrus',
    missing: cyrusMissing(),
    start: (): Promise<MailServer> => startCyrus({ users, quotaKb: 20_971_520 }),
  },
];

for (const { name, missing, start } of servers) {
  if (missing !== undefined) process.stderr.write(`skipped: ${name}: ${missing}\n`);
  describe.skipIf(missing !== undefined)(`extensions seen on ${name}`, () => {
    let server: MailServer;
    let ann: Backend;
    const sent: string[] = [];
    const opened: Backend[] = [];
    const connect = (user: string, host = '127.0.0.1'): Backend => {
      const backend = createImapBackend({
        server: {
          host,
          port: server.imapsPort,
          tls: 'implicit',
          username: user,
        },
        credentials: () => Promise.resolve({ password: 'secret' }),
        network: {
          connectOptions: (to, port) => ({ host: to, port }),
          tlsConnectOptions: () => ({ servername: 'localhost', ca: readFileSync(server.ca) }),
        },
        clock: new AdvanceableClock(),
        onWire: (line) => sent.push(line),
      });
      opened.push(backend);
      return backend;
    };

    beforeAll(async () => {
      server = await start();
      ann = connect('ann');
      await ann.connect(call);
    });
    afterAll(async () => {
      for (const backend of opened) backend.disconnect();
      await server.stop();
    });

    const box = async (path: string, count: number): Promise<void> => {
      await ann.createFolder(path, call);
      const messages = Array.from({ length: count }, (_, n) => ({
        bytes: mail(n),
        flags: [],
        internalDate: 1_700_000_000_000,
      }));
      const outcome = await ann.appendMany?.(path, messages, call);
      expect(outcome).toMatchObject({ state: 'done' });
      if (outcome?.state === 'done')
        expect(outcome.value.map((one) => one?.uid)).toEqual(messages.map((_, n) => n + 1));
    };

    it('MULTIAPPEND: many messages in one command, each with its UID', async () => {
      const before = sent.length;
      await box('Many', 5);
      expect(sent.slice(before).filter((line) => / APPEND /.test(line))).toHaveLength(1);
      expect((await ann.select('Many', call)).exists).toBe(5);
    });

    it('QRESYNC: SELECT tells what changed and vanished, cases 34 and 38', async () => {
      await box('Resync', 10);
      const before = await ann.select('Resync', call);
      const other = connect('ann');
      await other.storeFlags('Resync', [3], { add: ['\\Flagged'], remove: [] }, call);
      // The highest UIDs too: a server that reads "1:*" as "up to the last one left" must still tell.
      await other.expunge('Resync', [2, 4, 5, 9, 10], call);
      const { uidValidity, highestModseq, uidNext } = before;
      const after = await ann.select('Resync', call, { uidValidity, modseq: highestModseq ?? '', uidNext });
      expect(after.exists).toBe(5);
      expect(after.resync?.vanished).toBe('2,4:5,9:10');
      expect(after.resync?.flags).toMatchObject([{ uid: 3, flags: ['\\Flagged'] }]);
      expect(sent.join('\n')).toMatch(/SELECT "Resync" \(QRESYNC \(\d+ \d+ 1:10\)\)/);
      // Another folder's news do not stick to this one.
      const inbox = await ann.select('INBOX', call, { uidValidity: 1, modseq: '1', uidNext: 5 });
      expect(inbox.resync).toBeNull();
    });

    it.each(['bulk', 'interactive'] as const)(
      'CONDSTORE, lane %s: R5, case 64: STORE with UNCHANGEDSINCE names what changed and leaves it',
      async (lane) => {
        const path = `Choice ${lane}`;
        await box(path, 4);
        const { highestModseq } = await ann.select(path, call);
        const other = connect('ann');
        await other.storeFlags(path, [2], { add: ['$NotJunk'], remove: [] }, call);
        const change = { add: ['$Junk'], remove: ['$NotJunk'] };
        const store = ann.storeUnlessChanged?.bind(ann);
        const outcome = await store?.(path, [1, 2, 3], change, highestModseq ?? '', { ...call, lane });
        expect(outcome).toEqual({ state: 'done', value: { changed: [2] } });
        const flags = async (): Promise<Map<number, string>> => {
          const found = new Map<number, string>();
          await ann.fetchFlags(path, '1:4', {}, { ...call, lane }, (news) => {
            if (news.kind === 'flags') for (const row of news.flags) found.set(row.uid, row.flags.join(' '));
            return Promise.resolve();
          });
          return found;
        };
        expect(await flags()).toEqual(
          new Map([
            [1, '$Junk'],
            [2, '$NotJunk'],
            [3, '$Junk'],
            [4, ''],
          ]),
        );
        const { highestModseq: now } = await ann.select(path, call);
        expect(await store?.(path, [2, 4], change, now ?? '', { ...call, lane })).toEqual({
          state: 'done',
          value: { changed: [] },
        });
        expect((await flags()).get(2)).toBe('$Junk');
        // A message that is gone is no error.
        await other.expunge(path, [4], call);
        expect(await store?.(path, [4], change, now ?? '', { ...call, lane })).toMatchObject({
          state: 'done',
        });
      },
    );

    it('R7: what tells messages apart is told without their rows', async () => {
      await box('Identities', 3);
      const found: { uid: number; messageIdHeader: string; size: number; internalDate: number }[] = [];
      await ann.select('Identities', call);
      await ann.fetchIdentities?.('Identities', '1:*', call, (some) => {
        found.push(...some);
        return Promise.resolve();
      });
      expect(found).toMatchObject(
        [0, 1, 2].map((n) => ({
          uid: n + 1,
          messageIdHeader: `<e${n}@x>`,
          size: mail(n).length,
          internalDate: 1_700_000_000_000,
        })),
      );
    });

    it('BINARY: a part comes decoded, NUL bytes and all', async () => {
      await ann.createFolder('Parts', call);
      await ann.append('Parts', attachment, { flags: [], internalDate: 1_700_000_000_000 }, call);
      for (const lane of ['bulk', 'interactive'] as const) {
        const part = await ann.fetchPart?.('Parts', 1, '1', { ...call, lane });
        expect(part?.decoded).toBe(true);
        expect(Buffer.from(part?.bytes ?? []).toString('latin1')).toBe('bytes \u0001\u0000 inside');
      }
    });

    it.each(['bulk', 'interactive'] as const)('QUOTA, lane %s: used and limit in bytes', async (lane) => {
      const roots = (await ann.quota?.('INBOX', { ...call, lane })) ?? [];
      const storage = roots.flatMap((root) => root.resources).find((one) => one.resource === 'storage');
      expect(storage?.limit).toBe(20 * 1024 ** 3);
    });

    it.each(['bulk', 'interactive'] as const)('ACL, lane %s: shown, given, taken away', async (lane) => {
      const path = `Shared ${lane}`;
      const on: Call = { ...call, lane };
      await ann.createFolder(path, call);
      expect((await ann.getAcl?.(path, on))?.own).toContain('a');
      await ann.setAcl?.(path, 'bob', 'lrs', on);
      const given = (await ann.getAcl?.(path, on))?.entries.find((one) => one.identifier === 'bob');
      expect(given?.rights.replace(/[0-9cd]/g, '')).toBe('lrs');
      await ann.deleteAcl?.(path, 'bob', on);
      expect((await ann.getAcl?.(path, on))?.entries.map((one) => one.identifier)).not.toContain('bob');
    });

    if (name === 'Cyrus')
      it('OBJECTID: a renamed folder keeps its MAILBOXID, messages have EMAILIDs', async () => {
        await box('Old name', 1);
        const idOf = async (path: string): Promise<string | null | undefined> =>
          (await ann.listFolders(call)).find((folder) => folder.path === path)?.mailboxId;
        const id = await idOf('Old name');
        expect(id).toMatch(/^[\w-]{8,}$/);
        await connect('ann').renameFolder('Old name', 'New name', call);
        expect(await idOf('New name')).toBe(id);
        expect((await ann.select('New name', call)).mailboxId).toBe(id);
        const ids: unknown[] = [];
        await ann.fetchRows('New name', '1:*', call, (rows) => {
          ids.push(...rows.map((row) => row.emailId));
          return Promise.resolve();
        });
        expect(ids).toEqual([expect.stringMatching(/^[\w-]+$/)]);
        // Its STATUS answers MAILBOXID with bytes of freed memory: never asked.
        expect(sent.join('\n')).not.toContain('MAILBOXID');
      });

    if (name === 'Dovecot')
      it('NOTIFY: news of every folder on the one watching connection', async () => {
        await box('Entwürfe & mehr', 1);
        const abort = new AbortController();
        const here: FolderNews[] = [];
        const heard: (string | null)[] = [];
        const watching = ann.watch(
          'INBOX',
          abort.signal,
          (news) => here.push(news),
          (path) => heard.push(path),
        );
        await expect
          .poll(() => sent.some((line) => / NOTIFY SET /.test(line)) && sent.at(-1)?.endsWith(' IDLE'))
          .toBe(true);
        const other = connect('ann');
        await other.append('Entwürfe & mehr', mail(7), { flags: [], internalDate: 1_700_000_000_000 }, call);
        await expect.poll(() => heard).toContain('Entwürfe & mehr');
        await other.createFolder('Made elsewhere', call);
        await expect.poll(() => heard).toContain(null);
        await other.append('INBOX', mail(8), { flags: [], internalDate: 1_700_000_000_000 }, call);
        await expect.poll(() => here.length).toBeGreaterThan(0);
        abort.abort();
        await watching;
        // Dovecot tells names there as they read; it wants to hear them encoded.
        expect((await ann.select('Entwürfe & mehr', call)).exists).toBe(2);
      });

    if (name === 'Dovecot')
      it('a server that shows none of it refuses quota and sharing in words', async () => {
        const bare = connect('bob', '127.0.0.2');
        const before = sent.length;
        for (const ask of [bare.quota?.('INBOX', call), bare.getAcl?.('INBOX', call)]) {
          const error: unknown = await Promise.resolve(ask).catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ code: 'refused', data: { next: 'tell-user' } });
        }
        expect((await bare.fetchPart?.('INBOX', 1, '1', call)) ?? null).toBeNull();
        expect(sent.slice(before).join('\n')).not.toMatch(/QUOTA|ACL|RIGHTS|BINARY|QRESYNC/);
      });
  });
}
