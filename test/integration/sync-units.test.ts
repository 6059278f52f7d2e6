import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest';
import { until, type Headless } from '../harness/headless.ts';
import { ScriptedImapServer, type ScriptedCommand } from '../fakes/scripted-imap-server.ts';
import { addAccountInClear, Profile } from './sync-world.ts';

/**
 * A server that lets in one connection an account, whose messages are made up as they are asked for: 100,000 of them
 * cost nothing until then. What counts is the order of commands on that one connection, not time.
 */
let messages = 100_000;
const largeUid = 40;
const largeBody = `Subject: large\r\n\r\n${'0123456789abcdef'.repeat(16)}\r\n`.padEnd(3_000_000, 'x');

let server: ScriptedImapServer;
let profile: Profile;
let posthorn: Headless;
/** Commands in the order in which they came, after signing in. */
let heard: string[] = [];

const size = (uid: number): number => (uid === largeUid ? largeBody.length : 600);

function row(uid: number): string {
  return (
    `* ${uid} FETCH (UID ${uid} FLAGS () INTERNALDATE "17-Jul-2026 02:44:25 -0700" RFC822.SIZE ${size(uid)} ` +
    `ENVELOPE ("Fri, 17 Jul 2026 02:44:25 -0700" "Mail ${uid}" (("Bob" NIL "bob" "example.test")) NIL NIL ` +
    `((NIL NIL "ann" "example.test")) NIL NIL NIL "<m${uid}@units.test>") ` +
    `BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" ${size(uid)} 10) BODY[HEADER.FIELDS (FROM REFERENCES)] {2}\r\n\r\n)\r\n`
  );
}

function fetched({ line }: ScriptedCommand): string {
  const piece = /^UID FETCH (\d+) .*BODY\.PEEK\[\](?:<(\d+)\.(\d+)>)?/.exec(line);
  if (piece !== null) {
    const from = Number(piece[2] ?? 0);
    const whole = Number(piece[1]) === largeUid ? largeBody : 'Subject: small\r\n\r\nHello\r\n';
    const bytes = piece[3] === undefined ? whole : whole.slice(from, from + Number(piece[3]));
    const name = piece[3] === undefined ? 'BODY[]' : `BODY[]<${from}>`;
    return `* ${piece[1]} FETCH (UID ${piece[1]} ${name} {${bytes.length}}\r\n${bytes})\r\n{tag} OK done\r\n`;
  }
  const [, set = ''] = /^UID FETCH (\S+)/.exec(line) ?? [];
  const rows = set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map((end) => (end === '*' ? messages : Number(end)));
    return Array.from({ length: to - from + 1 }, (_, i) => row(from + i));
  });
  return `${rows.join('')}{tag} OK done\r\n`;
}

const folder = (): string => `MESSAGES ${messages} UIDNEXT ${messages + 1} UIDVALIDITY 7 UNSEEN 0`;

beforeEach(async () => {
  heard = [];
  messages = 100_000;
  server = await ScriptedImapServer.start({
    capabilities: 'IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+ UIDPLUS ESEARCH',
    answers: [
      [
        /^AUTHENTICATE/,
        () =>
          server.sockets.size > 1
            ? '{tag} NO [LIMIT] Maximum number of connections exceeded\r\n'
            : '{tag} OK in\r\n',
      ],
      [/^LIST/, '* LIST (\\HasNoChildren) "/" INBOX\r\n{tag} OK done\r\n'],
      [/^STATUS/, () => `* STATUS INBOX (${folder()})\r\n{tag} OK done\r\n`],
      [
        /^(SELECT|EXAMINE)/,
        () =>
          `* FLAGS (\\Seen \\Flagged)\r\n* OK [PERMANENTFLAGS (\\Seen \\Flagged \\*)] x\r\n* ${messages} EXISTS\r\n` +
          `* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT ${messages + 1}] x\r\n{tag} OK [READ-WRITE] done\r\n`,
      ],
      [/^UID SEARCH/, () => `* ESEARCH (TAG "{tag}") UID ALL 1:${messages}\r\n{tag} OK done\r\n`],
      [/^UID FETCH/, (command) => (heard.push(command.line), fetched(command))],
      [/^UID STORE/, (command) => (heard.push(command.line), '{tag} OK done\r\n')],
    ],
  });
  profile = new Profile([]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  posthorn = profile.start();
});

afterEach(async () => {
  await profile.remove();
  await server.stop();
});

/** Adds the account and lets its first sync go on by itself; gives INBOX once some rows are there. */
async function syncing(mailsHere: number): Promise<{ accountId: string; folderId: string; ids: string[] }> {
  const accountId = await addAccountInClear(posthorn, server.port, 'ann');
  return await until(
    async () => {
      const inbox = (await posthorn.call('folder.list', { accountId })).find((each) => each.path === 'INBOX');
      if (inbox === undefined) return null;
      const page = await posthorn.call('message.list', { folderId: inbox.folderId, limit: mailsHere });
      const ids = page.rows.flatMap((each) => ('gone' in each ? [] : [each.messageId]));
      return ids.length >= mailsHere ? { accountId, folderId: inbox.folderId, ids } : null;
    },
    'the first rows',
    60_000,
  );
}

/** The user does something; gives the bulk commands that began between its being durable and its being sent. */
async function waitedFor(act: () => Promise<unknown>, sent: RegExp): Promise<string[]> {
  const before = heard.length;
  await act();
  const durable = heard.length;
  const at = await until(
    () => Promise.resolve(heard.findIndex((line, i) => i >= before && sent.test(line)) + 1),
    `${sent.source} on the wire`,
    60_000,
  );
  return heard.slice(durable, at - 1).filter((line) => !sent.test(line));
}

test('case 85: with one connection, a change waits for one unit at most while 100,000 messages come in', async () => {
  const { ids, accountId } = await syncing(100);
  const waits: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    const waited = await waitedFor(
      () => posthorn.call('message.setFlags', { messageIds: [ids[n] ?? ''], add: ['\\Flagged'] }),
      new RegExp(`^UID STORE ${messages - n} `),
    );
    waits.push(waited.length);
    const bulk = heard.length;
    // The sync goes on: nothing is gained by stopping it.
    await until(() => Promise.resolve(heard.length > bulk), 'the sync goes on', 60_000);
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(1);
  // What is not here yet is said, of the folder and of a search.
  const [inbox] = await posthorn.call('folder.list', { accountId });
  expect(inbox?.known.of).toBe(messages);
  expect(inbox?.known.n).toBeLessThan(messages);
  expect(inbox?.complete).toBe(false);
  expect(inbox?.completeTo).not.toBeNull();
  const found = await posthorn.call('search.query', { text: 'mail', accountId });
  expect(found).toMatchObject({ of: messages, complete: false });
  expect(found.searched).toBeLessThan(messages);
  expect(server.sockets.size).toBe(1);
});

test('case 85: with one connection, a message that is opened waits for one unit at most', async () => {
  const { ids } = await syncing(100);
  for (let n = 1; n < 6; n += 1) {
    const opened = new RegExp(`^UID FETCH ${messages - n} .*BODY\\.PEEK\\[\\]`);
    const before = heard.length;
    const reading = posthorn.call('message.source', { messageId: ids[n] ?? '' });
    const at = await until(
      () => Promise.resolve(heard.findIndex((line, i) => i >= before && opened.test(line)) + 1),
      'the message is asked for',
      60_000,
    );
    // One may have been on its way, and one may have begun while the wish went through the program.
    expect(at - 1 - before).toBeLessThanOrEqual(2);
    await reading;
  }
});

test('a large message that is fetched ahead comes in pieces, each a unit of its own, and is the same in the end', async () => {
  messages = 60;
  const { accountId, ids } = await syncing(60);
  const run = await posthorn.call('sync.run', { accountId, bodies: 'all' });
  expect(run.accounts.flatMap((account) => account.errors)).toEqual([]);
  const pieces = heard.flatMap((line) => {
    const [, from, length] = /^UID FETCH 40 \(UID BODY\.PEEK\[\]<(\d+)\.(\d+)>\)$/.exec(line) ?? [];
    return length === undefined ? [] : [[Number(from), Number(length)] as const];
  });
  expect(pieces.length).toBeGreaterThan(2);
  // The first is 256 KB; the others at most twice what the one before was.
  expect(pieces[0]).toEqual([0, 262_144]);
  for (const [i, [from, length]] of pieces.entries()) {
    const [before, lengthBefore] = pieces[i - 1] ?? [0, 0];
    if (i > 0) expect(from).toBe(before + lengthBefore);
    if (i > 0) expect(length).toBeLessThanOrEqual(2 * lengthBefore);
  }
  expect(heard.filter((line) => /^UID FETCH (\S*[:,])?40\b\S* \(UID BODY\.PEEK\[\]\)/.test(line))).toEqual(
    [],
  );
  await posthorn.call('connectivity.set', { online: false });
  const source = await posthorn.call('message.source', { messageId: ids[60 - largeUid] ?? '' });
  const bytes = Buffer.from('base64' in source ? source.base64 : '', 'base64').toString('latin1');
  expect(bytes.length).toBe(largeBody.length);
  expect(bytes === largeBody).toBe(true);
});
