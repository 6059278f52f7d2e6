import { expect, test } from 'vitest';
import type { Backend } from '../../../../src-main/backends/backend.ts';
import { noCrashes } from '../../../../src-main/platform/crash-points.ts';
import type { BodyPorts } from '../../../../src-main/sync/bodies.ts';
import type { FolderEntry } from '../../../../src-main/sync/folder-register.ts';
import { fetchInPieces } from '../../../../src-main/sync/large-body.ts';
import { createUnitSize, pieceUnits } from '../../../../src-main/sync/unit-size.ts';

const bytes = Buffer.alloc(2_000_000, 'abcdefg');
const entry = { folderId: 'f1', path: 'INBOX', uidValidity: 7 } as FolderEntry;
const call = { lane: 'bulk', signal: new AbortController().signal } as const;

/** Fetches one message of `size` (as the server says) from a server that has `held` of it; gives what was done. */
async function fetched(size: number, held: Buffer | null, goneAfter = Number.POSITIVE_INFINITY) {
  const done: string[] = [];
  let pieces = 0;
  const backend = {
    expectValidity: () => undefined,
    fetchPiece: (_path: string, _uid: number, from: number, length: number) => {
      done.push('piece');
      pieces += 1;
      return Promise.resolve(held === null || pieces > goneAfter ? null : held.subarray(from, from + length));
    },
    fetchBodies: async (
      _path: string,
      _uids: number[],
      _call: unknown,
      onBody: (uid: number, body: Uint8Array) => Promise<void>,
    ) => {
      done.push('whole');
      if (held !== null) await onBody(5, held);
    },
  } as unknown as Backend;
  const ports = { backend, crash: noCrashes } as unknown as BodyPorts;
  const bodies = await fetchInPieces(entry, [{ messageId: 'm1', uid: 5, size }], ports, call, {
    size: createUnitSize(pieceUnits, { monotonic: () => 0 }),
    giveWay: () => Promise.resolve(done.push('give way')),
  });
  return { done, bodies };
}

test('what is more urgent passes between any two pieces', async () => {
  const { done, bodies } = await fetched(bytes.length, bytes);
  expect(done.join(' ')).toMatch(/^(piece give way ?){3,}$/);
  expect(Buffer.compare(Buffer.from(bodies[0]?.bytes ?? []), bytes)).toBe(0);
});

test('a small message is asked for whole', async () => {
  const { done } = await fetched(10_000, bytes.subarray(0, 10_000));
  expect(done).toEqual(['whole']);
});

test('a server that was wrong about the size, or cuts pieces wrongly, is asked for the whole', async () => {
  const { done, bodies } = await fetched(bytes.length + 10, bytes);
  expect(done.at(-1)).toBe('whole');
  expect(bodies[0]?.bytes.length).toBe(bytes.length);
});

test('a message that goes between two pieces is left out', async () => {
  expect((await fetched(bytes.length, bytes, 1)).bodies).toEqual([]);
});
