import { bulkMails } from '../../src-main/demo/mails/bulk-mails.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { type BenchWorld, type changingUsers, inboxOf, password, type SyncedProfile } from './bench-world.ts';
import { rawStream, rowItems } from './raw-stream.ts';

/** Mails of a second folder, to be copied into the inbox in one command: mail that arrives all at once. */
export const poolFolder = 'Pool';

/** A mailbox that other clients change, and a profile, closed, that has all of it. */
type User = (typeof changingUsers)[number];

export async function changingMailbox(
  world: BenchWorld,
  user: User,
  size: number,
  pool: number,
): Promise<SyncedProfile> {
  const { dovecot } = world;
  dovecot.seedMaildir(user, 'INBOX', bulkMails(size, 21, { smallBodies: true }));
  const fresh = [...bulkMails(pool, 22, { smallBodies: true, newest: new Date('2026-11-21T08:00:00Z') })];
  dovecot.seedMaildir(
    user,
    poolFolder,
    fresh.map((mail) => ({ ...mail, flags: ['\\Seen'] })),
  );
  await rawStream({ ...world.plain(user), command: `UID FETCH 1:* ${rowItems}` });
  const profile = world.newProfile();
  const app = world.open(profile);
  await app.call('app.info');
  const accountId = await world.addAccount(app, user, dovecot.imapPort, 'none');
  await app.call('sync.run', { accountId, bodies: 'none' }, 1_200_000);
  const inbox = await inboxOf(app, accountId, size);
  // Fetching ahead is not what is measured.
  await app.call('account.update', { accountId, bodies: { days: 0, maxBytes: 0 } });
  await app.quit();
  return { profile, accountId, inbox };
}

export function otherClient(world: BenchWorld, user: User): Promise<RawImap> {
  return RawImap.open({ port: world.dovecot.imapPort, user, password });
}
