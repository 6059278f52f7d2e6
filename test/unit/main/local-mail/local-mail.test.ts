import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numbered, openLocalMail, type LocalMail } from '../../../../src-main/local-mail/local-mail.ts';
import {
  apply,
  emptyState,
  recordsOf,
  type LocalState,
} from '../../../../src-main/local-mail/local-state.ts';
import type { LocalRecord } from '../../../../src-main/local-mail/records.ts';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';

let directory: string;
let open: LocalMail[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'local-mail-'));
});
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<LocalMail> {
  const mail = await openLocalMail(directory, noCrashes);
  open.push(mail);
  return mail;
}

async function end(mail: LocalMail): Promise<void> {
  open = open.filter((each) => each !== mail);
  await mail.close();
}

const log = (): string => join(directory, 'mail.log');
const blobs = (): string[] =>
  readdirSync(join(directory, 'mail')).flatMap((shelf) => readdirSync(join(directory, 'mail', shelf)));

async function add(mail: LocalMail, text: string, key?: string, path = 'INBOX'): Promise<void> {
  const blob = await mail.keep(Buffer.from(text));
  await mail.act((now) => {
    const folder = now.folders.get(path);
    if (folder === undefined) throw new Error(`no ${path}`);
    const source = key === undefined ? {} : { source: { key, size: text.length, header: 'h', at: 1 } };
    const message = { blob, size: text.length, date: 1, flags: [], ...source };
    return { records: [{ t: 'add', path, messages: numbered(folder, [message]) }], value: undefined };
  });
}

const act = (mail: LocalMail, ...records: LocalRecord[]): Promise<void> =>
  mail.act(() => ({ records, value: undefined }));

/** Without modification sequences, which only ever have to grow. */
function shape(state: LocalState) {
  return {
    folders: [...state.folders.values()].map(({ modseq: _, messages, ...folder }) => ({
      ...folder,
      messages: [...messages.values()].map(({ modseq: __, source, ...message }) => ({
        ...message,
        key: source?.key,
      })),
    })),
    taken: [...state.taken.values()]
      .map(({ holder, ...source }) => ({
        ...source,
        holder: holder === null ? null : `${holder.folder.path} ${holder.uid}`,
      }))
      .sort((a, b) => a.key.localeCompare(b.key)),
    nextValidity: state.nextValidity,
  };
}

async function story(mail: LocalMail): Promise<void> {
  for (const label of ['one', 'two', 'three', 'four', 'five']) await add(mail, label, `k:${label}`);
  await act(mail, { t: 'flags', path: 'INBOX', uids: [1, 2, 9], add: ['\\Seen', '\\Flagged'], remove: [] });
  await act(mail, { t: 'flags', path: 'INBOX', uids: [2], add: [], remove: ['\\Seen'] });
  await act(mail, { t: 'folder', path: 'A', role: null, uidValidity: mail.state.nextValidity });
  await act(mail, { t: 'folder', path: 'A/B', role: null, uidValidity: mail.state.nextValidity });
  await act(mail, { t: 'copy', path: 'INBOX', to: 'A/B', uids: [[3, 1]], move: true });
  await act(mail, { t: 'copy', path: 'INBOX', to: 'Archive', uids: [[4, 1]], move: false });
  await act(mail, { t: 'rename', from: 'A', to: 'C' });
  await act(mail, { t: 'gone', path: 'INBOX', uids: [5] });
  await act(mail, { t: 'absent', keys: ['k:one', 'k:five'], at: 7 });
  const source = { key: 'k:three again', size: 5, header: 'h', at: 1 };
  await act(mail, { t: 'rekey', from: 'k:three', source });
  // The key of one message given to another: the first is a message like any other from then on.
  await act(mail, { t: 'forget', keys: ['k:four'] });
  await add(mail, 'other four', 'k:four');
}

describe('local mail', () => {
  it('is the same after a start, and after its log was written anew', async () => {
    const mail = await start();
    await story(mail);
    const before = shape(mail.state);
    expect(before.taken.map(({ key, holder }) => `${key}: ${holder ?? '-'}`)).toEqual([
      'k:five: -',
      'k:four: INBOX 6',
      'k:one: INBOX 1',
      'k:three again: C/B 1',
      'k:two: INBOX 2',
    ]);
    expect(before.folders.find(({ path }) => path === 'INBOX')).toMatchObject({ unseen: 3, uidNext: 7 });
    const compacted = emptyState();
    for (const record of recordsOf(mail.state)) apply(compacted, record);
    expect(shape(compacted)).toEqual(before);
    // Nobody who asks for what changed since then may miss anything.
    for (const folder of mail.state.folders.values())
      expect(compacted.folders.get(folder.path)?.modseq).toBeGreaterThan(mail.state.modseq);
    await end(mail);
    expect(shape((await start()).state)).toEqual(before);
  });

  it('R1: is whole after a cut at any byte of its log', async () => {
    const mail = await start();
    await story(mail);
    await end(mail);
    const bytes = readFileSync(log());
    const most = shape((await start()).state).folders.length;
    for (let cut = 0; cut < bytes.length; cut += 97) {
      const state = emptyState();
      const whole = bytes.subarray(0, cut).toString().split('\n').slice(0, -1);
      for (const line of whole) apply(state, JSON.parse(line.slice(9)) as LocalRecord);
      expect(state.folders.size).toBeLessThanOrEqual(most);
      for (const { messages, uidNext } of state.folders.values())
        for (const uid of messages.keys()) expect(uid).toBeLessThan(uidNext);
    }
    writeFileSync(log(), bytes.subarray(0, bytes.length - 5));
    const cut = await start();
    expect(cut.damaged).toBe(0);
    expect([...(cut.state.folders.get('INBOX')?.messages.keys() ?? [])]).toEqual([1, 2, 4]);
  });

  it('gives no UID twice, not even to what was removed, nor a UIDVALIDITY to a namesake', async () => {
    let mail = await start();
    await add(mail, 'one');
    await act(mail, { t: 'gone', path: 'INBOX', uids: [1] });
    const { nextValidity } = mail.state;
    await act(mail, { t: 'folder', path: 'A', role: null, uidValidity: nextValidity });
    await act(mail, { t: 'unfolder', path: 'A' });
    await end(mail);
    mail = await start();
    await add(mail, 'two');
    expect([...(mail.state.folders.get('INBOX')?.messages.keys() ?? [])]).toEqual([2]);
    expect(mail.state.nextValidity).toBeGreaterThan(nextValidity);
  });

  it('lets contents go from the disk at the next start, when no message names them any more', async () => {
    let mail = await start();
    for (const label of ['one', 'two']) await add(mail, label);
    await act(mail, { t: 'copy', path: 'INBOX', to: 'Archive', uids: [[1, 1]], move: false });
    await act(mail, { t: 'gone', path: 'INBOX', uids: [1, 2] });
    expect(blobs()).toHaveLength(2);
    await end(mail);
    mail = await start();
    const kept = mail.state.folders.get('Archive')?.messages.get(1)?.blob ?? '';
    expect(blobs()).toEqual([`${kept}.blob`]);
    expect((await mail.bytes(kept))?.toString()).toBe('one');
  });

  it('shows what no record ever named, but not what was kept a moment ago', async () => {
    let mail = await start();
    const [old, young] = [await mail.keep(Buffer.from('old')), await mail.keep(Buffer.from('young'))];
    const yesterday = Date.now() / 1_000 - 90_000;
    utimesSync(join(directory, 'mail', old.slice(0, 2), `${old}.blob`), yesterday, yesterday);
    await end(mail);
    for (let starts = 0; starts < 2; starts += 1) {
      mail = await start();
      const shown = [...(mail.state.folders.get('Recovered')?.messages.values() ?? [])];
      expect(shown.map(({ blob }) => blob)).toEqual([old]);
      expect((await mail.bytes(young))?.toString()).toBe('young');
      await end(mail);
    }
  });

  it('shows again what a damaged log does not name, numbers folders anew, and keeps the damaged file', async () => {
    let mail = await start();
    for (const label of ['one', 'two', 'three']) await add(mail, label);
    const validity = mail.state.folders.get('INBOX')?.uidValidity ?? 0;
    await end(mail);
    const lines = readFileSync(log(), 'utf8').split('\n');
    // The record of `two`: last but one.
    const [line = ''] = lines.splice(-3, 1);
    lines.splice(-2, 0, line.replace('"uid":2', '"uid":7'));
    writeFileSync(log(), lines.join('\n'));
    mail = await start();
    expect(mail.damaged).toBe(1);
    const [found] = mail.state.folders.get('Recovered')?.messages.values() ?? [];
    expect((await mail.bytes(found?.blob ?? ''))?.toString()).toBe('two');
    expect(mail.state.folders.get('INBOX')?.uidValidity).toBeGreaterThan(validity);
    expect([...(mail.state.folders.get('INBOX')?.messages.keys() ?? [])]).toEqual([1, 3]);
    expect(readFileSync(`${log()}.bad`, 'utf8')).toContain('"uid":7');
    const mended = shape(mail.state);
    await end(mail);
    mail = await start();
    expect(mail.damaged).toBe(0);
    expect(shape(mail.state)).toEqual(mended);
  });
});
