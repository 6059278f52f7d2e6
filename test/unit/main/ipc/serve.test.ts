import { expect, test } from 'vitest';
import { contract } from '../../../../src-shared/ipc/contract.ts';
import { createServe, type Handlers } from '../../../../src-main/ipc/serve.ts';

const called: string[] = [];
const handlers = new Proxy({} as Handlers, {
  get: (_target, method) => () => void called.push(String(method)),
  ownKeys: () => Object.keys(contract),
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
});
const serve = createServe(handlers, { log: () => undefined, testHooks: null });

test.each([
  ['log.save', { toFile: '/tmp/x' }],
  ['message.source', { messageId: 'm1', toFile: '/tmp/x' }],
  ['draft.save', { accountId: 'a1', attachments: [{ file: '/etc/passwd' }] }],
])('%s: a window cannot name a file, the automation interface can', async (method, params) => {
  called.length = 0;
  const refused = await serve(method, params, 'window');
  expect(refused).toMatchObject({ ok: false, error: { code: 'bad-params' } });
  expect(called).toEqual([]);
  expect(await serve(method, params, 'automation')).toMatchObject({ ok: true });
  expect(called).toEqual([method]);
});

test('a window can ask for the same without a file', async () => {
  expect(await serve('message.source', { messageId: 'm1' }, 'window')).toMatchObject({ ok: true });
});

test.each([
  ['message.list', {}, 'message.list: “folderId” is missing; it must be given.'],
  ['message.list', { folderId: [] }, 'message.list: “folderId” must be a text, not a list.'],
  ['message.list', { folderId: 'x', limit: 0 }, 'message.list: “limit” must be at least 1.'],
  ['draft.save', { accountId: 'x', to: [5] }, 'draft.save: “to” is not of the form that is asked for.'],
  [
    'outbox.resolve',
    { outboxId: 'x', as: 'y' },
    'outbox.resolve: “as” must be "sent" or "send-again", not this text.',
  ],
  [
    'folder.create',
    { accountId: 'x', path: 'a\u0000' },
    'folder.create: “path”: a folder name has no control characters',
  ],
])('%s %j is refused in words', async (method, params, detail) => {
  const answer = await serve(method, params, 'automation');
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-params', detail } });
});

test('what is refused is not repeated: it may be a password, or megabytes', async () => {
  const secret = 'hunter2'.repeat(100_000);
  const server = { protocol: 'imap', host: 'h', port: 1, tls: 'implicit', username: 'u', password: 'p' };
  for (const wrong of [{ tls: secret }, { port: secret }, { password: [secret] }, { host: secret }]) {
    const params = {
      address: 'a@b.test',
      mode: 'offline',
      incoming: { ...server, ...wrong },
      outgoing: null,
    };
    const answer = await serve('account.add', params, 'automation');
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-params' } });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  }
});
