import { afterEach, expect, test, vi } from 'vitest';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const shown = async (): Promise<string[]> => (await world.rows('INBOX')).map((row) => row.subject).toSorted();
const patient = { timeout: 60_000, interval: 5 };
const isIdle = (): void => expect(world.engine.state().state).toBe('idle');

/** The server just told of one new message, and it was fetched. */
async function justPulled(): Promise<void> {
  world = await openEngineWorld({ condstore: true }, (server) => void server.add('INBOX', bytesOf(0)));
  await world.sync();
  await vi.waitFor(() => expect(world.server.watchers.size).toBe(1), patient);
  await vi.waitFor(isIdle, patient);
  world.server.add('INBOX', bytesOf(1));
  await vi.waitFor(async () => expect(await shown()).toEqual(['Mail 0', 'Mail 1']), patient);
  await vi.waitFor(isIdle, patient);
}

test('what a server still tells of changes just fetched opens no folder; what is new does, and so does old news later', async () => {
  await justPulled();
  const select = vi.spyOn(world.backend, 'select');
  const status = vi.spyOn(world.backend, 'status');

  for (let n = 0; n < 1_000; n += 1) world.server.tell('INBOX', { kind: 'flags', flags: [] });
  await vi.waitFor(() => expect(status).toHaveBeenCalled(), patient);
  await vi.waitFor(isIdle, patient);
  expect(select).not.toHaveBeenCalled();

  world.server.add('INBOX', bytesOf(2));
  await vi.waitFor(async () => expect(await shown()).toEqual(['Mail 0', 'Mail 1', 'Mail 2']), patient);
  await vi.waitFor(isIdle, patient);

  // After a while a hint is believed without a STATUS.
  select.mockClear();
  status.mockClear();
  world.clock.advance(10_000);
  world.server.tell('INBOX', { kind: 'flags', flags: [] });
  await vi.waitFor(() => expect(select).toHaveBeenCalled(), patient);
  await vi.waitFor(isIdle, patient);
  expect(status).not.toHaveBeenCalled();
});

test('a folder whose STATUS fails is asked itself', async () => {
  await justPulled();
  const select = vi.spyOn(world.backend, 'select');
  world.fail('status', { scope: 'folder' });
  world.server.tell('INBOX', { kind: 'flags', flags: [] });
  await vi.waitFor(() => expect(select).toHaveBeenCalled(), patient);
  await vi.waitFor(isIdle, patient);
});
