import type { MessageRow } from '../../src-shared/model/message.ts';
import { duration, expect, many } from './narrator.ts';
import { appears, folderWith, inboxOf, invitation, newest } from './story-scene.ts';
import type { Scene } from './story-scene.ts';
import { until } from './waiting.ts';

/** What was done without a network, and where it must be found afterwards. */
interface Done {
  read: MessageRow;
  starred: MessageRow;
  moved: MessageRow;
  filed: MessageRow;
  answered: MessageRow;
  /** Folders, by path. */
  travel: string;
  made: string;
  replyId: string;
  draftSubject: string;
  opIds: string[];
}

/** The network goes, work goes on, Posthorn is ended and started again, the network comes back. */
export async function workOffline(scene: Scene): Promise<void> {
  await loseNetwork(scene);
  const done = await changeThings(scene);
  await showWaiting(scene, done);
  await startAgain(scene, done);
  await comeBack(scene, done);
  await confirmOnServer(scene, done);
  await receiveReply(scene, done);
}

async function loseNetwork({ narrator, posthorn, cable }: Scene): Promise<void> {
  await narrator.step('The network cable is pulled', async (say) => {
    await cable.pull();
    const info = await until(
      'Posthorn noticing it',
      async () => {
        const now = await posthorn.call('app.info');
        return now.offlineReason === null ? undefined : now;
      },
      { withinMs: 60_000, everyMs: 50 },
    );
    expect('"no network"', info.offlineReason === 'no-network', info.offlineReason);
    say('Posthorn noticed by itself, and asks nobody about it.');
    const { accounts } = await posthorn.call('sync.run');
    for (const { errors } of accounts)
      expect('"offline" from every account', errors[0]?.code === 'offline', errors);
  });
}

async function changeThings({ narrator, posthorn, personal, work }: Scene): Promise<Done> {
  return await narrator.step('Work goes on without it', async (say) => {
    const { accountId } = personal;
    const timed = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
      const began = performance.now();
      const result = await act();
      say(`${what} (safe on disk after ${duration(performance.now() - began)})`);
      return result;
    };
    const inbox = await inboxOf(posthorn, accountId);
    const all = (await newest(posthorn, inbox, 100)).filter((row) => row.readableOffline);
    const answered = all.find((row) => row.messageIdHeader === invitation.messageId);
    const others = all.filter((row) => row !== answered && row.messageIdHeader !== '');
    const read = others.find((row) => !row.flags.includes('\\Seen'));
    const starred = others.find((row) => row !== read && !row.flags.includes('\\Flagged'));
    const [moved, filed] = others.filter((row) => row !== read && row !== starred);
    expect(
      'enough messages that can be read without a network',
      answered !== undefined &&
        read !== undefined &&
        starred !== undefined &&
        moved !== undefined &&
        filed !== undefined,
      many(all.length, 'message'),
    );
    const travel = await folderWith(posthorn, accountId, ({ path }) => path === 'Travel');
    const made = 'Regatta ⛵ 2026';

    const text = (await posthorn.call('message.get', { messageId: answered.messageId })).text;
    expect('the text of the mail to answer', text.includes('The posters hang'), text);
    const opIds: string[] = [];
    const keep = (result: { opIds: string[] }): unknown => opIds.push(...result.opIds);
    keep(
      await timed(`“${read.subject}” is read`, () =>
        posthorn.call('message.setFlags', { messageIds: [read.messageId], add: ['\\Seen'] }),
      ),
    );
    keep(
      await timed(`“${starred.subject}” gets a star`, () =>
        posthorn.call('message.setFlags', { messageIds: [starred.messageId], add: ['\\Flagged'] }),
      ),
    );
    keep(
      await timed(`“${moved.subject}” is moved to Travel`, () =>
        posthorn.call('message.move', { messageIds: [moved.messageId], folderId: travel.folderId }),
      ),
    );
    const folder = await timed(`The folder “${made}” is made`, () =>
      posthorn.call('folder.create', { accountId, path: made }),
    );
    keep(
      await timed(`“${filed.subject}” is moved into it`, () =>
        posthorn.call('message.move', { messageIds: [filed.messageId], folderId: folder.folderId }),
      ),
    );
    const draftSubject = 'What the harbour master wants to know';
    await timed(`A draft is kept: “${draftSubject}”`, () =>
      posthorn.call('draft.save', {
        accountId,
        to: 'piotr@boathouse.example',
        subject: draftSubject,
        text: 'Dear Piotr,\n\n',
      }),
    );
    const sent = await timed(`A reply to “${answered.subject}” is written and sent`, () =>
      posthorn.call('message.send', {
        accountId,
        to: work.person.address,
        subject: `Re: ${answered.subject}`,
        text: 'Friday at four it is. I bring the soup.\n\nIna',
        inReplyTo: answered.messageId,
      }),
    );
    return {
      read,
      starred,
      moved,
      filed,
      answered,
      travel: travel.path,
      made,
      replyId: sent.messageIdHeader,
      draftSubject,
      opIds,
    };
  });
}

async function showWaiting({ narrator, posthorn }: Scene, done: Done): Promise<void> {
  await narrator.step('What waits for the network', async (say) => {
    const waiting = await posthorn.call('journal.list');
    for (const { sentence } of waiting) say(`· ${sentence}`);
    const ids = new Set(waiting.map(({ opId }) => opId));
    expect(
      'every change in the list',
      done.opIds.every((opId) => ids.has(opId)),
      waiting,
    );
    const outbox = await posthorn.call('outbox.list');
    for (const { subject, recipients } of outbox)
      say(`· Send “${subject}” to ${recipients.map(({ address }) => address).join(', ')}`);
    expect(
      'the reply in the outbox',
      outbox.some(({ messageIdHeader }) => messageIdHeader === done.replyId),
      outbox,
    );
  });
}

async function startAgain(scene: Scene, done: Done): Promise<void> {
  const { narrator, personal } = scene;
  await narrator.step('Posthorn is ended', async (say) => {
    const code = await scene.posthorn.quit();
    expect('exit code 0', code === 0, code);
    say('Exit code 0.');
  });
  await narrator.step('It is started again, still without a network', async (say) => {
    const posthorn = scene.start();
    scene.posthorn = posthorn;
    const counts = (await posthorn.call('account.list')).length;
    expect('both accounts', counts === 2, counts);
    const travel = await folderWith(posthorn, personal.accountId, ({ path }) => path === done.travel);
    await appears(posthorn, travel.folderId, done.moved.messageIdHeader);
    const made = await folderWith(posthorn, personal.accountId, ({ path }) => path === done.made);
    await appears(posthorn, made.folderId, done.filed.messageIdHeader);
    say('Moved messages lie where they were moved to, also in the folder that no server knows yet.');
    const message = await posthorn.call('message.get', { messageId: done.starred.messageId });
    expect('the star', message.flags.includes('\\Flagged'), message.flags);
    expect('the text', message.text !== '' || message.html !== null, message);
    say(`“${message.subject}” has its star and can be read.`);
    const drafts = await posthorn.call('draft.list', { accountId: personal.accountId });
    expect(
      'the draft',
      drafts.some(({ subject }) => subject === done.draftSubject),
      drafts,
    );
    const waiting = new Set((await posthorn.call('journal.list')).map(({ opId }) => opId));
    expect(
      'every change still waiting',
      done.opIds.every((opId) => waiting.has(opId)),
      [...waiting],
    );
    const outbox = await posthorn.call('outbox.list');
    expect(
      'the reply still waiting',
      outbox.some(({ messageIdHeader }) => messageIdHeader === done.replyId),
      outbox,
    );
    say(`The draft is there; ${many(waiting.size, 'change')} and ${many(outbox.length, 'mail')} still wait.`);
  });
}

async function comeBack({ narrator, posthorn, cable, personal, work }: Scene, done: Done): Promise<void> {
  await narrator.step('The cable is plugged in again, and what waited is done', async (say) => {
    await cable.plugIn();
    for (const { accountId } of [personal, work]) await posthorn.call('account.tryNow', { accountId });
    await until(
      'The end of the list of waiting changes',
      async () => ((await posthorn.call('journal.list')).length === 0 ? true : undefined),
      { withinMs: 60_000, everyMs: 50 },
    );
    say('Every change has been repeated on the server.');
    const sent = await until(
      'The sending of the reply',
      async () => {
        const outbox = await posthorn.call('outbox.list', { all: true });
        return outbox.find((item) => item.messageIdHeader === done.replyId && item.state === 'sent');
      },
      { withinMs: 60_000, everyMs: 50 },
    );
    for (const { address, state, reply } of sent.recipients) {
      expect(`${address} accepted`, state === 'accepted', sent);
      say(`The reply was sent to ${address}; the server said “${reply ?? ''}”.`);
    }
  });
}

async function confirmOnServer(
  { narrator, posthorn, world, look, personal }: Scene,
  done: Done,
): Promise<void> {
  await narrator.step('The server is asked directly, past Posthorn', async (say) => {
    const raw = await look(personal.person);
    const once = async (folder: string, row: { messageIdHeader: string }): Promise<string[]> => {
      const copies = await raw.find(folder, row.messageIdHeader);
      expect(`one copy in ${folder}`, copies.length === 1, copies);
      return copies[0] ?? [];
    };
    const has = async (row: MessageRow, flag: string): Promise<void> => {
      const flags = await once('INBOX', row);
      expect(`“${row.subject}” with ${flag}`, flags.includes(flag), flags);
      say(`INBOX: “${row.subject}” is ${flag}`);
    };
    const went = async (row: MessageRow, folder: string): Promise<void> => {
      await once(folder, row);
      const left = await raw.find('INBOX', row.messageIdHeader);
      expect(`“${row.subject}” gone from INBOX`, left.length === 0, left);
      say(`${folder}: “${row.subject}” is there once, and not in INBOX`);
    };
    await has(done.read, '\\Seen');
    await has(done.starred, '\\Flagged');
    await has(done.answered, '\\Answered');
    expect(`the folder ${done.made}`, await raw.hasFolder(done.made), 'none');
    await went(done.moved, done.travel);
    await went(done.filed, done.made);
    await until(
      'A copy of the reply in Sent',
      async () => ((await raw.find('Sent', done.replyId)).length > 0 ? true : undefined),
      { withinMs: 20_000, everyMs: 100 },
    );
    await once('Sent', { messageIdHeader: done.replyId });
    say('Sent: the reply is there once');
    const taken = world.submission.taken.filter(({ bytes }) => bytes.includes(done.replyId));
    expect('the submission server to have been given the reply once', taken.length === 1, taken.length);
    say('Submission server: was given the reply once');
    await raw.close();
    expect('nothing left waiting', (await posthorn.call('outbox.list')).length === 0, 'something');
  });
}

async function receiveReply({ narrator, posthorn, work }: Scene, done: Done): Promise<void> {
  await narrator.step('The other account has the reply, by push', async (say) => {
    const messageId = await appears(posthorn, await inboxOf(posthorn, work.accountId), done.replyId);
    const message = await posthorn.call('message.get', { messageId });
    expect('the words of the reply', message.text.includes('Friday at four it is'), message.text);
    expect('an answer to the mail', message.inReplyTo === invitation.messageId, message.inReplyTo);
    say(`${work.person.address}: “${message.subject}”: ${message.text.split('\n')[0] ?? ''}`);
  });
  await narrator.step('Posthorn is ended, the servers too, and everything is removed', async () => {
    const code = await posthorn.quit();
    expect('exit code 0', code === 0, code);
  });
}
