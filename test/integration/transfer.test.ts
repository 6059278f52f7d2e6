import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import type { ExportResult, ImportResult, MailFormat } from '../../src-shared/ipc/areas/transfer.ts';
import type { Headless } from '../harness/headless.ts';
import { RawImap, type RawMessage } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, Profile, synced } from './sync-world.ts';

const count = 300;
/** What is written in files of their own is fsynced one by one: fewer do. */
const few = 40;
const places = mkdtempSync(join(tmpdir(), 'posthorn-transfer-'));
let dovecot: Dovecot;
let raw: RawImap;
let profile: Profile;
let accountId: string;
let posthorn: Headless;
let old: RawMessage[];
let some: RawMessage[];

/** Mails that try an mbox file: quoted and unquoted From_ lines, none twice the same but two that are. */
function mail(n: number): string {
  return [
    `Return-Path: <bounce${n}@example.test>`,
    'From: Bob <bob@example.test>',
    `Subject: Mail ${n}`,
    ...(n % 7 === 0 ? [] : [`Message-ID: <t${n === 12 ? 11 : n}@transfer.test>`]),
    '',
    n === 11 || n === 12 ? 'The same twice.' : `Hello number ${n}.`,
    'From now on, and',
    '>From then',
    '',
    'From ann@example.test Sat Nov 21 15:04:05 2026',
    'Subject: not a mail of its own',
    n % 5 === 0 ? 'x'.repeat(20_000) : '',
    '',
  ]
    .join('\r\n')
    .replace(n === 12 ? /Mail 12|bounce12/g : /$^/g, (words) => words.replace('12', '11'));
}

const date = (n: number): string =>
  `${String(1 + (n % 28)).padStart(2, ' ')}-Oct-2026 10:${String(n % 60).padStart(2, '0')}:07 +0000`;
const flagsOf = (n: number): string[] => [
  ...(n % 2 === 0 ? ['\\Seen'] : []),
  ...(n % 3 === 0 ? ['\\Flagged', 'Work'] : []),
];
const sums = (mails: readonly RawMessage[]): string[] => mails.map(({ sha256 }) => sha256).sort();
const told = (mails: readonly RawMessage[], flags: boolean): string[] =>
  mails
    .map(
      (one) =>
        `${one.sha256} ${Date.parse(one.internalDate.trim())} ${flags ? [...one.flags].sort().join(' ') : ''}`,
    )
    .sort();
const idOf = async (path: string): Promise<string> => (await folderNamed(posthorn, accountId, path)).folderId;

beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
  raw = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
  for (const folder of ['Old', 'Few', 'From mbox', 'Again', 'From eml', 'From maildir', 'Odd'])
    await raw.create(folder);
  for (let n = 1; n <= count; n += 1) await raw.append('Old', mail(n), flagsOf(n), date(n));
  for (let n = 1; n <= few; n += 1) await raw.append('Few', mail(n), flagsOf(n), date(n));
  old = await raw.messages('Old');
  some = await raw.messages('Few');
  profile = new Profile(['--extra-ca', dovecot.ca]);
  posthorn = profile.start();
  accountId = await addAccount(posthorn, dovecot, 'ann');
  await synced(posthorn, accountId);
}, 120_000);
afterAll(async () => {
  await raw.close();
  await profile.remove();
  await dovecot.stop();
  rmSync(places, { recursive: true });
});

/** The call is made, the program dies at `point`, and the next one is asked the same. */
async function killedAt<R>(point: string, hit: number, call: () => Promise<R>): Promise<R> {
  await posthorn.call('test.crashAt', { name: point, hit });
  await expect(call()).rejects.toThrow('Posthorn ended');
  posthorn = profile.start();
  return await call();
}

const exportTo = async (path: string, format: MailFormat, folder = 'Few'): Promise<ExportResult> =>
  await posthorn.call('folder.export', { folderId: await idOf(folder), path, format });
const importFrom = async (path: string, format: MailFormat, folder: string): Promise<ImportResult> =>
  await posthorn.call('folder.import', { folderId: await idOf(folder), path, format });

describe('a folder of 300 mails', () => {
  test('goes out to mbox and into another folder byte for byte, killed in the middle of both, and none comes twice', async () => {
    const path = join(places, 'old.mbox');
    const out = await killedAt('export.unit-noted', 2, () => exportTo(path, 'mbox', 'Old'));
    expect(out).toMatchObject({ total: count, exported: count, missing: [], path });
    expect(existsSync(`${path}.part`)).toBe(false);
    expect(readFileSync(path, 'latin1').match(/^From \S+ \w{3} Oct .* 2026$/gm)).toHaveLength(count);
    await expect(exportTo(path, 'mbox', 'Old')).rejects.toThrow('Nothing was replaced');

    const came = await killedAt('import.journaled', 2, () => importFrom(path, 'mbox', 'From mbox'));
    expect(came).toMatchObject({ total: count, imported: count, waiting: 0, refused: [] });
    const there = await raw.messages('From mbox');
    expect(sums(there)).toEqual(sums(old));
    expect(told(there, false)).toEqual(told(old, false));
    expect(await posthorn.call('transfer.list')).toEqual([]);
  }, 180_000);

  test('comes in once, though its file changed when the import was killed and it had to be started again', async () => {
    const path = join(places, 'changing.mbox');
    const text = readFileSync(join(places, 'old.mbox'), 'latin1');
    writeFileSync(path, text, 'latin1');
    await posthorn.call('test.crashAt', { name: 'import.journaled', hit: 2 });
    await expect(importFrom(path, 'mbox', 'Again')).rejects.toThrow('Posthorn ended');
    // The first mail is not in it any more, and every other one stands elsewhere.
    writeFileSync(path, text.slice(text.indexOf('\nFrom ') + 1), 'latin1');
    posthorn = profile.start();
    await expect
      .poll(async () => (await posthorn.call('transfer.list')).map(({ state }) => state), { timeout: 60_000 })
      .toEqual(['failed']);
    expect((await posthorn.call('transfer.list'))[0]?.sentences.join(' ')).toContain(
      'they are not put in a second time',
    );
    const came = await importFrom(path, 'mbox', 'Again');
    expect(came).toMatchObject({ total: count - 1, refused: [] });
    expect(came.sentences.join(' ')).toContain('99 of them were there from the try before');
    await synced(posthorn, accountId);
    expect(sums(await raw.messages('Again'))).toEqual(sums(old));
    expect(readdirSync(join(profile.dir, 'transfers'))).toEqual([]);
  }, 180_000);

  test('goes out to .eml files and a Maildir byte for byte, and comes in again with flags and dates', async () => {
    const eml = join(places, 'eml');
    await killedAt('export.unit-written', 1, () => exportTo(eml, 'eml'));
    const sum = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(
      readdirSync(eml)
        .map((name) => sum(join(eml, name)))
        .sort(),
    ).toEqual(sums(some));
    const maildir = join(places, 'maildir');
    await exportTo(maildir, 'maildir');
    expect(readdirSync(join(maildir, 'cur'))).toHaveLength(few);
    const came = await killedAt('import.blobs-written', 1, () =>
      importFrom(maildir, 'maildir', 'From maildir'),
    );
    expect(came).toMatchObject({ imported: few, refused: [] });
    expect(told(await raw.messages('From maildir'), true)).toEqual(told(some, true));
    expect(await importFrom(join(eml, readdirSync(eml)[0] ?? ''), 'eml', 'From eml')).toMatchObject({
      imported: 1,
    });
  }, 180_000);

  test('without a network an export gives what is here, and an import waits in the journal', async () => {
    await posthorn.call('connectivity.set', { online: false });
    const out = await exportTo(join(places, 'offline'), 'eml');
    expect(out.exported + out.missing.length).toBe(few);
    expect(out.missing.length).toBeLessThan(few);
    const odd = join(places, 'odd.mbox');
    writeFileSync(odd, 'junk\nFrom a@b.test Sat Nov 21 15:04:05 2026\nStatus: RO\nSubject: One\n\nx\n');
    expect(await importFrom(odd, 'mbox', 'Odd')).toMatchObject({ imported: 0, waiting: 1, refused: [{}] });
    await posthorn.call('connectivity.set', { online: true });
    await synced(posthorn, accountId);
    expect(await raw.messages('Odd')).toMatchObject([{ flags: ['\\Seen'] }]);
    expect(statSync(odd).isFile()).toBe(true);
  }, 120_000);
});
