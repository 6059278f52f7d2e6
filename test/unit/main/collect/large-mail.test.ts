import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, type Collected } from '../../../../src-main/collect/collect.ts';
import { WholeRequests } from '../../../../src-main/collect/whole-requests.ts';
import { openLocalMail, type LocalMail } from '../../../../src-main/local-mail/local-mail.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { noCrashes, type CrashPoint } from '../../../../src-main/platform/crash-points.ts';
import type { LeaveOnServer } from '../../../../src-shared/model/account.ts';
import { FakeDropBox } from './fake-drop-box.ts';

let directory: string;
let mail: LocalMail;
let box: FakeDropBox;
let clock: AdvanceableClock;
let requests: WholeRequests;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'large-mail-'));
  mail = await openLocalMail(directory, noCrashes);
  box = new FakeDropBox();
  clock = new AdvanceableClock();
  requests = new WholeRequests();
});
afterEach(async () => {
  await mail.close();
  rmSync(directory, { recursive: true, force: true });
});

const header = (label: string): string => `Subject: ${label}\r\nMessage-ID: <${label}@x>`;
const small = `${header('small')}\r\n\r\nshort`;
const large = `${header('large')}\r\n\r\n${'long '.repeat(200)}`;

function visit(
  options: { policy?: LeaveOnServer; largest?: number | null; reach?: (point: CrashPoint) => void } = {},
): Promise<Collected> {
  return collect({
    dropBox: box,
    mail,
    path: 'INBOX',
    policy: options.policy ?? { kind: 'remove' },
    largest: options.largest === undefined ? 500 : options.largest,
    requests,
    scope: 'pop3',
    clock,
    crash: { reach: options.reach ?? (() => undefined) },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

async function reopen(): Promise<void> {
  await mail.close();
  mail = await openLocalMail(directory, noCrashes);
}

async function here(): Promise<string[]> {
  const all = [...mail.state.folders.values()].flatMap(({ messages }) => [...messages.values()]);
  const shown = all.map(
    async ({ blob, stub, size }) => `${stub === true ? `${size} ` : ''}${String(await mail.bytes(blob))}`,
  );
  return (await Promise.all(shown)).sort();
}
/** The large one by its header, with the size that the server says. */
const stub = `${large.length} ${header('large')}`;

beforeEach(() => {
  box.mails = [
    { key: '1', text: small },
    { key: '2', text: large },
  ];
});

describe('mail larger than the account takes home unasked', () => {
  it('is here by its header, stays on the server whatever is left there, and comes once, when it is asked for', async () => {
    expect(await visit()).toMatchObject({ added: 2, removed: 1, refused: null });
    expect(box.texts()).toEqual([large]);
    expect(box.downloads).toBe(1);
    await reopen();
    expect(await here()).toEqual([stub, small].sort());
    expect((await visit({ policy: { kind: 'days', days: 1 } })).removed).toBe(0);

    const wanted = requests.ask('pop3:2');
    await visit();
    await wanted;
    await reopen();
    expect(await here()).toEqual([large, small].sort());
    // Safe here now, so the account's choice counts for it too.
    expect(box.texts()).toEqual([]);
    await visit();
    expect(await here()).toEqual([large, small].sort());
  });

  it('comes by itself when the account takes larger mail, or all', async () => {
    await visit({ policy: { kind: 'always' } });
    await visit({ policy: { kind: 'always' }, largest: 900 });
    expect(await here()).toContain(stub);
    expect((await visit({ policy: { kind: 'always' }, largest: null })).added).toBe(0);
    expect(await here()).toEqual([large, small].sort());
  });

  it('comes whole from a server without TOP, or without names', async () => {
    box.top = false;
    await visit();
    expect(await here()).toEqual([large, small].sort());
    box.top = true;
    const other = large.replaceAll('large', 'other');
    box.mails = [{ key: null, text: other }];
    await visit();
    expect(await here()).toContain(other);
  });

  it('moved, read and renamed meanwhile it is still the same one', async () => {
    await visit();
    const [uid = 0] = [...(mail.state.folders.get('INBOX')?.messages.values() ?? [])]
      .filter((message) => message.stub === true)
      .map((message) => message.uid);
    await mail.act(() => ({
      records: [
        { t: 'copy', path: 'INBOX', to: 'Archive', uids: [[uid, 1]], move: true },
        { t: 'flags', path: 'Archive', uids: [1], add: ['\\Seen'], remove: [] },
      ],
      value: undefined,
    }));
    await reopen();
    const wanted = requests.ask('pop3:2');
    await visit();
    await wanted;
    const [message] = [...(mail.state.folders.get('Archive')?.messages.values() ?? [])];
    expect(message).toMatchObject({ uid: 1, flags: ['\\Seen'], size: large.length });
    expect(message).not.toHaveProperty('stub');
  });

  it('under a new name (new UIDLs) it is not shown twice, neither as a header nor whole', async () => {
    await visit({ policy: { kind: 'always' } });
    box.mails = [
      { key: 'new1', text: small },
      { key: 'new2', text: large },
    ];
    expect((await visit({ policy: { kind: 'always' } })).added).toBe(0);
    const wanted = requests.ask('pop3:new2');
    await visit({ policy: { kind: 'always' } });
    await wanted;
    box.mails = [
      { key: 'newer1', text: small },
      { key: 'newer2', text: large },
    ];
    expect((await visit({ policy: { kind: 'always' } })).added).toBe(0);
    await reopen();
    expect(await here()).toEqual([large, small].sort());
  });

  it('under a new name and not too large any more it takes the place of its header', async () => {
    await visit({ policy: { kind: 'always' } });
    box.mails = [{ key: 'new2', text: large }];
    expect((await visit({ policy: { kind: 'always' }, largest: null })).added).toBe(0);
    expect(await here()).toEqual([large, small].sort());
  });

  it('case 80: the name given to another message brings that one as a new one, and says that the old is gone', async () => {
    await visit({ policy: { kind: 'always' } });
    const other = large.replaceAll('large', 'other');
    box.mails = [{ key: '2', text: other }];
    const wanted = requests.ask('pop3:2');
    const told = expect(wanted).rejects.toMatchObject({ data: { code: 'not-found' } });
    await visit({ policy: { kind: 'always' } });
    await told;
    expect(await here()).toEqual([stub, other, small].sort());
  });

  it('removed here it may leave the server; gone there the header stays, and opening it says so', async () => {
    await visit({ policy: { kind: 'until-deleted' } });
    const wanted = requests.ask('pop3:2');
    const told = expect(wanted).rejects.toMatchObject({ data: { code: 'not-found' } });
    const kept = box.mails;
    box.mails = [];
    await visit({ policy: { kind: 'until-deleted' } });
    await told;
    expect(await here()).toEqual([stub, small].sort());
    box.mails = kept;
    await mail.act((now) => ({
      records: [{ t: 'gone', path: 'INBOX', uids: [...(now.folders.get('INBOX')?.messages.keys() ?? [])] }],
      value: undefined,
    }));
    await visit({ policy: { kind: 'until-deleted' } });
    expect(box.texts()).toEqual([]);
    expect(box.downloads).toBe(1);
  });

  for (const point of ['collect.fetched', 'collect.stored', 'collect.marked'] as const)
    for (const hit of [1, 2])
      it(`ended at ${point} (${hit}) while it was asked for: here or there, and once`, async () => {
        await visit();
        let left = hit;
        const wanted = requests.ask('pop3:2');
        const outcome = wanted.then(
          () => 'came',
          () => 'did not',
        );
        await visit({
          reach: (reached) => {
            if (reached === point && --left === 0) throw new Error('ended');
          },
        }).catch(() => undefined);
        await reopen();
        if (box.texts().length === 0) expect(await here()).toEqual([large, small].sort());
        await visit({ largest: null });
        expect(await outcome).toBe('came');
        expect(await here()).toEqual([large, small].sort());
        expect(box.texts()).toEqual([]);
      });
});
