import { expect, test } from 'vitest';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import { corpora, corporaPresent, corpusFiles, mboxMessages, readCorpus } from '../agreement/corpora.ts';
import { conversations } from '../agreement/threads/conversations.ts';
import { inOrder, listMails, seeded, shuffled } from '../agreement/threads/in-order.ts';
import type { ThreadMail } from '../agreement/threads/rfc5256.ts';

const orders = 100;

function sameInAnyOrder(mails: readonly ThreadMail[], wanted: number[][]): void {
  for (let seed = 1; seed <= orders; seed++)
    expect(inOrder(shuffled(mails, seeded(seed))), `order ${seed}`).toEqual(wanted);
  // As folders are fetched: the newest page first, each page in its own order.
  const pages: ThreadMail[][] = [];
  for (let at = 0; at < mails.length; at += 100) pages.unshift(mails.slice(at, at + 100));
  expect(inOrder(pages.flat())).toEqual(wanted);
}

test(
  'R31: a list of 3,000 mails has the same conversations in 100 orders of arrival',
  { timeout: 120_000 },
  () => {
    const mails = listMails(3_000, seeded(42));
    const wanted = conversations(mails);
    expect(wanted.filter((numbers) => numbers.length > 1).length).toBeGreaterThan(100);
    expect(Math.max(...wanted.map((numbers) => numbers.length))).toBeGreaterThan(50);
    sameInAnyOrder(mails, wanted);
  },
);

if (!corporaPresent) process.stdout.write(`thread-orders: skipped, no corpora at ${corpora}\n`);

test.skipIf(!corporaPresent).each(['notmuch', 'imaptest', 'ponymail'])(
  'R31: the mails of %s have the same conversations in 100 orders of arrival',
  { timeout: 120_000 },
  (source) => {
    const bytes = corpusFiles(source)
      .filter(({ kind }) => kind === 'mail')
      .flatMap(({ path }) => {
        const file = readCorpus(`${source}/${path}`);
        return file.toString('latin1', 0, 5) === 'From ' ? mboxMessages(file) : [file];
      });
    const mails = bytes.map((one, at): ThreadMail => {
      const { messageId, references, inReplyTo, subject } = readMail(one, { headersOnly: true });
      return { number: at + 1, messageId, references, inReplyTo, subject, date: at };
    });
    expect(mails.length).toBeGreaterThan(10);
    sameInAnyOrder(mails, conversations(mails));
  },
);
