import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAccountStore, type AccountStore } from '../../../../src-main/accounts/account-store.ts';
import type { AccountSettings } from '../../../../src-shared/model/account.ts';

const account = (accountId: string): AccountSettings => ({
  accountId,
  address: 'ann@example.test',
  name: 'Ann',
  color: 0,
  mode: 'offline',
  incoming: { protocol: 'pop3', host: 'localhost', port: 110, tls: 'implicit', username: 'ann' },
  outgoing: null,
  identities: [{ identityId: 'i', name: 'Ann', address: 'ann@example.test', signature: '' }],
  sentCopy: 'append',
  bodies: { days: 30, maxBytes: 1_000 },
  notify: true,
});

let directory = '';
let damaged: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'accounts-'));
  damaged = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (): string => join(directory, 'accounts.json');
const open = (): Promise<AccountStore> => openAccountStore(file(), (path) => void damaged.push(path));
const ids = (store: AccountStore): string[] => store.all().map(({ accountId }) => accountId);

test.each(['', '{"version":1,"acc', 'null'])('accounts survive a file that is damaged (%j)', async (text) => {
  const before = await open();
  await before.put(account('a1'));
  await before.put(account('a2'));
  await before.remove('a1');
  writeFileSync(file(), text);
  expect(ids(await open())).toEqual(['a2']);
  expect(damaged).toEqual([file()]);
  expect(readFileSync(`${file()}.bad`, 'utf8')).toBe(text);
  damaged = [];
  expect(ids(await open())).toEqual(['a2']);
  expect(damaged).toEqual([]);
});

test('a file that the user took away is not brought back', async () => {
  await (await open()).put(account('a1'));
  rmSync(file());
  expect(ids(await open())).toEqual([]);
  expect(damaged).toEqual([]);
});
