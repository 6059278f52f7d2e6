import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { RawImap } from '../servers/raw-imap.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  rowsOf,
  serverState,
  settled,
  shownState,
  synced,
} from './sync-world.ts';

const folders = ['INBOX', 'A', 'B', 'C'];
const flags = ['\\Seen', '\\Flagged', '\\Answered', '$Work'];
const operations = Number(process.env['SYNC_OPERATIONS'] ?? 200);

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
});
afterAll(() => dovecot.stop());

/** Mulberry32: the same seed gives the same run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

test(
  `${operations} random changes here and there at once: when it is quiet, server and program say the same`,
  { timeout: 60_000 + operations * 500 },
  async () => {
    const seed = Number(process.env['SYNC_SEED'] ?? Date.now() % 1_000_000);
    const random = generator(seed);
    const pick = <T>(list: readonly T[]): T => {
      const item = list[random(list.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    };
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
    for (const name of ['A', 'B', 'C']) await peer.create(name);
    let next = 0;
    for (const name of folders) for (let n = 0; n < 10; n += 1) await peer.append(name, mail((next += 1)));
    const profile = new Profile(['--extra-ca', dovecot.ca]);
    const story: string[] = [];
    onTestFailed(() =>
      console.log(`SYNC_SEED=${seed}\n${story.join('\n')}\n${profile.stderr().slice(-3_000)}`),
    );
    /** Mails that somebody removed for good, and how many copies were asked for of each. */
    const removed = new Set<string>();
    const copies = new Map<string, number>();
    try {
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'ann');
      await synced(posthorn, accountId);
      const idOf = new Map<string, string>();
      for (const name of folders) idOf.set(name, (await folderNamed(posthorn, accountId, name)).folderId);

      const atPeer = async (): Promise<void> => {
        const name = pick(folders);
        const messages = await peer.messages(name);
        await peer.select(name);
        const message = messages.length === 0 ? undefined : pick(messages);
        const what = random(5);
        if (what === 0 || message === undefined) {
          story.push(`peer: new ${(next += 1)} in ${name}`);
          await peer.append(name, mail(next), random(2) === 0 ? ['\\Seen'] : []);
        } else if (what === 1) {
          story.push(`peer: ${message.messageId} leaves ${name} for good`);
          removed.add(message.messageId);
          await peer.expunge(message.uid);
        } else if (what === 2) {
          const to = pick(folders.filter((other) => other !== name));
          story.push(`peer: ${message.messageId} ${name} → ${to}`);
          await peer.move(message.uid, to);
        } else {
          const flag = pick(flags);
          const how = random(2) === 0 ? '+FLAGS' : '-FLAGS';
          story.push(`peer: ${message.messageId} in ${name} ${how} ${flag}`);
          await peer.store(message.uid, how, [flag]);
        }
      };
      const here = async (): Promise<void> => {
        const name = pick(folders);
        const rows = await rowsOf(posthorn, idOf.get(name) ?? '');
        if (rows.length === 0) return;
        const row = pick(rows);
        const messageIds = [row.messageId];
        const to = pick(folders.filter((other) => other !== name));
        const folderId = idOf.get(to) ?? '';
        const what = random(8);
        if (what <= 2) {
          const flag = pick(flags);
          const add = random(2) === 0;
          story.push(`here: ${row.messageIdHeader} in ${name} ${add ? '+' : '-'}${flag}`);
          await posthorn.call('message.setFlags', {
            messageIds,
            ...(add ? { add: [flag] } : { remove: [flag] }),
          });
        } else if (what <= 4) {
          story.push(`here: ${row.messageIdHeader} ${name} → ${to}`);
          await posthorn.call('message.move', { messageIds, folderId });
        } else if (what === 5) {
          story.push(`here: copy of ${row.messageIdHeader} ${name} → ${to}`);
          copies.set(row.messageIdHeader, (copies.get(row.messageIdHeader) ?? 0) + 1);
          await posthorn.call('message.copy', { messageIds, folderId });
        } else if (what === 6) {
          story.push(`here: ${row.messageIdHeader} in ${name} to Trash`);
          await posthorn.call('message.delete', { messageIds });
        } else {
          story.push(`here: ${row.messageIdHeader} in ${name} for good`);
          removed.add(row.messageIdHeader);
          await posthorn.call('message.delete', { messageIds, permanent: true });
        }
      };
      /** A row may leave between looking and acting: that refusal is right. */
      const tolerant = async (work: Promise<void>): Promise<void> => {
        await work.catch((error: unknown) => {
          if (!/not here any more/.test(String(error))) throw error;
          story.push('      … it had just left');
        });
      };

      let online = true;
      for (let i = 0; i < operations; i += 1) {
        await Promise.all([atPeer(), tolerant(here())]);
        if (random(12) === 0) {
          online = !online;
          story.push(online ? 'here: online' : 'here: offline');
          await posthorn.call('connectivity.set', { online });
        }
        if (random(60) === 0) {
          story.push('here: killed');
          await posthorn.kill();
          posthorn = profile.start();
        }
      }
      await posthorn.call('connectivity.set', { online: true });
      await settled(posthorn, accountId, 60_000);
      for (const op of await posthorn.call('journal.list')) {
        story.push(`parked: ${op.sentence}: ${op.error?.detail ?? ''}`);
        await posthorn.call('journal.cancel', { opId: op.opId });
      }
      await settled(posthorn, accountId, 60_000);
      const server = await serverState(peer);
      expect(await shownState(posthorn, accountId)).toEqual(server);

      const count = new Map<string, number>();
      for (const line of Object.values(server).flat()) {
        const id = line.split(' ')[0] ?? '';
        count.set(id, (count.get(id) ?? 0) + 1);
      }
      for (let n = 1; n <= next; n += 1) {
        const id = `<m${n}@sync.test>`;
        const there = count.get(id) ?? 0;
        expect(there, `${id} is never doubled`).toBeLessThanOrEqual(1 + (copies.get(id) ?? 0));
        if (!removed.has(id)) expect(there, `${id} is not lost`).toBeGreaterThanOrEqual(1);
      }
    } finally {
      await profile.remove();
      await peer.close();
    }
  },
);
