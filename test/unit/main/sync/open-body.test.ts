import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../../src-shared/error.ts';
import type { Backend } from '../../../../src-main/backends/backend.ts';
import { begunInMemory, openBegunFiles, type BegunFiles } from '../../../../src-main/platform/begun-files.ts';
import { createOpenBody, type OpenBody, type OpenBodyPorts } from '../../../../src-main/sync/open-body.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-begun-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => at % 251));
const lost = (): AppError =>
  new AppError({
    code: 'connection-lost',
    scope: 'account',
    next: 'retry',
    detail: 'The connection was lost.',
  });

interface World {
  size?: number;
  held?: Buffer;
  begun?: BegunFiles;
  /** Pieces that the server gives before each loss of the connection. */
  losses?: number[];
  ensure?: () => Promise<AbortSignal>;
  onFetching?: (body: OpenBody, done: number, total: number) => void;
}
function made({ size = bytes.length, held = bytes, begun, losses = [], ensure, onFetching }: World) {
  const asked: string[] = [];
  const kept: string[] = [];
  let given = 0;
  const backend = {
    expectValidity: () => undefined,
    fetchPiece: (_path: string, _uid: number, from: number, length: number) => {
      const next = losses[0];
      if (next !== undefined && given >= next) {
        losses.shift();
        given = 0;
        asked.push('lost');
        return Promise.reject(lost());
      }
      given += 1;
      asked.push(String(from));
      return Promise.resolve(held.subarray(from, from + length));
    },
    fetchBodies: async (
      _p: string,
      _u: number[],
      _c: unknown,
      onBody: (uid: number, body: Buffer) => Promise<void>,
    ) => {
      asked.push('whole');
      await onBody(5, held);
    },
  } as unknown as Backend;
  const ports = {
    backend,
    clock: { monotonic: () => 0 },
    register: { get: () => ({ folderId: 'f1', path: 'INBOX', uidValidity: 7 }) },
    journal: { ops: () => [] },
    onFactsLater: () => undefined,
    readBodies: () => Promise.resolve({ facts: [], texts: null }),
    onBodies: () => undefined,
    shelve: null,
    begun: begun ?? openBegunFiles(folder, 0),
    cache: {
      call: (method: string) => {
        if (method === 'putBodies') kept.push(method);
        return Promise.resolve(
          method === 'locate'
            ? [{ messageId: 'm1', accountId: 'a1', size, ref: { folderId: 'f1', generation: 1, uid: 5 } }]
            : null,
        );
      },
    },
    onFetching: (_id: string, done: number, total: number) => onFetching?.(body, done, total),
  } as unknown as OpenBodyPorts;
  const signal = new AbortController().signal;
  const body: OpenBody = createOpenBody(
    ports,
    { ensure: ensure ?? (() => Promise.resolve(signal)) },
    { handOver: () => Promise.resolve(() => undefined), drop: () => Promise.resolve() },
  );
  return { body, asked, kept };
}

describe('a large message that somebody opens', () => {
  test('comes in pieces and goes on where a lost connection ended', async () => {
    const { body, asked, kept } = made({ losses: [2, 1] });
    expect((await body.raw('m1')).equals(bytes)).toBe(true);
    const places = asked.filter((one) => one !== 'lost').map(Number);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    expect(asked.filter((one) => one === 'lost')).toHaveLength(2);
    expect(kept).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes on in the next run of the program', async () => {
    const away = made({ losses: [3], ensure: once() });
    await expect(away.body.raw('m1')).rejects.toMatchObject({ code: 'not-cached' });
    expect(readdirSync(folder)).toHaveLength(1);
    const { body, asked } = made({});
    expect((await body.raw('m1')).equals(bytes)).toBe(true);
    expect(Number(asked[0])).toBeGreaterThan(500_000);
  });

  test('is stopped by the user, which is told, and what came is kept', async () => {
    const told: number[] = [];
    const { body } = made({
      onFetching: (one, done, total) => {
        told.push(total);
        if (done > 0) one.stop('m1');
      },
    });
    await expect(body.raw('m1')).rejects.toMatchObject({ code: 'cancelled' });
    expect(told.at(-1)).toBe(0);
    const { body: again, asked } = made({});
    expect((await again.raw('m1')).equals(bytes)).toBe(true);
    expect(Number(asked[0])).toBeGreaterThan(0);
  });

  test.each([
    ['less', bytes.length - 10],
    ['more', bytes.length + 10],
  ])('of which the server said %s than there is, is asked for whole', async (_what, size) => {
    const { body, asked } = made({ size });
    expect((await body.raw('m1')).equals(bytes)).toBe(true);
    expect(asked.at(-1)).toBe('whole');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is fetched once for all who ask', async () => {
    const { body, asked } = made({});
    const [one, other] = await Promise.all([body.raw('m1'), body.raw('m1')]);
    expect(one).toBe(other);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('of an account that keeps nothing here leaves nothing on the disk', async () => {
    const { body } = made({ begun: begunInMemory(), losses: [1] });
    expect((await body.raw('m1')).equals(bytes)).toBe(true);
    expect(() => readdirSync(folder)).toThrow();
  });

  test('of such an account comes whole beside another that is fetched at the same time', async () => {
    const begun = begunInMemory();
    const second = Buffer.from(bytes.subarray(0, 1_900_000)).reverse();
    const [one, other] = await Promise.all([
      made({ begun }).body.raw('m1'),
      made({ begun, held: second, size: second.length }).body.raw('m1'),
    ]);
    expect(one.equals(bytes)).toBe(true);
    expect(other.equals(second)).toBe(true);
  });

  test('whose first bytes are erased under way is asked for whole', async () => {
    const begun = begunInMemory();
    const { body, asked } = made({
      begun,
      onFetching: (_body, done) => {
        if (done > 0 && done < bytes.length) void begun.erase('a1');
      },
    });
    expect((await body.raw('m1')).equals(bytes)).toBe(true);
    expect(asked.at(-1)).toBe('whole');
  });
});

test('what was begun is erased with its account, and given up after two weeks', async () => {
  const begun = openBegunFiles(folder, 0);
  await begun.of('a1', 'x').append(Buffer.from('one'));
  await begun.of('a2', 'x').append(Buffer.from('two'));
  await begun.erase('a1');
  expect(await begun.of('a1', 'x').have()).toBe(0);
  expect(await begun.of('a2', 'x').have()).toBe(3);
  const later = openBegunFiles(folder, Date.now() + 15 * 24 * 3_600_000);
  expect(await later.of('a2', 'x').have()).toBe(0);
});

/** Connects once; after that there is no network. */
function once(): () => Promise<AbortSignal> {
  let left = 1;
  return () => {
    left -= 1;
    return left >= 0
      ? Promise.resolve(new AbortController().signal)
      : Promise.reject(
          new AppError({
            code: 'offline',
            scope: 'app',
            next: 'wait-online',
            detail: 'There is no network.',
          }),
        );
  };
}
