import { expect } from 'vitest';
import { until } from '../harness/headless.ts';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const draftIds = new WeakMap<World, string>();

/** A draft whose copy lies in Drafts on the server before the network goes. */
const drafted = async (world: World): Promise<void> => {
  draftIds.set(world, await world.draft('kept'));
  await until(
    async () => {
      await world.posthorn.call('sync.run', { accountId: world.accountId });
      return (await world.peer.messages('Drafts')).length === 1;
    },
    'the draft is on the server',
    60_000,
  );
};

const edit = async (world: World, words: string): Promise<void> => {
  await world.draft('kept', draftIds.get(world), words);
};

/** Every mail in Drafts on the server, as text. */
const inDrafts = async (world: World): Promise<string[]> =>
  (await world.peer.messages('Drafts'))
    .filter((message) => !message.flags.includes('\\Deleted'))
    .map((message) => message.bytes.toString('latin1'));

const nothing: Scenario['seed'] = () => Promise.resolve();

const savedTwentyTimes = (name: string, rest: Partial<Scenario>): Scenario => ({
  cases: [62],
  name,
  seed: nothing,
  connected: drafted,
  async offline(world) {
    for (let time = 1; time <= 20; time += 1) await edit(world, `Words, version ${time}.`);
  },
  async check(world) {
    const there = await inDrafts(world);
    expect(there).toHaveLength(1);
    expect(there[0]).toContain('Words, version 20.');
    expect(await world.journal()).toEqual([]);
    const drafts = await world.posthorn.call('draft.list', { accountId: world.accountId });
    expect(drafts.map((draft) => draft.subject)).toEqual(['Draft kept']);
  },
  ...rest,
});

faultSuite('drafts', [
  {
    cases: [61],
    name: 'a draft edited here and on another computer: both versions are kept',
    seed: nothing,
    connected: drafted,
    async offline(world) {
      await edit(world, 'Our words.');
      // The other program writes its version and takes ours away, as it would with its own.
      const [ours] = await world.peer.messages('Drafts');
      await world.put('theirs', 'Drafts', { flags: ['\\Draft', '\\Seen'] });
      await world.peer.select('Drafts');
      await world.peer.expunge(ours?.uid ?? 0);
    },
    async check(world) {
      const there = await inDrafts(world);
      expect(there).toHaveLength(2);
      expect(there.filter((text) => text.includes('Our words.'))).toHaveLength(1);
      expect(await world.where('theirs')).toEqual(['Drafts']);
      expect(await world.journal()).toEqual([]);
    },
  },
  savedTwentyTimes('a draft saved twenty times without a connection: the server gets the last one', {}),
  savedTwentyTimes('a draft saved twenty times, and the answer to its APPEND is lost', {
    trouble: (world) =>
      world.proxy.when({ side: 'client', pattern: / (APPEND|REPLACE) /, then: 'reset', passOn: true }),
  }),
  savedTwentyTimes('a draft saved twenty times, on a server without any extension', { server: 'bare' }),
]);
