import type { RawImap } from '../servers/raw-imap.ts';
import type { Headless } from '../harness/headless.ts';
import { folderNamed, mail, rowBySubject, rowsOf } from './sync-world.ts';

/** What lies on the server before the script. */
export async function seedScript(peer: RawImap): Promise<void> {
  for (const name of ['A', 'B', 'C', 'Old', 'Old/Below', 'Dead']) await peer.create(name);
  for (let n = 1; n <= 24; n += 1) {
    if (n === 12 || n === 13) await peer.append('INBOX', mail(n, { messageId: null }));
    else if (n === 15) await peer.append('INBOX', mail(n, { messageId: '<m14@sync.test>' }));
    else await peer.append('INBOX', mail(n), n === 2 || n === 17 ? ['\\Seen'] : []);
  }
  await peer.append('Old', mail('old'));
  await peer.append('Old/Below', mail('below'));
  await peer.append('Dead', mail('dead'));
  // A twin of number 5 waits where it will go: a look by Message-ID alone would take it for the moved one.
  await peer.append('C', mail(5));
}

/** Every step answers when it is durable; `step` is told before each, so that a test can stop anywhere. */
export async function offlineScript(posthorn: Headless, accountId: string, from = 0): Promise<number> {
  const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
  const folder = async (path: string): Promise<string> =>
    (await folderNamed(posthorn, accountId, path)).folderId;
  const id = async (n: number | string, folderId = inbox): Promise<string> =>
    (await rowBySubject(posthorn, folderId, `Mail ${n}`)).messageId;
  const move = async (ids: string[], path: string): Promise<unknown> =>
    posthorn.call('message.move', { messageIds: ids, folderId: await folder(path) });
  const flags = async (ids: string[], add: string[], remove: string[] = []): Promise<unknown> =>
    posthorn.call('message.setFlags', { messageIds: ids, add, remove });

  const steps: (() => Promise<unknown>)[] = [
    async () => flags([await id(1)], ['\\Seen']),
    async () => flags([await id(2)], [], ['\\Seen']),
    async () => flags([await id(3)], ['\\Flagged', '$Work']),
    async () => posthorn.call('message.archive', { messageIds: [await id(4)] }),
    async () => move([await id(5)], 'A'),
    async () => move([await id(5, await folder('A'))], 'B'),
    async () => {
      const inC = new Set((await rowsOf(posthorn, await folder('C'))).map((row) => row.messageId));
      const moved = await id(5, await folder('B'));
      if (inC.has(moved)) throw new Error('the twin has the id of the moved one');
      return move([moved], 'C');
    },
    async () => posthorn.call('message.copy', { messageIds: [await id(6)], folderId: await folder('A') }),
    async () => flags([await id(6, await folder('A'))], ['\\Flagged']),
    async () => posthorn.call('message.delete', { messageIds: [await id(7)] }),
    async () => posthorn.call('message.delete', { messageIds: [await id(8)], permanent: true }),
    async () => posthorn.call('folder.create', { accountId, path: 'Made' }),
    async () => move([await id(9)], 'Made'),
    async () => posthorn.call('folder.rename', { folderId: await folder('Old'), path: 'New ä' }),
    async () => move([await id(10), await id(11)], 'New ä'),
    async () => posthorn.call('folder.delete', { folderId: await folder('Dead') }),
    async () => posthorn.call('message.copy', { messageIds: [await id(12)], folderId: await folder('B') }),
    async () => move([await id(13)], 'B'),
    async () => posthorn.call('message.delete', { messageIds: [await id(14)], permanent: true }),
    async () => flags([await id(16)], ['\\Flagged']),
    async () => flags([await id(16)], [], ['\\Flagged']),
    async () => flags([await id(17)], ['\\Answered']),
    async () => move([await id(17)], 'A'),
    async () => flags([await id(17, await folder('A'))], [], ['\\Seen']),
    async () => posthorn.call('message.copy', { messageIds: [await id(18)], folderId: await folder('Made') }),
    async () => move([await id(18, await folder('Made'))], 'New ä/Below'),
    // There and back: the server need not notice, but must not lose it.
    async () => move([await id(19)], 'C'),
    async () => move([await id(19, await folder('C'))], 'INBOX'),
  ];
  let done = from;
  for (const step of steps.slice(from)) {
    await step();
    done += 1;
  }
  return done;
}

/** Folder → “number flags”, as it must be at the end, on the server and in the program. */
export const afterScript: Readonly<Record<string, readonly string[]>> = {
  INBOX: [
    '1 \\Seen',
    '12',
    '15',
    '16',
    '18',
    '19',
    '2',
    '20',
    '21',
    '22',
    '23',
    '24',
    '3 $Work \\Flagged',
    '6',
  ],
  A: ['17 \\Answered', '6 \\Flagged'],
  B: ['12', '13'],
  C: ['5', '5'],
  Made: ['9'],
  'New ä': ['10', '11', 'old'],
  'New ä/Below': ['18', 'below'],
  Archive: ['4'],
  Trash: ['7'],
  Drafts: [],
  Sent: [],
  Junk: [],
};

const sorted = (lines: string[]): string[] => lines.sort();

/** The server's folders in the words of `afterScript`. */
export async function onServer(peer: RawImap): Promise<Record<string, string[]>> {
  // Dovecot under load was seen to list a folder just deleted and then to say that there is none of that name.
  for (let triesLeft = 3; ; triesLeft -= 1)
    try {
      return await foldersNow(peer);
    } catch (error) {
      if (triesLeft === 0 || !String(error).includes("Mailbox doesn't exist")) throw error;
    }
}

async function foldersNow(peer: RawImap): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const folder of await peer.folders()) {
    if (folder.attributes.some((word) => /noselect|nonexistent/i.test(word))) continue;
    state[folder.path] = sorted(
      (await peer.messages(folder.path)).map((m) =>
        words(/^Subject: Mail (.*)\r?$/m.exec(m.bytes.toString('latin1'))?.[1] ?? '?', m.flags),
      ),
    );
  }
  return state;
}

/** What the program shows, in the same words. */
export async function shown(posthorn: Headless, accountId: string): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const folder of await posthorn.call('folder.list', { accountId })) {
    if (!folder.selectable) continue;
    state[folder.path] = sorted(
      (await rowsOf(posthorn, folder.folderId)).map((row) =>
        words(row.subject.replace('Mail ', ''), row.flags),
      ),
    );
  }
  return state;
}

function words(subject: string, flags: readonly string[]): string {
  return [subject.trim(), ...[...flags].sort()].join(' ');
}
