import { bulkMails } from '../../src-main/demo/mails/bulk-mails.ts';
import { type BenchContext, median } from './bench-line.ts';
import { bodiesUser, type BenchWorld, inboxOf, password } from './bench-world.ts';
import { mbsyncColdMs, mbsyncMissing } from './mbsync.ts';
import { memoryOf, threadTimes } from './process-tree.ts';
import { rawStream } from './raw-stream.ts';

interface Download {
  /** From adding the account to the last body committed: headers, bodies, previews. */
  ms: number;
  /** Of it, from the last header committed. */
  bodiesMs: number;
  cpu: [string, number][];
  mainMegabytes: number;
}

async function download(world: BenchWorld, count: number): Promise<Download> {
  const app = world.open(world.newProfile());
  try {
    await app.call('app.info');
    const pid = app.child.pid ?? 0;
    const cpuBefore = threadTimes(pid);
    const start = performance.now();
    const accountId = await world.addAccount(app, bodiesUser, world.dovecot.imapPort, 'none');
    let headersMs = 0;
    void app
      .event('sync.progress', ({ phase, done }) => phase === 'headers' && done >= count, 600_000)
      .then(
        () => (headersMs = performance.now() - start),
        () => undefined,
      );
    await app.call('sync.run', { accountId, bodies: 'all' }, 600_000);
    const ms = performance.now() - start;
    const cpu = [...threadTimes(pid)]
      .map(([name, time]): [string, number] => [name, time - (cpuBefore.get(name) ?? 0)])
      .sort((a, b) => b[1] - a[1]);
    const mainMegabytes = memoryOf(pid).main / 1e6;
    await inboxOf(app, accountId, count);
    const folder = (await app.call('folder.list', { accountId })).find(({ role }) => role === 'inbox');
    if (folder === undefined || folder.readable !== count)
      throw new Error(`${folder?.readable ?? 'no'} of ${count} messages can be read here`);
    return { ms, bodiesMs: ms - headersMs, cpu, mainMegabytes };
  } finally {
    await app.quit();
  }
}

/** Everything of a mailbox onto this computer, beside mbsync, which writes files and keeps no list of headers. */
export async function benchBodies(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const { dovecot } = world;
  const count = quick ? 1_000 : 10_000;
  const n = count.toLocaleString('en');
  dovecot.seedMaildir(bodiesUser, 'INBOX', bulkMails(count, 11, { to: `${bodiesUser}@example.test` }));
  const at = { port: dovecot.imapPort, tls: false, user: bodiesUser, password };
  const command = 'UID FETCH 1:* (UID BODY.PEEK[])';
  await rawStream({ ...at, command });
  const missing = mbsyncMissing();
  const raw: number[] = [];
  let megabytes = 0;
  const ours: Download[] = [];
  const synced: number[] = [];
  const unsynced: number[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    const stream = await rawStream({ ...at, command });
    raw.push(stream.ms);
    megabytes = stream.bytes / 1e6;
    ours.push(await download(world, count));
    if (missing !== undefined) continue;
    synced.push(await mbsyncColdMs(at, count, true));
    unsynced.push(await mbsyncColdMs(at, count, false));
  }
  const perSecond = (ms: number): number => (count / ms) * 1000;
  const typical = ours.toSorted((a, b) => a.ms - b.ms)[Math.floor(ours.length / 2)];
  if (typical === undefined) return;
  const rate = perSecond(typical.ms);
  const what = `All of ${n} messages, headers and bodies, ${megabytes.toFixed(0)} MB`;
  if (missing !== undefined) add({ what: `${what}, beside mbsync`, skipped: missing });
  else {
    const peer = perSecond(median(synced));
    add({
      what,
      value: rate,
      unit: 'messages/s',
      beside: { what: 'mbsync, default fsync', value: peer },
      target: { words: 'not slower', met: rate >= peer },
    });
    add({
      what: `${what}, again`,
      value: rate,
      unit: 'messages/s',
      beside: { what: 'mbsync, fsync off', value: perSecond(median(unsynced)) },
    });
  }
  add({
    what: `Of it the bodies alone`,
    value: perSecond(typical.bodiesMs),
    unit: 'messages/s',
    beside: { what: 'raw stream of bodies, discarded', value: perSecond(median(raw)) },
    note: `${(megabytes / (typical.bodiesMs / 1000)).toFixed(1)} MB/s`,
  });
  const total = typical.cpu.reduce((sum, [, ms]) => sum + ms, 0);
  const dearest = typical.cpu
    .slice(0, 6)
    .map(([name, ms]) => `${name.replace(/ \d+$/, '')} ${Math.round((ms * 1000) / count)}`)
    .join(', ');
  add({
    what: 'Our processor time a message, headers and body',
    value: (total * 1000) / count,
    unit: 'µs',
    note: `dearest threads: ${dearest}; main ${typical.mainMegabytes.toFixed(0)} MB resident after it`,
  });
}
