import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Drafts } from '../../../../src-main/drafts/drafts.ts';
import type { StoredDraft } from '../../../../src-main/drafts/stored-draft.ts';
import type { StoredItem } from '../../../../src-main/outbox/outbox-item.ts';
import { createOutbox, type Outbox } from '../../../../src-main/outbox/outbox.ts';
import { openOutboxStore, type OutboxStore } from '../../../../src-main/outbox/outbox-store.ts';
import { createSender, type Sender } from '../../../../src-main/outbox/sender.ts';
import type { SendOutcome, WireReply } from '../../../../src-main/outbox/outcome.ts';
import { openBlobs } from '../../../../src-main/platform/blobs.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { createCrashControl, type CrashPoint } from '../../../../src-main/platform/crash-points.ts';
import { AppError, type AppErrorData } from '../../../../src-shared/error.ts';
import type { DraftSave } from '../../../../src-shared/ipc/areas/sending.ts';
import type { AccountSettings } from '../../../../src-shared/model/account.ts';

/** Stands for SIGKILL: nothing after it happens. */
class Killed extends Error {}

/** A clock whose wall can be set, as a computer's can; timers hear nothing of it. */
class TurnableClock extends AdvanceableClock {
  #turned = 0;

  override now(): number {
    return super.now() + this.#turned;
  }

  turn(ms: number): void {
    this.#turned += ms;
  }
}

let directory: string;
let clock: TurnableClock;
let world: World;

type Wire = (
  recipients: readonly string[],
  hooks: { beforeFinalDot(replies: readonly WireReply[]): Promise<void>; afterFinalDot(): void },
) => Promise<SendOutcome>;

interface World {
  store: OutboxStore;
  outbox: Outbox;
  sender: Sender;
  drafts: Map<string, StoredDraft>;
  filed: string[];
  /** Recipients of each try that reached the wire. */
  wired: string[][];
  wire: Wire;
  online: boolean;
  crash(point: CrashPoint): void;
  killed: boolean;
}

const account: AccountSettings = {
  accountId: 'a1',
  address: 'ann@example.test',
  name: 'Ann',
  color: 0,
  mode: 'disconnected',
  incoming: { protocol: 'imap', host: 'imap.example.test', port: 993, tls: 'implicit', username: 'ann' },
  outgoing: { host: 'smtp.example.test', port: 465, tls: 'implicit', username: 'ann' },
  identities: [{ identityId: 'i1', name: 'Ann', address: 'ann@example.test', signature: '' }],
  sentCopy: 'append',
  bodies: { days: 30, maxBytes: 1 },
  notify: true,
};

const named = (recipients: readonly string[]): WireReply[] =>
  recipients.map((address) => ({ address, state: 'accepted', reply: '250 OK' }));

const accepted: Wire = async (recipients, hooks) => {
  await hooks.beforeFinalDot(named(recipients));
  hooks.afterFinalDot();
  return {
    state: 'answered',
    recipients: recipients.map((address) => ({ address, state: 'accepted', reply: '250 OK' })),
  };
};

function answers(states: Record<string, ['accepted' | 'deferred' | 'refused', string]>): Wire {
  return async (recipients, hooks) => {
    await hooks.beforeFinalDot(named(recipients));
    hooks.afterFinalDot();
    return {
      state: 'answered',
      recipients: recipients.map((address) => {
        const [state, reply] = states[address] ?? ['accepted', '250 OK'];
        return { address, state, reply };
      }),
    };
  };
}

function fails(data: Partial<AppErrorData>): Wire {
  return () =>
    Promise.reject(
      new AppError({ code: 'connection-lost', scope: 'account', next: 'retry', detail: 'lost', ...data }),
    );
}

/** Opens the files as a start of the program does; `before` is what a killed run left in memory outside of them. */
async function open(before?: World): Promise<World> {
  const store = await openOutboxStore(join(directory, 'outbox.log'));
  const blobs = openBlobs(join(directory, 'blobs'));
  const drafts = before?.drafts ?? new Map<string, StoredDraft>();
  const control = createCrashControl(() => {
    made.killed = true;
    throw new Killed();
  });
  const made: World = {
    store,
    drafts,
    filed: before?.filed ?? [],
    wired: before?.wired ?? [],
    wire: before?.wire ?? accepted,
    online: before?.online ?? true,
    killed: false,
    crash: (point) => void control.crashAt(point, 1),
  } as World;
  const fakeDrafts: Drafts = {
    build: (params: DraftSave) =>
      Promise.resolve({
        ...(drafts.get(params.draftId ?? '') ?? draftOf(params.draftId ?? `d${drafts.size}`)),
        ...('to' in params ? { to: params.to as string[] } : {}),
      }),
    restore: (draft: StoredDraft) => {
      drafts.set(draft.draftId, draft);
      return Promise.resolve();
    },
    discard: (draftId: string) => {
      drafts.delete(draftId);
      return Promise.resolve();
    },
  } as unknown as Drafts;
  const file = async (item: StoredItem): Promise<void> => {
    if (!made.filed.includes(item.copyOpId)) made.filed.push(item.copyOpId);
    await store.change(item.outboxId, { filed: true });
    control.reach('outbox.filed');
  };
  made.sender = createSender({
    outbox: store,
    clock,
    crash: control,
    online: () => made.online,
    submit: async (_item, recipients, hooks, signal) => {
      if (made.killed) return await new Promise<never>(() => undefined);
      made.wired.push([...recipients]);
      return await Promise.race([
        made.wire(recipients, hooks),
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () =>
            reject(
              new AppError({ code: 'cancelled', scope: 'account', next: 'retry', detail: 'Cancelled.' }),
            ),
          ),
        ),
      ]).catch((error: unknown) => {
        // A killed program does not hear of anything.
        if (error instanceof Killed) return new Promise<never>(() => undefined);
        throw error;
      });
    },
    file,
    fileAgainAt: () => null,
    log: () => undefined,
  });
  made.outbox = createOutbox({
    store,
    drafts: fakeDrafts,
    sender: made.sender,
    file,
    reportsOf: () => [],
    beforeForgetting: () => Promise.resolve(),
    onMachineTakenBack: () => Promise.resolve(),
    blobs,
    clock,
    crash: control,
    needAccount: () => account,
    log: () => undefined,
  });
  return made;
}

function draftOf(draftId: string): StoredDraft {
  return {
    draftId,
    accountId: 'a1',
    identityId: null,
    to: ['bob@example.test'],
    cc: [],
    bcc: [],
    subject: 'Hello',
    text: 'Hi',
    html: null,
    attachments: [],
    inReplyTo: null,
    inReplyToHeader: null,
    answers: null,
    references: [],
    forwardOf: null,
    dsn: 'failure',
    savedAt: '2026-11-21T00:00:00.000Z',
    problem: null,
    copies: [],
  };
}

async function send(extra: Record<string, unknown> = {}): Promise<string> {
  return (await world.outbox.send({ accountId: 'a1', to: ['bob@example.test'], ...extra })).outboxId;
}

async function reopened(): Promise<void> {
  const old = world;
  // The killed program's memory is gone; only the files and the servers go on.
  await old.store.close();
  world = await open(old);
}

const item = (outboxId: string) => {
  const found = world.outbox.list(true).find((entry) => entry.outboxId === outboxId);
  if (found === undefined) throw new Error('not in the outbox');
  return found;
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(
    `not reached; the outbox holds ${JSON.stringify(world.outbox.list(true).map(({ state, error }) => [state, error?.code]))}`,
  );
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'outbox-'));
  clock = new TurnableClock();
  world = await open();
});
afterEach(async () => {
  if (!world.killed) await world.outbox.stop();
  await world.store.close();
  await rm(directory, { recursive: true });
});

describe('sending', () => {
  test('ends as sent, filed once, listed for seven days with all', async () => {
    const id = await send();
    await until(() => item(id).state === 'sent');
    expect(world.outbox.list(false)).toEqual([]);
    expect(item(id)).toMatchObject({
      tries: 1,
      recipients: [{ address: 'bob@example.test', state: 'accepted', reply: '250 OK' }],
      error: null,
    });
    await until(() => world.filed.length === 1);
    clock.advance(7 * 86_400_000 + 1000);
    await world.sender.drain(['a1']);
    await world.outbox.start();
    expect(world.outbox.list(true)).toEqual([]);
  });

  test('waits for the network, then goes without being asked', async () => {
    world.online = false;
    const id = await send();
    await world.sender.drain(['a1']);
    expect(item(id).state).toBe('queued');
    world.online = true;
    await world.sender.online();
    await until(() => item(id).state === 'sent');
    expect(world.wired).toHaveLength(1);
  });

  test('waits out the undo delay; taken back within it, nothing goes', async () => {
    const first = await send({ undoSeconds: 10, draftId: 'd1' });
    const second = await send({ undoSeconds: 10, draftId: 'd2' });
    expect(item(first).state).toBe('undoable');
    expect(await world.outbox.cancel(first)).toBe('d1');
    expect(world.drafts.get('d1')?.subject).toBe('Hello');
    clock.advance(10_001);
    await until(() => item(second).state === 'sent');
    expect(world.wired).toHaveLength(1);
  });

  test('keeps a scheduled mail until its time', async () => {
    const sendAt = new Date(clock.now() + 3_600_000).toISOString();
    const id = await send({ sendAt });
    expect(item(id)).toMatchObject({ state: 'scheduled', nextTryAt: sendAt });
    clock.advance(3_599_000);
    await world.sender.drain(['a1']);
    expect(world.wired).toHaveLength(0);
    clock.advance(2_000);
    await until(() => item(id).state === 'sent');
  });

  test('dates a scheduled mail with its time; sent before it, it is dated anew and keeps its Message-ID', async () => {
    const at = new Date(Math.ceil(clock.now() / 1000) * 1000 + 7_200_000);
    const id = await send({ sendAt: at.toISOString() });
    const dateOf = async (): Promise<string> =>
      /^Date: (.*)\r$/m.exec(
        (await openBlobs(join(directory, 'blobs')).get(world.store.get(id)?.blob ?? ''))?.toString() ?? '',
      )?.[1] ?? '';
    expect(Date.parse(await dateOf())).toBe(at.getTime());
    const header = item(id).messageIdHeader;
    await world.outbox.retry(id);
    await until(() => item(id).state === 'sent');
    expect(Math.abs(Date.parse(await dateOf()) - clock.now())).toBeLessThan(5_000);
    expect(item(id).messageIdHeader).toBe(header);
  });

  test('case 70: a wall clock that jumps 8 h forward sends a scheduled mail once, back and forth again not twice', async () => {
    const id = await send({ sendAt: new Date(clock.now() + 8 * 3_600_000).toISOString() });
    clock.turn(-8 * 3_600_000);
    clock.advance(60_001);
    await world.sender.drain(['a1']);
    expect(item(id).state).toBe('scheduled');
    clock.turn(16 * 3_600_000);
    // No timer of the old time fires: the next look, a minute later at most, finds it due.
    clock.advance(60_001);
    await until(() => item(id).state === 'sent');
    clock.turn(-8 * 3_600_000);
    clock.advance(60_001);
    clock.turn(8 * 3_600_000);
    clock.advance(60_001);
    await world.sender.drain(['a1']);
    expect(world.wired).toHaveLength(1);
  });

  test('a scheduled mail survives a restart and is given back as a draft', async () => {
    const sendAt = new Date(clock.now() + 3_600_000).toISOString();
    const id = await send({ sendAt, draftId: 'd1' });
    await reopened();
    await world.outbox.start();
    expect(item(id)).toMatchObject({ state: 'scheduled', sendAt, nextTryAt: sendAt });
    expect(await world.outbox.cancel(id)).toBe('d1');
    clock.advance(3_700_000);
    await world.sender.drain(['a1']);
    expect(world.wired).toEqual([]);
  });

  test('a double click is one mail', async () => {
    world.online = false;
    const results = await Promise.allSettled([send({ draftId: 'd1' }), send({ draftId: 'd1' })]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(world.outbox.list(true)).toHaveLength(1);
  });

  test('a draft that could not be cleared away is still one mail', async () => {
    world.drafts.set('d1', draftOf('d1'));
    world.drafts.delete = () => {
      throw new Error('the cache is being made anew');
    };
    const id = await send({ draftId: 'd1' });
    await expect(send({ draftId: 'd1' })).rejects.toMatchObject({ data: { code: 'refused' } });
    await until(() => item(id).state === 'sent');
    expect(world.wired).toHaveLength(1);
  });

  test('refuses fields that could smuggle in a header, and keeps nothing', async () => {
    await expect(send({ to: ['bob@example.test\r\nBcc: eve@evil.test'] })).rejects.toMatchObject({
      data: { code: 'bad-params' },
    });
    expect(world.outbox.list(true)).toEqual([]);
  });
});

describe('recipients', () => {
  const to = ['bob@example.test', 'cat@example.test', 'dan@example.test'];

  test('that are deferred are tried again, and only they', async () => {
    world.wire = answers({
      'cat@example.test': ['deferred', '450 4.2.0 later'],
      'dan@example.test': ['refused', '550 5.1.1 no'],
    });
    const id = await send({ to });
    await until(() => item(id).tries === 1 && item(id).state === 'queued');
    expect(item(id).recipients).toMatchObject([
      { address: 'bob@example.test', state: 'accepted', reply: '250 OK' },
      { address: 'cat@example.test', state: 'deferred', reply: '450 4.2.0 later' },
      { address: 'dan@example.test', state: 'refused', reply: '550 5.1.1 no' },
    ]);
    await until(() => world.filed.length === 1);
    world.wire = accepted;
    clock.advance(60_000);
    await until(() => item(id).tries === 2);
    expect(world.wired[1]).toEqual(['cat@example.test']);
    await until(() => item(id).state === 'failed');
    expect(item(id).error?.detail).toContain('550 5.1.1 no');
    expect(world.filed).toHaveLength(1);
  });

  test('that were refused make the draft that is taken back; the others never get it again', async () => {
    world.wire = answers({ 'dan@example.test': ['refused', '550 5.1.1 no'] });
    const id = await send({ to, draftId: 'd1' });
    await until(() => item(id).state === 'failed');
    expect(await world.outbox.cancel(id)).toBe('d1');
    expect(world.drafts.get('d1')).toMatchObject({
      to: ['dan@example.test'],
      problem: expect.stringContaining('550 5.1.1 no') as string,
    });
    expect(item(id)).toMatchObject({ state: 'sent' });
    await reopened();
    await world.outbox.start();
    expect(world.drafts.has('d1')).toBe(true);
  });

  test('that were blind copies stay so in the draft that is taken back', async () => {
    world.wire = answers({ 'dan@example.test': ['refused', '550 no'] });
    world.drafts.set('d1', { ...draftOf('d1'), bcc: ['Dan <dan@example.test>', 'eve@example.test'] });
    const id = await send({ draftId: 'd1' });
    await until(() => item(id).state === 'failed');
    await world.outbox.cancel(id);
    expect(world.drafts.get('d1')).toMatchObject({ to: [], cc: [], bcc: ['Dan <dan@example.test>'] });
  });

  test('all refused: everything is kept, and retry asks again', async () => {
    world.wire = answers({ 'bob@example.test': ['refused', '550 no'] });
    const id = await send();
    await until(() => item(id).state === 'failed');
    expect(world.filed).toEqual([]);
    world.wire = accepted;
    await world.outbox.retry(id);
    await until(() => item(id).state === 'sent');
  });

  test('deferred for five days are given up', async () => {
    world.wire = answers({ 'bob@example.test': ['deferred', '450 busy'] });
    const id = await send();
    await until(() => item(id).tries === 1);
    clock.advance(5 * 86_400_000 + 1000);
    await until(() => item(id).state === 'failed');
    expect(item(id).error?.detail).toContain('five days');
  });

  test('deferred for five days come back with a sentence for each; who has it never gets it again', async () => {
    world.drafts.set('d1', { ...draftOf('d1'), to });
    world.wire = answers({
      'cat@example.test': ['deferred', '450 4.2.0 later'],
      'dan@example.test': ['refused', '550 5.1.1 no'],
    });
    const id = await send({ draftId: 'd1', to });
    const { messageIdHeader } = item(id);
    const blob = world.store.get(id)?.blob;
    await until(() => item(id).tries === 1);
    let hours = 0;
    for (; item(id).state === 'queued' && hours < 200; hours += 1) {
      const { tries } = item(id);
      clock.advance(3_600_000);
      await until(() => item(id).tries > tries);
    }
    expect(hours).toBeGreaterThanOrEqual(120);
    expect(hours).toBeLessThan(123);
    expect(item(id)).toMatchObject({
      state: 'failed',
      messageIdHeader,
      recipients: [
        { address: 'bob@example.test', state: 'accepted', detail: null },
        {
          address: 'cat@example.test',
          state: 'refused',
          detail:
            'Not sent to cat@example.test: the server put it off for five days, so Posthorn gave up. The server says: 450 4.2.0 later',
        },
        {
          address: 'dan@example.test',
          state: 'refused',
          detail: 'Not sent to dan@example.test: the server refused it. The server says: 550 5.1.1 no',
        },
      ],
    });
    expect(world.store.get(id)?.blob).toBe(blob);
    expect(
      world.wired
        .slice(1)
        .flat()
        .every((address) => address === 'cat@example.test'),
    ).toBe(true);
    expect(world.filed).toHaveLength(1);
    await world.outbox.cancel(id);
    expect(world.drafts.get('d1')?.to).toEqual(['cat@example.test', 'dan@example.test']);
  });

  test('a mail that lay here for a week unasked is not given up at its first deferral', async () => {
    world.online = false;
    const id = await send();
    clock.advance(7 * 86_400_000);
    world.wire = answers({ 'bob@example.test': ['deferred', '450 busy'] });
    world.online = true;
    await world.sender.online();
    await until(() => item(id).tries === 1);
    expect(item(id).state).toBe('queued');
  });
});

describe('failures before the server has it', () => {
  test('of the connection are tried again with growing pauses', async () => {
    world.wire = fails({});
    const id = await send();
    await until(() => item(id).tries === 1);
    const first = Date.parse(item(id).nextTryAt ?? '') - clock.now();
    expect(first).toBeGreaterThan(3_500);
    expect(first).toBeLessThan(6_100);
    clock.advance(7_000);
    await until(() => item(id).tries === 2);
    expect(Date.parse(item(id).nextTryAt ?? '') - clock.now()).toBeGreaterThan(7_500);
    world.wire = accepted;
    clock.advance(20_000);
    await until(() => item(id).state === 'sent');
  });

  test('of the server for five days give the mail back; five days without a network do not', async () => {
    world.wire = fails({ code: 'offline', next: 'wait-online' });
    const id = await send();
    await until(() => item(id).tries === 1);
    clock.advance(6 * 86_400_000);
    await until(() => item(id).tries === 2);
    expect(item(id).state).toBe('queued');
    world.wire = fails({ code: 'refused', detail: 'mx is closed' });
    clock.advance(3_600_000);
    await until(() => item(id).tries === 3);
    clock.advance(5 * 86_400_000 + 1000);
    await until(() => item(id).state === 'failed');
    expect(item(id).error?.detail).toMatch(/five days.*kept.*mx is closed/);
  });

  test('of the password hold everything after one try, until the user acts', async () => {
    world.wire = fails({ code: 'auth-failed', next: 'ask-password', detail: 'wrong' });
    const id = await send();
    const other = await send();
    await until(() => item(id).state === 'held');
    clock.advance(86_400_000);
    await world.sender.drain(['a1']);
    expect(world.wired).toHaveLength(1);
    expect(item(other).state).toBe('queued');
    world.wire = accepted;
    world.sender.release('a1');
    await until(() => item(id).state === 'sent' && item(other).state === 'sent');
  });

  test('of the certificate hold it', async () => {
    world.wire = fails({ code: 'tls-certificate', next: 'tell-user' });
    const id = await send();
    await until(() => item(id).state === 'held');
  });

  test('of the message itself fail it', async () => {
    world.wire = fails({ scope: 'message', code: 'refused', next: 'tell-user', detail: 'too large' });
    const id = await send();
    await until(() => item(id).state === 'failed');
    expect(item(id).error?.detail).toBe('too large');
  });
});

describe('killed', () => {
  test.each<[CrashPoint, string]>([
    ['outbox.queued', 'queued'],
    ['outbox.before-final-dot', 'queued'],
    ['outbox.after-final-dot', 'unknown'],
    ['outbox.sent', 'sent'],
    ['outbox.filed', 'sent'],
  ])('at %s it starts again as %s', async (point, state) => {
    world.crash(point);
    await send({ draftId: 'd1' }).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    await until(() => world.killed);
    await reopened();
    const [found] = world.outbox.list(true);
    expect(found?.state).toBe(state);
    const wired = world.wired.length;
    await world.outbox.start();
    await world.sender.drain(['a1']);
    if (state === 'unknown') {
      expect(world.wired).toHaveLength(wired);
      clock.advance(86_400_000);
      await world.sender.drain(['a1']);
      expect(world.wired).toHaveLength(wired);
      expect(world.outbox.list(false)).toMatchObject([
        { state: 'unknown', error: { code: 'outcome-unknown' } },
      ]);
      expect(world.filed).toEqual([]);
    } else {
      await until(() => world.outbox.list(true)[0]?.state === 'sent');
      expect(world.wired).toHaveLength(state === 'sent' ? wired : wired + 1);
      expect(world.filed).toHaveLength(1);
    }
    expect(world.drafts.size).toBe(0);
  });

  test('while taking back: the draft is there and nothing is sent', async () => {
    world.online = false;
    const id = await send({ draftId: 'd1' });
    await world.store.change(id, { cancelled: true });
    await reopened();
    world.online = true;
    await world.outbox.start();
    await world.sender.drain(['a1']);
    expect(world.wired).toEqual([]);
    expect(world.drafts.has('d1')).toBe(true);
    expect(world.outbox.list(true)).toEqual([]);
  });
});

describe('an unknown outcome', () => {
  const cut: Wire = async (recipients, hooks) => {
    await hooks.beforeFinalDot(named(recipients));
    hooks.afterFinalDot();
    return {
      state: 'unknown',
      detail: 'The connection was lost.',
      recipients: recipients.map((address) => ({ address, state: 'accepted', reply: '250 OK' })),
    };
  };

  test('is only ended by the user: it was sent', async () => {
    world.wire = cut;
    const id = await send();
    await until(() => item(id).state === 'unknown');
    await expect(world.outbox.retry(id)).rejects.toMatchObject({ data: { code: 'outcome-unknown' } });
    await expect(world.outbox.cancel(id)).rejects.toMatchObject({ data: { code: 'outcome-unknown' } });
    await world.outbox.resolve(id, 'sent');
    expect(item(id)).toMatchObject({ state: 'sent', recipients: [{ state: 'accepted' }] });
    expect(world.filed).toHaveLength(1);
    expect(world.wired).toHaveLength(1);
  });

  test('is only ended by the user: send again, with the same Message-ID', async () => {
    world.wire = cut;
    const id = await send();
    await until(() => item(id).state === 'unknown');
    const header = item(id).messageIdHeader;
    world.wire = accepted;
    await world.outbox.resolve(id, 'send-again');
    await until(() => item(id).state === 'sent');
    expect(item(id).messageIdHeader).toBe(header);
    expect(world.wired).toHaveLength(2);
  });

  test('leaves alone who was refused or put off by name, also when killed at the dot', async () => {
    const to = ['bob@example.test', 'cat@example.test', 'dan@example.test'];
    const replies: WireReply[] = [
      { address: 'bob@example.test', state: 'accepted', reply: '250 OK' },
      { address: 'cat@example.test', state: 'deferred', reply: '450 later' },
      { address: 'dan@example.test', state: 'refused', reply: '550 no' },
    ];
    world.wire = async (_recipients, hooks) => {
      await hooks.beforeFinalDot(replies);
      hooks.afterFinalDot();
      return { state: 'unknown', detail: 'lost', recipients: replies };
    };
    world.crash('outbox.after-final-dot');
    const id = await send({ to });
    await until(() => world.killed);
    await reopened();
    expect(item(id)).toMatchObject({
      state: 'unknown',
      recipients: [{ state: 'waiting' }, { state: 'deferred' }, { state: 'refused' }],
    });
    world.wire = accepted;
    await world.outbox.resolve(id, 'sent');
    expect(item(id).recipients[0]).toMatchObject({ state: 'accepted' });
    clock.advance(60_000);
    await until(() => item(id).state === 'failed');
    expect(world.wired.at(-1)).toEqual(['cat@example.test']);
    expect(item(id).recipients.map((recipient) => recipient.state)).toEqual([
      'accepted',
      'accepted',
      'refused',
    ]);
  });

  test('resolving anything else is refused', async () => {
    const id = await send();
    await until(() => item(id).state === 'sent');
    await expect(world.outbox.resolve(id, 'send-again')).rejects.toMatchObject({ data: { code: 'refused' } });
  });
});
