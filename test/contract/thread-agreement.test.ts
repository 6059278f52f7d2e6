import { describe, expect, it } from 'vitest';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { corpora, corporaPresent, corpusFiles, mboxMessages, readCorpus } from '../agreement/corpora.ts';
import { conversations } from '../agreement/threads/conversations.ts';
import {
  orderedSubject,
  threadAnswer,
  threadReferences,
  threadSets,
  type ThreadMail,
} from '../agreement/threads/rfc5256.ts';
import { cacheInProcess } from '../fakes/cache-in-process.ts';
import { folderOf, newRow, viewOf } from './cache-contract.ts';

if (!corporaPresent) process.stdout.write(`thread-agreement: skipped, no corpora at ${corpora}\n`);

function threadMail(bytes: Buffer, number: number, arrived: number): ThreadMail {
  const { messageId, references, inReplyTo, subject, date } = readMail(bytes);
  return {
    number,
    messageId,
    references,
    inReplyTo,
    subject,
    date: date === null ? arrived : Date.parse(date),
  };
}

/** What the real store makes of the mails, given to it in this order: numbers of each conversation. */
async function inTheStore(mails: readonly ThreadMail[]): Promise<number[][]> {
  const port = cacheInProcess();
  await port.call('open', { expectedCacheId: null });
  await port.call('putFolders', { accountId: 'a', folders: [folderOf('f1'), folderOf('f2')] });
  for (const mail of mails) {
    const { messageId: messageIdHeader, references, inReplyTo } = mail;
    const row: NewRow = newRow(mail.number, {}, { messageIdHeader, references: [...references], inReplyTo });
    await port.call('applyBatch', { folderId: mail.number % 2 === 0 ? 'f1' : 'f2', gen: 1, insert: [row] });
  }
  const view = { ...viewOf('f1', 'f2'), threaded: true };
  const { rows, total } = await port.call('page', { view, start: 0, count: 1000 });
  expect(rows.length).toBe(total);
  const sets: number[][] = [];
  for (const { threadId } of rows) {
    const thread = await port.call('thread', { threadId });
    sets.push(thread.map((row) => (Date.parse(row.date) - 1_700_000_000_000) / 1000).sort((a, b) => a - b));
  }
  port.close();
  return sets.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

describe.skipIf(!corporaPresent)('conversations of the corpora', () => {
  const scripts = corporaPresent
    ? corpusFiles('imaptest').filter(
        ({ path, kind }) =>
          kind !== 'mail' && /^ok thread /im.test(readCorpus(`imaptest/${path}`).toString('latin1')),
      )
    : [];

  it.each(scripts.map(({ path }) => path))('imaptest %s', (path) => {
    const script = readCorpus(`imaptest/${path}`).toString('latin1');
    const mails = mboxMessages(readCorpus(`imaptest/${path}.mbox`)).map((bytes, at) => {
      const arrived = /^From \S+\s+(.*)/.exec(bytes.toString('latin1'))?.[1] ?? '';
      return threadMail(bytes, at + 1, Date.parse(arrived));
    });
    const asked = [...script.matchAll(/^ok thread (\S+) \S+ all\s*\n\* THREAD (.*)$/gim)];
    expect(asked.length).toBeGreaterThan(0);
    for (const [, algorithm, golden] of asked) {
      const threads =
        algorithm?.toLowerCase() === 'references' ? threadReferences(mails, true) : orderedSubject(mails);
      expect(threadAnswer(threads)).toBe(golden?.trim());
    }
  });

  it('notmuch: the store, the plain definition and RFC 5256 without subjects say the same', async () => {
    const mails = corpusFiles('notmuch')
      .filter(({ kind }) => kind === 'mail')
      .map(({ path }, at) => threadMail(readCorpus(`notmuch/${path}`), at + 1, at));
    const wanted = conversations(mails);
    const joined = wanted.filter((numbers) => numbers.length > 1).length;
    process.stdout.write(
      `notmuch: ${mails.length} mails, ${wanted.length} conversations, ${joined} of several\n`,
    );
    expect(joined).toBeGreaterThan(10);
    // A second mail with the same id is a stranger to RFC 5256 (step 1); to us, and to notmuch, it is the same mail.
    const once = mails.filter(
      (mail, at) => mails.findIndex((first) => first.messageId === mail.messageId) === at,
    );
    expect(threadSets(threadReferences(once, false))).toEqual(conversations(once));
    expect(await inTheStore(mails)).toEqual(wanted);
    expect(await inTheStore(mails.toReversed())).toEqual(wanted);
  });
});
