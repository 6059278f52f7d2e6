import { createHash } from 'node:crypto';
import { startDovecot } from '../../src-main/demo/dovecot.ts';
import type { CrashPoint } from '../../src-main/platform/crash-points.ts';
import { until, type Headless } from '../harness/headless.ts';
import { Profile } from '../integration/sync-world.ts';
import { poorAddresses } from '../servers/poor-servers.ts';
import type { Scenario } from './scenario.ts';
import { World } from './world.ts';

/** Where a replay and the pulling that follows it can be killed. */
export const killPoints = [
  'replay.armed',
  'replay.sent',
  'replay.answered',
  'replay.acked',
  'replay.applied',
  'pull.rows-fetched',
  'pull.batch-applied',
  'pull.folder-done',
] as const satisfies readonly CrashPoint[];

export interface Kill {
  point: CrashPoint;
  hit: number;
}

/** How a batch of scenarios is run. */
export type Way = { name: 'straight and twice' } | { name: string; kills: readonly Kill[] };

/** What became of each scenario: null is well. */
export type Verdicts = Map<Scenario, Error | null>;

/**
 * Runs scenarios side by side, an account each in one Posthorn, from an empty server to the last check.
 * A scenario that fails says so in its own verdict; the others go on.
 */
export async function runScenarios(scenarios: readonly Scenario[], way: Way): Promise<Verdicts> {
  const users = scenarios.map((_, i) => `u${i}`);
  const dovecot = await startDovecot({
    users: users.map((name) => ({ name, password: 'secret' })),
    addresses: poorAddresses,
  });
  const profile = new Profile([]);
  const verdicts: Verdicts = new Map(scenarios.map((scenario) => [scenario, null]));
  const worlds = new Map<Scenario, World>();
  /** One step of every scenario that still stands; a failure ends that scenario alone. */
  const each = async (step: (scenario: Scenario, world: World) => Promise<void> | void): Promise<void> => {
    await Promise.all(
      [...worlds].map(async ([scenario, world]) => {
        if (verdicts.get(scenario) !== null) return;
        try {
          await step(scenario, world);
        } catch (thrown) {
          verdicts.set(scenario, thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      }),
    );
  };
  const begin = (): Headless => {
    const posthorn = profile.start();
    for (const world of worlds.values()) world.use(posthorn);
    return posthorn;
  };
  try {
    for (const [i, scenario] of scenarios.entries())
      worlds.set(scenario, await World.open(dovecot, users[i] ?? '', scenario.server ?? 'full'));
    await each((scenario, world) => scenario.seed(world));
    let posthorn = begin();
    await each((_, world) => world.addAccount());
    await posthorn.call('sync.run');
    await each((scenario, world) => scenario.connected?.(world));
    await posthorn.call('connectivity.set', { online: false });
    await each((scenario, world) => scenario.offline?.(world));
    await each((scenario, world) => scenario.trouble?.(world));

    if ('kills' in way) {
      for (const { point, hit } of way.kills) {
        // At the first kill, and after one whose point was not come to, it still runs.
        await posthorn.quit();
        profile.stayOffline();
        posthorn = begin();
        await posthorn.call('test.crashAt', { name: point, hit });
        await posthorn.call('connectivity.set', { online: true });
        const quiet = settle(posthorn, worlds, 60_000).catch(() => undefined);
        await Promise.race([posthorn.exited, quiet]);
      }
      await posthorn.quit();
      posthorn = begin();
    }
    await posthorn.call('connectivity.set', { online: true });
    await settle(posthorn, worlds, 90_000);
    await each(check);

    // Idempotence: nothing more is sent, by this program or by a new one on the same profile.
    const wireBefore = await writes(posthorn);
    await posthorn.call('sync.run');
    const wireAfter = await writes(posthorn);
    await posthorn.quit();
    posthorn = begin();
    await posthorn.call('sync.run');
    const again = [...wireAfter.slice(wireBefore.length), ...(await writes(posthorn))];
    await each((scenario, world) => {
      if (again.length > 0) throw new Error(`sent again: ${again.slice(0, 5).join(' · ')}`);
      return check(scenario, world);
    });
    return verdicts;
  } catch (thrown) {
    throw new Error(`${String(thrown)}\n${profile.stderr().slice(-3_000)}`, { cause: thrown });
  } finally {
    await profile.remove();
    for (const world of worlds.values()) await world.close();
    await dovecot.stop();
  }
}

/** Commands that change something on a server. */
async function writes(posthorn: Headless): Promise<string[]> {
  const { lines } = await posthorn.call('test.wire');
  return lines
    .map((entry) => entry.line)
    .filter((line) =>
      /^\S+ (UID )?(STORE|COPY|MOVE|EXPUNGE|APPEND|CREATE|DELETE|RENAME|REPLACE)\b/.test(line),
    );
}

/** Until nothing waits in any journal and the last sync says no more than each scenario expects. */
async function settle(
  posthorn: Headless,
  worlds: ReadonlyMap<Scenario, World>,
  withinMs: number,
): Promise<void> {
  let last = '';
  await until(
    async () => {
      const { accounts } = await posthorn.call('sync.run');
      const trouble: string[] = [];
      for (const [scenario, { accountId }] of worlds) {
        const errors = accounts.find((account) => account.accountId === accountId)?.errors ?? [];
        for (const error of errors)
          if (scenario.endsWith?.includes(error.code) !== true)
            trouble.push(`${scenario.name}: ${error.code} ${error.detail}`);
      }
      const waiting = (await posthorn.call('journal.list')).filter((op) => op.state !== 'parked');
      last = [...trouble, ...waiting.map((op) => `${op.kind} ${op.state} ${op.error?.detail ?? ''}`)].join(
        '\n',
      );
      if (last === '') return true;
      await posthorn.call('test.clock', { advanceMs: 60_000 });
      return false;
    },
    'every account is quiet',
    withinMs,
  ).catch((thrown: unknown) => {
    throw new Error(`${String(thrown)}\n${last}`);
  });
}

async function check(scenario: Scenario, world: World): Promise<void> {
  const server = await world.onServer();
  const shown = await world.shown();
  const wrong = world.ledger.differences(server).map((line) => `server: ${line}`);
  const lines = (placed: typeof server): string =>
    placed
      .map((mail) => `${mail.where} | ${mail.subject} | ${mail.flags} | ${mail.sha.slice(0, 8)}`)
      .toSorted()
      .join('\n');
  if (lines(server) !== lines(shown))
    wrong.push(`Posthorn shows\n${lines(shown)}\nand the server has\n${lines(server)}`);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  await scenario.check?.(world);
}

/** Three kills at points and hits that the name decides: the same in every run, others for every batch. */
export function seededKills(name: string, count = 3): Kill[] {
  const bytes = createHash('sha256').update(name).digest();
  return Array.from({ length: count }, (_, i) => ({
    point: killPoints[(bytes[2 * i] ?? 0) % killPoints.length] ?? 'replay.sent',
    hit: 1 + ((bytes[2 * i + 1] ?? 0) % 4),
  }));
}
