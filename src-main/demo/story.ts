import { rmSync } from 'node:fs';
import { addAccount, countCached, countsInWords, discoverAccount } from './add-accounts.ts';
import { workOffline } from './story-offline.ts';
import { layCable } from './network-cable.ts';
import { expect, many } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import { PosthornProcess } from './posthorn-process.ts';
import { RawLook } from './raw-look.ts';
import { composeMail } from './mails/compose.ts';
import { appears, inboxOf, invitation, newest } from './story-scene.ts';
import type { Added, Scene } from './story-scene.ts';
import { temporaryProfile } from './temporary-profile.ts';
import { createTidying } from './tidying.ts';
import type { Tidying } from './tidying.ts';
import { startDemoWorld } from './world.ts';
import type { DemoPerson, DemoWorld } from './world.ts';

/**
 * The main job from end to end without a window. Every step checks what it says; the first that did not happen throws.
 * `ended` cleans up early when the user wants no more.
 */
export async function tellStory(narrator: Narrator, ended: AbortSignal): Promise<void> {
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
    say(`Dovecot for reading, a submission server for sending, both on 127.0.0.1.`);
    for (const { address } of started.accounts) {
      const messages = await onServer(
        started,
        started.accounts.find((one) => one.address === address),
      );
      say(`${address}: ${many(messages, 'message')} made up for it`);
    }
    return started;
  });
  const [personal, work] = world.accounts;
  if (personal === undefined || work === undefined) throw new Error('the demo has two accounts');
  const cable = await layCable(world.flags);
  tidying.add(() => cable.stop());
  const { profile, passphrase } = temporaryProfile();
  tidying.add(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const start = (): PosthornProcess => {
    const started = new PosthornProcess({ profile, passphrase, flags: cable.flags });
    tidying.add(() => started.stop());
    return started;
  };

  const posthorn = await narrator.step(
    'Posthorn starts without a window, on an empty profile',
    async (say) => {
      const started = start();
      const info = await started.call('app.info');
      say(`${info.name} ${info.version}; the cache lives in ${info.shellVersion}`);
      expect('no account yet', (await started.call('account.list')).length === 0, 'an account');
      return started;
    },
  );

  const added: Added[] = [];
  for (const person of [personal, work]) {
    const candidate = await narrator.step(
      `The servers of ${person.address} are found from the address alone`,
      (say) => discoverAccount(posthorn, person, say),
    );
    await narrator.step(`${person.address} is added: the password is tried, then kept`, async (say) => {
      const accountId = await addAccount(posthorn, person, candidate);
      added.push({ person, accountId });
      say(`Signed in at ${candidate.incoming.host} and ${candidate.outgoing.host}.`);
    });
  }
  const [first, second] = added;
  if (first === undefined || second === undefined) throw new Error('both accounts were added');
  const scene: Scene = {
    narrator,
    world,
    posthorn,
    start,
    cable,
    personal: first,
    work: second,
    look: (person) => RawLook.open({ port: world.dovecot.imapsPort, caFile: world.dovecot.ca }, person),
  };
  await syncEverything(scene);
  await readOne(scene);
  await receiveByPush(scene);
  await workOffline(scene);
}

async function onServer(world: DemoWorld, person: DemoPerson | undefined): Promise<number> {
  if (person === undefined) return 0;
  const look = await RawLook.open({ port: world.dovecot.imapsPort, caFile: world.dovecot.ca }, person);
  const counts = await look.counts();
  await look.close();
  return [...counts.values()].reduce((all, one) => all + one, 0);
}

async function syncEverything({ narrator, posthorn, world, personal, work }: Scene): Promise<void> {
  await narrator.step('Everything is synced, newest mail first', async (say) => {
    const { accounts } = await posthorn.call('sync.run', { bodies: 'policy' });
    for (const report of accounts) expect('a sync without errors', report.errors.length === 0, report.errors);
    for (const { person, accountId } of [personal, work]) {
      const counts = await countCached(posthorn, accountId);
      const messages = await onServer(world, person);
      expect(`the ${messages} messages that the server has`, counts.cached === messages, counts);
      say(`${person.address}: ${countsInWords(counts)}`);
    }
    say('The server, asked directly, counts the same.');
  });
}

async function readOne({ narrator, posthorn, work }: Scene): Promise<void> {
  await narrator.step('A message is read', async (say) => {
    const inbox = await inboxOf(posthorn, work.accountId);
    const rows = await newest(posthorn, inbox, 50);
    const row = rows.find((one) => one.hasAttachments && one.subject.startsWith('Re: Proofs'));
    expect('the mail of the printer, with attachments', row !== undefined, rows.slice(0, 3));
    const message = await posthorn.call('message.get', { messageId: row.messageId });
    expect('its text', message.text.includes('third proof is attached'), message.text);
    expect('its attachments', message.attachments.length > 0, message.attachments);
    say(`From:    ${message.from[0]?.name ?? ''}`);
    say(`Subject: ${message.subject}`);
    say('');
    for (const line of message.text.split('\n').slice(0, 5))
      for (const part of wrapped(line, 84)) say(`  ${part}`);
    say('  …');
    say('');
    say(
      `Attached: ${message.attachments.map(({ filename, size }) => `${filename} (${size} bytes)`).join(', ')}`,
    );
  });
}

async function receiveByPush({ narrator, posthorn, world, personal, work }: Scene): Promise<void> {
  await narrator.step('A new mail arrives, and nobody has to ask for it', async (say) => {
    const inbox = await inboxOf(posthorn, personal.accountId);
    const bytes = composeMail({
      from: work.person,
      to: [personal.person],
      date: new Date(),
      subject: invitation.subject,
      messageId: invitation.messageId,
      text: 'The posters hang. Shall we look at them together on Friday, around four?\n\nIna, from the office',
    });
    await world.dovecot.deliver(personal.person.address, bytes, work.person.address);
    const began = performance.now();
    await appears(posthorn, inbox, invitation.messageId);
    say(
      `“${invitation.subject}” is in the inbox ${Math.round(performance.now() - began)} ms after the server had it.`,
    );
    // Its text comes ahead of time by the policy, so that it can be answered on a train.
    await posthorn.call('sync.run', { accountId: personal.accountId, bodies: 'policy' });
  });
}

function wrapped(line: string, width: number): string[] {
  return line.match(new RegExp(`.{1,${width}}(?:\\s|$)`, 'gu'))?.map((part) => part.trimEnd()) ?? [''];
}
