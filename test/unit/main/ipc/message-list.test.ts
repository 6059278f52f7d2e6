import { expect, test } from 'vitest';
import type { CachePort } from '../../../../src-main/cache/cache-port.ts';
import { createMessageList } from '../../../../src-main/ipc/handlers/message-list.ts';
import type { Engines } from '../../../../src-main/sync/engines.ts';
import type { FolderEntry } from '../../../../src-main/sync/folder-register.ts';
import type { AccountSettings } from '../../../../src-shared/model/account.ts';

/** A cache that is lost, and made anew, so many times between a snapshot and its first page. */
function listOver(losses: number) {
  let made = 0;
  const call = (method: string, params: unknown): Promise<unknown> => {
    if (method === 'snapshot') return Promise.resolve({ snapshot: `s${(made += 1)}` });
    const { snapshot } = params as { snapshot: string };
    const lost = Number(snapshot.slice(1)) <= losses;
    return Promise.resolve(lost ? null : { total: 1, rows: [{ messageId: 'm1' }] });
  };
  return createMessageList({
    cache: { call } as unknown as CachePort,
    engines: { get: () => undefined } as unknown as Engines,
    accountOf: () => ({ mode: 'disconnected' }) as AccountSettings,
  });
}
const folder = { accountId: 'a1', folderId: 'f1' } as FolderEntry;

test('case 72: a cache that is lost while a list is begun does not fail the list', async () => {
  expect(await listOver(1)(folder, { folderId: 'f1' })).toMatchObject({ total: 1, snapshot: 's2' });
});

test('a cursor into a cache that was lost is refused in words', async () => {
  const list = listOver(5);
  await expect(list(folder, { folderId: 'f1', cursor: 's1:1' })).rejects.toMatchObject({
    code: 'bad-params',
    data: { detail: 'That cursor is too old. Start again without one.' },
  });
});
