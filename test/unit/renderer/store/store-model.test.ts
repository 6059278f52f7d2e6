import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FolderBatch } from '../../../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../../../src-shared/model/message.ts';
import type { MessagePatch, PendingPatches } from '../../../../src-shared/patch.ts';
import { cursorOf, folderOf, newRow, viewOf } from '../../../contract/cache-contract.ts';
import { cacheInProcess, type CacheInProcess } from '../../../fakes/cache-in-process.ts';
import { ModelCache } from './model.ts';

const folderIds = ['f1', 'f2', 'f3'];
const flag = fc.constantFrom('\\Seen', '\\Flagged', '$Work');
const flags = fc.uniqueArray(flag, { maxLength: 2 });
const uid = fc.integer({ min: 1, max: 8 });
const folderId = fc.constantFrom(...folderIds);
const waitingId = fc.constantFrom('n1', 'n2', 'n3');
const messageId = fc.oneof(
  fc.tuple(folderId, uid).map(([f, u]) => `${f}.1.${u.toString(36)}`),
  waitingId,
);
const row = fc.tuple(uid, flags).map(([u, words]): NewRow => newRow(u, { flags: words }));

const batch = fc
  .record(
    {
      insert: fc.uniqueArray(row, { maxLength: 4, selector: (item) => item.uid }),
      vanished: fc.uniqueArray(uid, { minLength: 1, maxLength: 3 }).map((uids) => uids.join(',')),
      flags: fc.array(fc.record({ uid, flags }), { maxLength: 2 }),
      flagChange: fc.record({
        uids: fc.array(uid, { maxLength: 3 }),
        add: fc.constant<string[]>(['\\Answered']),
        remove: flags,
      }),
      bind: fc.uniqueArray(fc.record({ messageId, uid }), { maxLength: 2, selector: (bind) => bind.uid }),
      cursor: fc.integer({ min: 0, max: 9 }).map((exists) => cursorOf(exists)),
    },
    { requiredKeys: [] },
  )
  .chain((parts) => folderId.map((id): FolderBatch => ({ folderId: id, gen: 1, ...parts })));

const patch: fc.Arbitrary<MessagePatch> = fc.oneof(
  fc.record({ kind: fc.constant('flags' as const), messageId, add: flags, remove: flags }),
  fc.record({ kind: fc.constant('folder' as const), messageId, folderId }),
  fc.record({ kind: fc.constant('remove' as const), messageId }),
  fc.record({
    kind: fc.constant('insert' as const),
    messageId: waitingId,
    folderId,
    fromMessageId: fc.constant(null),
    row,
  }),
);

type Step = { batch: FolderBatch } | { add: PendingPatches } | { drop: string } | { restart: true };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: batch.map((value) => ({ batch: value })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.array(patch, { minLength: 1, maxLength: 3 }))
      .map(([seq, patches]) => ({
        add: { opId: `o${seq}`, accountId: 'a', seq, mark: 'move' as const, patches },
      })),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((seq) => ({ drop: `o${seq}` })) },
  { weight: 1, arbitrary: fc.constant({ restart: true as const }) },
);

async function agree(port: CacheInProcess, model: ModelCache): Promise<void> {
  const shown = model.shown();
  for (const record of await port.call('folders', {})) {
    const wanted = shown.filter((other) => other.folderId === record.folderId);
    const page = await port.call('page', { view: viewOf(record.folderId), start: 0, count: 100 });
    const found = page.rows.map((item) => ({
      id: item.messageId,
      folderId: item.folderId,
      flags: item.flags.toSorted(),
    }));
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    expect(found.toSorted(byId)).toEqual(wanted.toSorted(byId));
    const held = model.held(record.folderId);
    const exists = model.exists.get(record.folderId);
    expect(record).toMatchObject({
      cached: wanted.length,
      unread: wanted.filter((item) => !item.flags.includes('\\Seen')).length,
      flagged: wanted.filter((item) => item.flags.includes('\\Flagged')).length,
      total: Math.max(0, (exists ?? held) + wanted.length - held),
      complete: exists !== undefined && exists === held,
    });
    expect(page.rows.map((item) => item.date)).toEqual(
      page.rows
        .map((item) => item.date)
        .toSorted()
        .toReversed(),
    );
    const view = { ...viewOf(record.folderId), threaded: true };
    const threads = await port.call('page', { view, start: 0, count: 100 });
    expect(threads.rows.reduce((sum, item) => sum + item.threadCount, 0)).toBe(wanted.length);
  }
}

it('shows what a plain model shows, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      let port = cacheInProcess();
      const { cacheId } = await port.call('open', { expectedCacheId: null });
      await port.call('putFolders', { accountId: 'a', folders: folderIds.map((id) => folderOf(id)) });
      const model = new ModelCache();
      for (const one of steps) {
        if ('batch' in one) {
          await port.call('applyBatch', one.batch);
          model.apply(one.batch);
        } else if ('add' in one) {
          await port.call('addPending', { ops: [one.add] });
          model.add(one.add);
        } else if ('drop' in one) {
          await port.call('dropPending', { opIds: [one.drop] });
          model.drop(one.drop);
        } else {
          port = port.restart();
          await port.call('open', { expectedCacheId: cacheId });
        }
        await agree(port, model);
      }
      port.close();
    }),
    { numRuns: Number(process.env['STORE_RUNS'] ?? 40) },
  );
});
