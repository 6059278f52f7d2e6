import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createFolderVerbs } from '../../../../src-main/sync/folder-verbs.ts';
import { openFolderRegister } from '../../../../src-main/sync/folder-register.ts';
import { openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const verbs = (): ReturnType<typeof createFolderVerbs> =>
  createFolderVerbs(world.submit, world.register, world.cache, world.journal);
const paths = (): string[] => [...world.server.folders.keys()].toSorted();

test('RFC 2342: what was named before the server said where folders go is made there', async () => {
  world = await openEngineWorld({ personal: { prefix: 'INBOX.', delimiter: '.' } });
  world.offline();
  await verbs().ensureRole('a1', 'sent');
  await verbs().create('a1', 'One/Two');
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX', 'INBOX.One.Two', 'INBOX.Sent']);
  expect(world.register.byRole('a1', 'sent')?.path).toBe('INBOX.Sent');
});

test('RFC 2342: a folder that the server has already is that one', async () => {
  world = await openEngineWorld({ personal: { prefix: 'INBOX.', delimiter: '.' } }, (server) =>
    server.create('INBOX.Sent'),
  );
  world.offline();
  const { folderId } = await verbs().ensureRole('a1', 'sent');
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX', 'INBOX.Sent']);
  expect(world.folder('INBOX.Sent')).toBe(folderId);
});

test('RFC 2342: no prefix is no prefix, whatever the names of the folders look like', async () => {
  world = await openEngineWorld({ personal: { prefix: '', delimiter: '/' } }, (server) =>
    server.create('INBOX/Projects'),
  );
  await world.sync();
  await verbs().ensureRole('a1', 'drafts');
  await expect.poll(() => world.journal.ops().length).toBe(0);
  expect(paths()).toContain('Drafts');
});

test('RFC 2342: a server that does not say is guessed from its folders', async () => {
  world = await openEngineWorld({}, (server) => server.create('INBOX/Projects'));
  await world.sync();
  await verbs().ensureRole('a1', 'drafts');
  await expect.poll(() => world.journal.ops().length).toBe(0);
  expect(paths()).toContain('INBOX/Drafts');
});

test('RFC 2342: where folders go is known after a restart, and forgotten with the account', async () => {
  world = await openEngineWorld();
  const directory = mkdtempSync(join(tmpdir(), 'posthorn-register-'));
  const open = (): ReturnType<typeof openFolderRegister> =>
    openFolderRegister(join(directory, 'folders.json'), () => undefined);
  const register = await open();
  expect(register.setPersonal('a1', { prefix: 'INBOX.', delimiter: '.' })).toBe(true);
  expect(register.setPersonal('a1', { prefix: 'INBOX.', delimiter: '.' })).toBe(false);
  await register.save();
  const again = await open();
  expect(again.personal('a1')).toEqual({ prefix: 'INBOX.', delimiter: '.' });
  // Of an account whose mail stays on the server, no name of a folder is written down.
  const only = await openFolderRegister(
    join(directory, 'folders.json'),
    () => undefined,
    () => true,
  );
  await only.save();
  expect(readFileSync(join(directory, 'folders.json'), 'utf8')).not.toContain('INBOX.');
  await again.save();
  again.removeAccount('a1');
  await again.save();
  expect((await open()).personal('a1')).toBe(undefined);
  rmSync(directory, { recursive: true });
});
