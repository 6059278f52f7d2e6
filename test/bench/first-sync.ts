import type { BenchContext } from './bench-line.ts';
import { median } from './bench-line.ts';
import { type BenchWorld, inboxOf, type Size } from './bench-world.ts';
import { neomuttColdMs, neomuttMissing } from './neomutt.ts';
import { memoryOf, threadTimes, type TreeMemory } from './process-tree.ts';
import { rawStream, rowItems } from './raw-stream.ts';
import { type Pauses, readPauses } from './read-pauses.ts';

const wantedRate = 5_000;
const nextRate = 12_000;

interface Sync {
  ms: number;
  firstRowsMs: number;
  cpu: [string, number][];
  pauses: Pauses;
  memory: TreeMemory;
}

/** From `account.add` to the end of `sync.run`: every row committed, with References and order. */
async function firstSync(world: BenchWorld, size: Size, tls: 'none' | 'implicit'): Promise<Sync> {
  const user = await world.mailbox(size);
  const profile = world.newProfile();
  const app = world.open(profile);
  try {
    await app.call('app.info');
    const pid = app.child.pid ?? 0;
    await readPauses(pid, profile);
    const cpuBefore = threadTimes(pid);
    const start = performance.now();
    const port = tls === 'none' ? world.dovecot.imapPort : world.dovecot.imapsPort;
    const accountId = await world.addAccount(app, user, port, tls);
    let firstRowsMs = 0;
    void app
      .event('sync.progress', () => true)
      .then(
        () => (firstRowsMs = performance.now() - start),
        () => undefined,
      );
    await app.call('sync.run', { accountId, bodies: 'none' });
    const ms = performance.now() - start;
    const cpu = [...threadTimes(pid)]
      .map(([name, time]): [string, number] => [name, time - (cpuBefore.get(name) ?? 0)])
      .sort((a, b) => b[1] - a[1]);
    const pauses = await readPauses(pid, profile);
    const memory = memoryOf(pid);
    const inbox = await inboxOf(app, accountId, size);
    if (tls === 'none') world.remember(size, { profile, accountId, inbox });
    return { ms, firstRowsMs, cpu, pauses, memory };
  } finally {
    await app.quit();
  }
}

export async function benchFirstSync(world: BenchWorld, context: BenchContext): Promise<void> {
  const { add } = context;
  const measured: readonly Size[] = context.quick ? [2_000, 5_000] : [10_000, 50_000, 100_000];
  for (const size of measured) {
    const n = size.toLocaleString('en');
    const perSecond = (ms: number): number => (size / ms) * 1000;
    const user = await world.mailbox(size);
    const command = `UID FETCH 1:* ${rowItems}`;
    const rounds = size <= 10_000 ? 3 : 1;
    // The peer, the floor and we take turns, so that a load that comes and goes hits all alike.
    const raw: number[] = [];
    const rawTls: number[] = [];
    const ours: Sync[] = [];
    const peer: number[] = [];
    const missing = neomuttMissing();
    for (let round = 0; round < rounds; round += 1) {
      raw.push((await rawStream({ ...world.plain(user), command })).ms);
      rawTls.push(
        (await rawStream({ ...world.plain(user), port: world.dovecot.imapsPort, tls: true, command })).ms,
      );
      ours.push(await firstSync(world, size, 'none'));
      if (missing === undefined) peer.push(await neomuttColdMs(world.plain(user)));
    }
    const tls = size > 50_000 ? null : await firstSync(world, size, 'implicit');
    const rate = perSecond(median(ours.map((sync) => sync.ms)));
    const typical = ours.toSorted((a, b) => a.ms - b.ms)[Math.floor(ours.length / 2)] ?? ours[0];
    if (typical === undefined) return;
    add({
      what: `First sync of ${n} headers into the cache`,
      value: rate,
      unit: 'headers/s',
      beside: { what: 'raw stream, discarded', value: perSecond(median(raw)) },
      target: {
        words: `≥ ${wantedRate.toLocaleString('en')}/s (next issue: ${nextRate.toLocaleString('en')}/s)`,
        met: rate >= wantedRate,
      },
    });
    if (missing !== undefined)
      add({ what: `The same against neomutt's cold header cache`, skipped: missing });
    else
      add({
        what: `The same against neomutt's cold header cache, ${n}`,
        value: rate,
        unit: 'headers/s',
        beside: { what: 'neomutt', value: perSecond(median(peer)) },
        target: { words: 'next issue: not slower', met: rate >= perSecond(median(peer)) },
      });
    if (tls !== null)
      add({
        what: `First sync of ${n} headers over TLS`,
        value: perSecond(tls.ms),
        unit: 'headers/s',
        beside: { what: 'raw stream over TLS, discarded', value: perSecond(median(rawTls)) },
      });
    add({
      what: `Rows on the screen after adding the account of ${n}`,
      value: typical.firstRowsMs,
      unit: 'ms',
      note: 'the first 100, newest first',
    });
    const total = typical.cpu.reduce((sum, [, ms]) => sum + ms, 0);
    const dearest = typical.cpu
      .slice(0, 4)
      .map(([name, ms]) => `${name.replace(/ \d+$/, '')} ${Math.round((ms * 1000) / size)}`)
      .join(', ');
    add({
      what: `Our processor time a header, ${n}`,
      value: (total * 1000) / size,
      unit: 'µs',
      note: `hardly moved by the machine's load; dearest threads: ${dearest}`,
    });
    add({
      what: `Pauses of main's event loop during that sync, longest`,
      value: typical.pauses.max,
      unit: 'ms',
      note: `p99 ${typical.pauses.p99.toFixed(1)} ms; most processor time of its own at a stretch ${typical.pauses.busiest.toFixed(0)} ms`,
      target: { words: '≤ 100 ms', met: typical.pauses.max <= 100 },
    });
    add({
      what: `Memory after it: all processes (PSS)`,
      value: typical.memory.all / 1e6,
      unit: 'MB',
      note: `main ${Math.round(typical.memory.main / 1e6)} MB resident`,
    });
  }
}
