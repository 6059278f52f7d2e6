import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openBegunFiles } from '../../../../src-main/platform/begun-files.ts';
import { createOpenBody } from '../../../../src-main/sync/open-body.ts';
import { createUrgentWork } from '../../../../src-main/sync/urgent-work.ts';
import { createWholeLater, type WholeLaterPorts } from '../../../../src-main/sync/whole-later.ts';
import type { SpaceLevel } from '../../../../src-main/platform/free-space.ts';
import type { FolderBodies } from '../../../../src-shared/model/body-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-later-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));

interface World {
  mode?: 'disconnected' | 'online';
  folderBodies?: FolderBodies;
  role?: 'junk';
  days?: number;
  maxBytes?: number;
  starred?: boolean;
  flags?: string[];
  space?: SpaceLevel;
  /** Called after each piece. */
  onPiece?: (given: number) => void | Promise<void>;
}

function made(world: World = {}) {
  const pieces: number[] = [];
  const lanes: string[] = [];
  let kept: Buffer | null = null;
  let kicks = 0;
  const ports = {
    account: () => ({
      accountId: 'a1',
      mode: world.mode ?? 'disconnected',
      bodies: {
        days: world.days ?? 30,
        maxBytes: world.maxBytes ?? 65_536,
        ...(world.starred === undefined ? {} : { starred: world.starred }),
      },
    }),
    backend: {
      expectValidity: () => undefined,
      fetchPiece: async (_p: string, _u: number, from: number, length: number, call: { lane: string }) => {
        pieces.push(from);
        lanes.push(call.lane);
        await world.onPiece?.(pieces.length);
        return bytes.subarray(from, from + length);
      },
    },
    clock: { monotonic: () => 0, now: () => Date.UTC(2026, 10, 21) },
    register: {
      get: () => ({
        folderId: 'f1',
        path: 'INBOX',
        uidValidity: 7,
        selectable: true,
        local: false,
        bodies: world.folderBodies ?? 'account',
        role: world.role ?? 'inbox',
      }),
    },
    journal: { ops: () => [] },
    crash: { reach: () => undefined },
    onFactsLater: () => undefined,
    readBodies: (all: readonly Buffer[]) => {
      kept = Buffer.from(all[0] ?? '');
      return Promise.resolve({ facts: [], texts: null });
    },
    onBodies: () => undefined,
    shelve: null,
    space: { level: () => Promise.resolve(world.space ?? 'ok') },
    begun: openBegunFiles(folder, 0),
    cache: {
      call: (method: string) =>
        Promise.resolve(
          method === 'locate'
            ? [
                {
                  messageId: 'm1',
                  accountId: 'a1',
                  size: bytes.length,
                  ref: { folderId: 'f1', generation: 1, uid: 5 },
                  viewFlags: world.flags ?? [],
                  readable: kept !== null,
                },
              ]
            : null,
        ),
    },
    log: () => undefined,
    kick: () => {
      kicks += 1;
    },
  } as unknown as WholeLaterPorts;
  const later = createWholeLater(ports);
  const signal = new AbortController().signal;
  return {
    later,
    pieces,
    lanes,
    kept: () => kept,
    kicks: () => kicks,
    open: createOpenBody(ports, { ensure: () => Promise.resolve(signal) }, later),
    run: (giveWay = () => Promise.resolve(false)) => later.run({ lane: 'bulk', signal }, giveWay),
  };
}

describe('the rest of a message whose text came first', () => {
  test('comes on the bulk lane, in pieces, and is kept', async () => {
    const { later, run, kept, lanes, pieces, kicks } = made();
    expect(await later.want('m1')).toBe('follows');
    expect([later.waiting(), kicks()]).toEqual([true, 1]);
    await run();
    expect(kept()?.equals(bytes)).toBe(true);
    expect([later.waiting(), new Set(lanes)]).toEqual([false, new Set(['bulk'])]);
    expect(pieces.length).toBeGreaterThan(1);
    expect(readdirSync(folder)).toEqual([]);
    expect(await later.want('m1')).toBe('follows');
    expect(later.waiting()).toBe(false);
  });

  test('gives way between pieces and goes on from there, also in the next run of the program', async () => {
    const first = made();
    await first.later.want('m1');
    await first.run(() => Promise.resolve(first.pieces.length === 2));
    expect([first.kept(), first.later.waiting()]).toEqual([null, true]);
    const next = made();
    await expect.poll(() => next.later.waiting(), { timeout: 60_000 }).toBe(true);
    await next.run();
    expect(next.kept()?.equals(bytes)).toBe(true);
    expect(next.pieces[0]).toBeGreaterThan(0);
  });

  test('is left to whoever wants it now, from where it is', async () => {
    const urgent = createUrgentWork();
    const opened: Promise<Buffer>[] = [];
    const world: ReturnType<typeof made> = made({
      onPiece(given) {
        if (given === 2) opened.push(urgent.run(() => world.open.raw('m1')));
      },
    });
    await world.later.want('m1');
    await world.run(async () => {
      await urgent.idle();
      return false;
    });
    expect((await Promise.all(opened))[0]?.equals(bytes)).toBe(true);
    expect(world.pieces).toEqual([...new Set(world.pieces)].toSorted((a, b) => a - b));
    expect(new Set(world.lanes.slice(0, 2))).toEqual(new Set(['bulk']));
    expect(new Set(world.lanes.slice(2))).toEqual(new Set(['interactive']));
    await world.run();
    expect(world.later.waiting()).toBe(false);
  });

  test('is given up when the user stops it', async () => {
    const world: ReturnType<typeof made> = made({
      onPiece(given) {
        if (given === 2) world.open.stop('m1');
      },
    });
    await world.later.want('m1');
    await world.run();
    expect([world.kept(), world.later.waiting(), world.pieces.length]).toEqual([null, false, 2]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.wish'))).toEqual([]);
  });

  test.each<[string, World, string]>([
    ['mail is only on the server', { mode: 'online' }, 'server-only'],
    ['the folder keeps senders and subjects only', { folderBodies: 'none' }, 'policy'],
    ['the account keeps texts only', { days: 0 }, 'policy'],
    ['it lies in Junk', { role: 'junk' }, 'policy'],
    ['only starred ones are wanted', { days: 0, starred: true }, 'policy'],
    ['the disk is nearly full', { space: 'tight' }, 'no-room'],
    ['it is starred', { days: 0, starred: true, flags: ['\\Flagged'] }, 'follows'],
    ['so large ones of any age are wanted', { days: 0, maxBytes: 10_000_000 }, 'follows'],
    ['the folder keeps everything', { role: 'junk', folderBodies: 'all' }, 'follows'],
  ])('by what is kept here: %s', async (_what, world, rest) => {
    const { later } = made(world);
    expect(await later.want('m1')).toBe(rest);
    expect(later.waiting()).toBe(rest === 'follows');
  });
});
