import { FaultProxy } from '../servers/fault-proxy.ts';
import { type BenchContext, median } from './bench-line.ts';
import { type BenchWorld, foldersUser } from './bench-world.ts';
import { bulkMails } from '../../src-main/demo/mails/bulk-mails.ts';
import { until } from '../harness/headless.ts';

const mailsEach = 20;
const wanted = 3;

/** Nothing changed in 200 folders: what asking costs on a connection that is open. */
export async function benchResync(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const { dovecot } = world;
  const folders = quick ? 50 : 200;
  dovecot.seedMaildir(foldersUser, 'INBOX', bulkMails(mailsEach, 1, { smallBodies: true }));
  for (let at = 1; at < folders; at += 1)
    dovecot.seedMaildir(foldersUser, `Folder ${at}`, bulkMails(mailsEach, at + 1, { smallBodies: true }));
  const proxy = await FaultProxy.start({ targetPort: dovecot.imapPort });
  const app = world.open(world.newProfile());
  try {
    await app.call('app.info');
    const accountId = await world.addAccount(app, foldersUser, proxy.port, 'none');
    await app.call('sync.run', { accountId, bodies: 'all' });
    const cached = (await app.call('folder.list', { accountId })).reduce(
      (sum, folder) => sum + folder.cached,
      0,
    );
    if (cached !== folders * mailsEach)
      throw new Error(`${cached} of ${folders * mailsEach} messages were synced`);
    await until(
      async () => (await app.call('account.list')).every((account) => account.state === 'idle'),
      'the account is idle',
    );
    const times: number[] = [];
    const commands: number[] = [];
    const bytes: number[] = [];
    let asked: string[] = [];
    for (let round = 0; round < (quick ? 3 : 9); round += 1) {
      const before = (await app.call('test.wire')).lines.length;
      const bytesBefore = proxy.bytes.fromClient + proxy.bytes.fromServer;
      const start = performance.now();
      const report = await app.call('sync.run', { accountId, bodies: 'none' });
      times.push(performance.now() - start);
      bytes.push(proxy.bytes.fromClient + proxy.bytes.fromServer - bytesBefore);
      asked = (await app.call('test.wire')).lines.slice(before).map(({ line }) => line);
      commands.push(asked.length);
      if (report.accounts.some(({ added, changed, removed }) => added + changed + removed > 0))
        throw new Error('something changed in a mailbox that nobody touched');
    }
    const names = [
      ...new Set(
        asked.map((line) =>
          line
            .split(' ')
            .slice(1, 3)
            .join(' ')
            .replace(/ (ALL|"|\(|\d).*$/, ''),
        ),
      ),
    ];
    add({
      what: `Nothing changed in ${folders} folders: commands on the open connection`,
      value: median(commands),
      unit: 'round trips',
      beside: { what: 'least possible with LIST-STATUS', value: 1 },
      note: names.join(', '),
      target: { words: `≤ ${wanted} round trips`, met: median(commands) <= wanted },
    });
    add({ what: 'The same, bytes both ways', value: median(bytes), unit: 'bytes' });
    add({ what: 'The same, time until it is answered', value: median(times), unit: 'ms' });
  } finally {
    await app.quit();
    await proxy.stop();
  }
}
