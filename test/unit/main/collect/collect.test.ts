import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, type Collected } from '../../../../src-main/collect/collect.ts';
import { openLocalMail, type LocalMail } from '../../../../src-main/local-mail/local-mail.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { crashPoints, noCrashes, type CrashPoint } from '../../../../src-main/platform/crash-points.ts';
import type { LeaveOnServer } from '../../../../src-shared/model/account.ts';
import { FakeDropBox } from './fake-drop-box.ts';

let directory: string;
let mail: LocalMail;
let box: FakeDropBox;
let clock: AdvanceableClock;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'collect-'));
  mail = await openLocalMail(directory, noCrashes);
  box = new FakeDropBox();
  clock = new AdvanceableClock();
});
afterEach(async () => {
  await mail.close();
  rmSync(directory, { recursive: true, force: true });
});

const text = (label: string, body = label): string =>
  `Subject: ${label}\r\nMessage-ID: <${label}@x>\r\n\r\n${body}`;

const visit = (
  policy: LeaveOnServer = { kind: 'remove' },
  reach: (point: CrashPoint) => void = () => undefined,
): Promise<Collected> =>
  collect({
    dropBox: box,
    mail,
    path: 'INBOX',
    policy,
    scope: 'pop3',
    clock,
    crash: { reach },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

/** As it will be after the next start. */
async function reopen(): Promise<void> {
  await mail.close();
  mail = await openLocalMail(directory, noCrashes);
}

async function here(): Promise<string[]> {
  const all = [...mail.state.folders.values()].flatMap(({ messages }) => [...messages.values()]);
  const bytes = await Promise.all(all.map(({ blob }) => mail.bytes(blob)));
  return bytes.map((each) => each?.toString() ?? 'lost').sort();
}

const forget = (uid: number): Promise<void> =>
  mail.act(() => ({ records: [{ t: 'gone', path: 'INBOX', uids: [uid] }], value: undefined }));

describe('collecting mail', () => {
  for (const names of ['named', 'nameless'] as const)
    for (const point of crashPoints.map(({ name }) => name).filter((name) => /^collect\./.test(name)))
      for (const hit of [1, 2])
        it(`case 81: ${names} mail, ended at ${point} (${hit}): here or there, and once`, async () => {
          const texts = ['a', 'b', 'c'].map((label) => text(label));
          box.mails = texts.map((each, i) => ({ key: names === 'named' ? `k${i}` : null, text: each }));
          let left = hit;
          await visit({ kind: 'remove' }, (reached) => {
            if (reached === point && --left === 0) throw new Error('ended');
          }).catch(() => undefined);
          await reopen();
          expect([...new Set([...(await here()), ...box.texts()])].sort()).toEqual(texts);
          await visit();
          await visit();
          await reopen();
          expect(await here()).toEqual(texts);
          expect(box.texts()).toEqual([]);
        });

  it('case 79: an answer to QUIT that is lost doubles nothing, whether it was obeyed or not', async () => {
    for (const lost of ['before', 'after'] as const) {
      box.mails.push({ key: `k-${lost}`, text: text(lost) });
      box.lost = lost;
      await expect(visit()).rejects.toThrow('x');
      box.lost = null;
      await visit();
      expect(box.texts()).toEqual([]);
    }
    expect(await here()).toEqual([text('after'), text('before')]);
  });

  it('case 80: a UIDL given again to another message: both are kept, and each goes by its own proof', async () => {
    box.mails = [
      { key: 'u', text: text('old') },
      { key: 'v', text: text('as long') },
    ];
    await visit({ kind: 'until-deleted' });
    box.mails = [
      { key: 'u', text: text('newer') },
      { key: 'v', text: text('as wide') },
    ];
    await visit({ kind: 'until-deleted' });
    await reopen();
    expect(await here()).toEqual([text('as long'), text('as wide'), text('newer'), text('old')]);
    for (const uid of [1, 2]) await forget(uid);
    await visit({ kind: 'until-deleted' });
    expect(box.texts()).toEqual([text('newer'), text('as wide')]);
    for (const uid of [3, 4]) await forget(uid);
    await visit({ kind: 'until-deleted' });
    expect(box.texts()).toEqual([]);
  });

  it('case 80: UIDLs that are numbers, which move up when somebody removes a mail, double nothing', async () => {
    const texts = ['a', 'b2', 'c33', 'd444', 'e5555'].map((label) => text(label));
    const numbered = (some: readonly string[]) => some.map((each, i) => ({ key: `${i + 1}`, text: each }));
    for (const kind of ['until-deleted', 'always'] as const) {
      box.mails = numbered(texts);
      await visit({ kind });
    }
    // One is deleted here, another elsewhere, and one comes.
    await forget(4);
    box.mails = numbered([...texts.filter((_, i) => i !== 1), text('f66666')]);
    await visit({ kind: 'always' });
    await reopen();
    const expected = [...texts.filter((_, i) => i !== 3), text('f66666')];
    expect(await here()).toEqual(expected);
    // The newest first, as others number.
    box.mails = numbered([text('g777777'), ...box.texts().toReversed()]);
    await visit({ kind: 'until-deleted' });
    await visit({ kind: 'until-deleted' });
    expect(await here()).toEqual([...expected, text('g777777')]);
    expect(box.texts()).not.toContain(texts[3]);
    expect(box.texts()).toHaveLength(5);
  });

  it('what was deleted here stays deleted under new UIDLs; what somebody puts there again comes', async () => {
    box.mails = [{ key: 'k', text: text('a') }];
    await visit({ kind: 'always' });
    await forget(1);
    box.mails = [{ key: 'new', text: text('a') }];
    await visit({ kind: 'always' });
    expect(await here()).toEqual([]);
    await visit({ kind: 'until-deleted' });
    expect(box.texts()).toEqual([]);
    box.mails = [{ key: 'again', text: text('a') }];
    await visit({ kind: 'until-deleted' });
    expect(await here()).toEqual([text('a')]);
    expect(box.texts()).toHaveLength(1);
  });

  it('a server that adds lines to what RETR gives: nothing comes twice after a visit that broke off', async () => {
    box.mails = [{ key: 'k', text: text('a') }];
    box.added = 'X-Status: 1\r\n';
    box.lost = 'before';
    await expect(visit()).rejects.toThrow('x');
    box.lost = null;
    box.added = 'X-Status: 2\r\n';
    await visit();
    expect(await here()).toEqual([`X-Status: 1\r\n${text('a')}`]);
    expect(box.texts()).toEqual([]);
  });

  it('case 80: UIDLs that are all new, that go, and that come again, double nothing', async () => {
    const texts = [text('a'), text('b')];
    for (const names of [
      ['1', '2'],
      ['x', 'y'],
      [null, null],
      ['p', 'q'],
      ['q', 'p'],
    ]) {
      box.mails = texts.map((each, i) => ({ key: names[i] ?? null, text: each }));
      await visit({ kind: 'always' });
      await reopen();
    }
    expect(await here()).toEqual(texts);
  });

  it('two equal mails stay two, and are never removed where the server names neither', async () => {
    box.mails = [
      { key: null, text: text('same') },
      { key: null, text: text('same') },
      { key: null, text: text('other') },
    ];
    await visit();
    await visit();
    expect(await here()).toEqual([text('other'), text('same'), text('same')]);
    expect(box.texts()).toEqual([text('same'), text('same')]);
  });

  it('one header over two contents: nothing is removed that is not here byte for byte', async () => {
    box.mails = [{ key: null, text: text('a', 'one') }];
    await visit({ kind: 'always' });
    box.mails = [{ key: null, text: text('a', 'two') }];
    await visit();
    expect(box.texts()).toEqual([text('a', 'two')]);
    expect(await here()).toEqual([text('a', 'one')]);
  });

  it('a message that the server does not give keeps no other one there', async () => {
    box.mails = [
      { key: '1', text: text('a') },
      { key: '2', text: text('b'), poison: true },
      { key: '3', text: text('c') },
    ];
    const { added, removed, refused } = await visit();
    expect({ added, removed }).toEqual({ added: 2, removed: 2 });
    expect(refused?.data.detail).toContain('does not give one message');
    expect(box.texts()).toEqual([text('b')]);
  });

  it('removed here, listed there: it does not come back, not even when a list missed it for a while', async () => {
    box.mails = [{ key: '1', text: text('a') }];
    await visit({ kind: 'always' });
    await forget(1);
    const mails = box.mails;
    clock.advance(60 * 86_400_000);
    box.mails = [];
    await visit({ kind: 'always' });
    clock.advance(20 * 86_400_000);
    await visit({ kind: 'always' });
    await reopen();
    box.mails = mails;
    expect((await visit({ kind: 'always' })).added).toBe(0);
    box.mails = [];
    await visit({ kind: 'always' });
    clock.advance(31 * 86_400_000);
    await visit({ kind: 'always' });
    expect(mail.state.taken.size).toBe(0);
  });

  it('days are counted from the day it came home; what was removed here may go at once', async () => {
    box.mails = [
      { key: '1', text: text('a') },
      { key: '2', text: text('b') },
    ];
    await visit({ kind: 'days', days: 14 });
    await forget(2);
    await visit({ kind: 'days', days: 14 });
    expect(box.texts()).toEqual([text('a')]);
    clock.advance(13 * 86_400_000);
    await visit({ kind: 'days', days: 14 });
    expect(box.texts()).toEqual([text('a')]);
    clock.advance(1 * 86_400_000 + 1_000);
    await visit({ kind: 'days', days: 14 });
    expect(box.texts()).toEqual([]);
    expect(await here()).toEqual([text('a')]);
  });
});
