import { expect, test } from 'vitest';
import { createServe, type Handlers } from '../../../../src-main/ipc/serve.ts';

const called: string[] = [];
const handlers = new Proxy({} as Handlers, {
  get: (_target, method) => () => void called.push(String(method)),
  ownKeys: () => ['log.save', 'message.source', 'draft.save', 'settings.get'],
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
