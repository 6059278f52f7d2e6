import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../../src-main/demo/dovecot.ts';
import { mail, serverState, settled, shownState } from '../../integration/sync-world.ts';
import { RawImap } from '../../servers/raw-imap.ts';
import { PeerActor } from './peer-actor.ts';
import { ProgramActor } from './program-actor.ts';
import { seeded } from './random.ts';
import { Tale } from './tale.ts';

/** `npm run soak` sets the minutes: rounds with new seeds follow each other for so long. */
const soakMinutes = Number(process.env['SOAK_MINUTES'] ?? 0);
const operations = Number(process.env['SYNC_OPERATIONS'] ?? 2_000);
/** So many acts, and then everybody comes to rest and is compared. */
const operationsARound = 250;

let dovecot: Dovecot;
let made = 0;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: 500 }, (_, i) => ({ name: `u${i}`, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

/** Two Posthorns and another program change one account at once; `rounds` times they come to rest and agree. */
async function converge(seed: number, rounds: number): Promise<void> {
  const user = `u${made}`;
  made += 1;
  const tale = new Tale();
  const eye = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  for (const name of ['INBOX', 'A', 'B', 'F0']) {
    if (name !== 'INBOX') await eye.create(name);
    for (let n = 0; n < 8; n += 1) await eye.append(name, mail(tale.newMail()));
  }
  await eye.close();
  const peer = new PeerActor(dovecot, user, seeded(seed), tale);
  const programs = ['x', 'y'].map(
    (name, i) => new ProgramActor(name, dovecot, seeded(seed * 3 + i + 1), tale),
  );
  // A long run may be cut off before its last words: what failed stands with the tale of it.
  onTestFailed(({ task }) =>
    console.log(
      [
        `SYNC_SEED=${seed}`,
        ...tale.lines,
        ...programs.map(({ profile }) => profile.stderr().slice(-2_000)),
        ...(task.result?.errors ?? []).map(({ message, diff }) => `${message}\n${diff ?? ''}`),
      ].join('\n'),
    ),
  );
  try {
    for (const program of programs) await program.begin(dovecot, user);
    for (let round = 0; round < rounds; round += 1) {
      for (let i = 0; i < operationsARound; i += 3)
        await Promise.all([peer.act(), ...programs.map((program) => program.act())]);
      for (const program of programs) await program.comeToRest((p, id) => settled(p, id, 90_000));
      // The first one sees what the second one brought only now.
      for (const program of programs) await settled(program.posthorn, program.accountId, 90_000);
      const look = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
      const server = await serverState(look);
      await look.close();
      for (const program of programs)
        expect(await shownState(program.posthorn, program.accountId), program.name).toEqual(server);
      const count = new Map<string, number>();
      for (const line of Object.values(server).flat()) {
        const id = line.split(' ')[0] ?? '';
        count.set(id, (count.get(id) ?? 0) + 1);
      }
      expect(tale.differences(count)).toEqual([]);
      tale.tell(`—— round ${round + 1}: all agree`);
    }
  } finally {
    for (const program of programs) await program.profile.remove();
  }
}

const first = Number(process.env['SYNC_SEED'] ?? Date.now() % 1_000_000);
const runs = Math.max(1, Math.round(operations / 1_000));

for (let run = 0; run < runs; run += 1)
  test(
    `${operations / runs} random changes by two Posthorns and another program (SYNC_SEED=${first + run})`,
    { timeout: 900_000 },
    async () => {
      await converge(first + run, Math.ceil(operations / runs / operationsARound));
    },
  );

if (soakMinutes > 0)
  test(`for ${soakMinutes} minutes`, { timeout: (soakMinutes + 30) * 60_000 }, async () => {
    const end = Date.now() + soakMinutes * 60_000;
    for (let seed = first + 1_000; Date.now() < end; seed += 1) {
      console.log(`soak: SYNC_SEED=${seed}`);
      await converge(seed, 4);
    }
  });
