import { rmSync } from 'node:fs';
import { addAccount, countCached, countsInWords, discoverAccount } from './add-accounts.ts';
import { startArrivals } from './arrivals.ts';
import { expect } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import { PosthornProcess, startMain } from './posthorn-process.ts';
import { temporaryProfile } from './temporary-profile.ts';
import { createTidying } from './tidying.ts';
import type { Tidying } from './tidying.ts';
import { startDemoWorld } from './world.ts';

/**
 * The demo in a window: the accounts are found and added without it first, then the window opens on the same profile
 * and the servers run until it is closed (or `ended`).
 */
export async function openWindow(narrator: Narrator, ended: AbortSignal): Promise<void> {
  const tidying = createTidying(ended);
  try {
    await tell(narrator, tidying);
  } finally {
    await tidying.all();
  }
}

async function tell(narrator: Narrator, tidying: Tidying): Promise<void> {
  const world = await narrator.step('A mail server of our own starts, on this machine only', async (say) => {
    const started = await startDemoWorld();
    tidying.add(() => started.stop());
    for (const { address, password } of started.accounts) say(`${address}, password ${password}`);
    return started;
  });
  const { profile, passphrase } = temporaryProfile();
  tidying.add(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const start = { profile, passphrase, flags: world.flags };

  await narrator.step('Both accounts are found from their addresses and added', async (say) => {
    const posthorn = new PosthornProcess(start);
    tidying.add(() => posthorn.stop());
    for (const person of world.accounts) {
      say(`${person.address}:`);
      const candidate = await discoverAccount(posthorn, person, (line) => say(`  ${line}`));
      const accountId = await addAccount(posthorn, person, candidate);
      await posthorn.call('sync.run', { accountId, bodies: 'policy' });
      say(`  ${countsInWords(await countCached(posthorn, accountId))}`);
    }
    expect('exit code 0', (await posthorn.quit()) === 0, 'another');
  });

  await narrator.step('The window is open; close it to end the demo', async (say) => {
    say(
      'Every now and then a new mail arrives. Mail between the two accounts is delivered; nothing leaves this machine.',
    );
    const main = startMain(start, false);
    const exited = new Promise<number | null>((resolve) => main.once('exit', resolve));
    tidying.add(async () => {
      main.kill('SIGTERM');
      await exited;
    });
    let said = '';
    main.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-8000);
    });
    const arrivals = startArrivals(world);
    tidying.add(() => arrivals.stop());
    const code = await exited;
    if (code !== 0) throw new Error(`Posthorn ended with ${code ?? 'a signal'}. Its last words:\n${said}`);
  });
}
