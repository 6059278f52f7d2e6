import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Threads } from '../../../../src-renderer/store/threads.ts';
import { idHash, referenceHashes } from '../../../../src-renderer/store/thread-ids.ts';
import { answeredIdIn, canonicalMessageId, messageIdsIn } from '../../../../src-shared/text/message-ids.ts';
import { conversations } from '../../../agreement/threads/conversations.ts';
import { threadAnswer, threadReferences, type ThreadMail } from '../../../agreement/threads/rfc5256.ts';

function mail(number: number, messageId: string, references: string[] = [], inReplyTo = ''): ThreadMail {
  return { number, messageId, references, inReplyTo, subject: `S${number}`, date: number };
}

/** The product's sets, fed as the store feeds them; `gone` leave afterwards, one request each. */
function incremental(mails: readonly ThreadMail[], gone: ReadonlySet<number> = new Set()): number[][] {
  const threads = new Threads();
  const nodes: number[] = [];
  const isGone = new Set<number>();
  mails.forEach((item, row) => {
    nodes.push(threads.node(idHash('a', item.messageId === '' ? `@${item.number}` : item.messageId)));
    threads.addRow(row, nodes[row] ?? 0, referenceHashes('a', item.references, item.inReplyTo));
  });
  mails.forEach((item, row) => {
    if (!gone.has(item.number)) return;
    isGone.add(row);
    threads.removeRow(row);
    threads.settle(
      (of) => nodes[of] ?? 0,
      (of) => isGone.has(of),
    );
  });
  const sets = new Map<number, number[]>();
  mails.forEach((item, row) => {
    if (isGone.has(row)) return;
    const root = threads.root(nodes[row] ?? 0);
    sets.set(root, [...(sets.get(root) ?? []), item.number]);
    expect(threads.rowsOf(root)).toContain(row);
  });
  return [...sets.values()].map((set) => set.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

const id = fc.constantFrom('', ...Array.from({ length: 12 }, (_, n) => `<${n}@x>`));
const anyMails = fc
  .array(fc.record({ messageId: id, references: fc.array(id, { maxLength: 3 }), inReplyTo: id }), {
    maxLength: 14,
  })
  .map((list) => list.map((item, at) => mail(at + 1, item.messageId, item.references, item.inReplyTo)));

describe('conversations', () => {
  it('are the same whatever order mails arrive in', () => {
    fc.assert(
      fc.property(
        anyMails.chain((mails) =>
          fc.tuple(fc.constant(mails), fc.shuffledSubarray(mails, { minLength: mails.length })),
        ),
        ([mails, shuffled]) => {
          expect(incremental(shuffled)).toEqual(conversations(mails));
        },
      ),
    );
  });

  it('fall apart when the mail that held them together vanishes, as if it had never come', () => {
    fc.assert(
      fc.property(anyMails, fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 6 }), (mails, numbers) => {
        const gone = new Set(numbers);
        expect(incremental(mails, gone)).toEqual(
          conversations(mails.filter((item) => !gone.has(item.number))),
        );
      }),
    );
  });

  it.each<[string, ThreadMail[], number[][], string]>([
    ['a loop', [mail(1, '<a@x>', ['<b@x>']), mail(2, '<b@x>', ['<a@x>'])], [[1, 2]], '(2 1)'],
    ['itself', [mail(1, '<a@x>', ['<a@x>'], '<a@x>')], [[1]], '(1)'],
    ['a ghost', [mail(1, '<b@x>', ['<a@x>']), mail(2, '<c@x>', [], '<a@x>')], [[1, 2]], '((1)(2))'],
    [
      'a gap in the middle',
      [mail(1, '<a@x>'), mail(2, '<c@x>', ['<a@x>', '<b@x>']), mail(3, '<d@x>', ['<b@x>'])],
      [[1, 2, 3]],
      '(1 (2)(3))',
    ],
    ['no ids at all', [mail(1, ''), mail(2, '')], [[1], [2]], '(1)(2)'],
    [
      'an id used twice',
      [mail(1, '<a@x>'), mail(2, '<a@x>', ['<z@x>']), mail(3, '<b@x>', ['<a@x>'])],
      [[1, 2, 3]],
      '(1 3)(2)',
    ],
    ['an id in quotes', [mail(1, '<"a.b"@x>'), mail(2, '<c@x>', ['<a.b@x>'])], [[1, 2]], '(1 2)'],
  ])('%s', (_name, mails, sets, answer) => {
    expect(incremental(mails)).toEqual(sets);
    expect(incremental(mails.toReversed())).toEqual(sets);
    expect(conversations(mails)).toEqual(sets);
    expect(threadAnswer(threadReferences(mails, true))).toBe(answer);
  });

  it('joins by subject only in the full RFC 5256, never in the store', () => {
    const mails = [
      { ...mail(1, '<a@x>'), subject: 'Invoice' },
      { ...mail(2, '<b@x>'), subject: 'Re: [list] Invoice (fwd)' },
      { ...mail(3, '<c@x>'), subject: 'Invoice' },
    ];
    expect(threadAnswer(threadReferences(mails, false))).toBe('(1)(2)(3)');
    expect(threadAnswer(threadReferences(mails, true))).toBe('((1 2)(3))');
    expect(incremental(mails)).toEqual([[1], [2], [3]]);
  });
});

describe('Message-IDs', () => {
  it('are found in References however they are written', () => {
    expect(messageIdsIn(' <a@x>\r\n\t<b@\r\n x> (a comment) <a@x>,<c@x>')).toEqual([
      '<a@x>',
      '<b@x>',
      '<c@x>',
    ]);
    expect(messageIdsIn('a@x b@x')).toEqual(['<a@x>', '<b@x>']);
    expect(messageIdsIn(Array.from({ length: 500 }, (_, n) => `<${n}@x>`).join(' ')).slice(0, 2)).toEqual([
      '<0@x>',
      '<301@x>',
    ]);
  });

  it('are not the address of the person who is answered', () => {
    expect(answeredIdIn('Message from Ann <ann@x> of "Mon, 3 Jan" <1@host>')).toBe('<1@host>');
    expect(answeredIdIn("<1@host> (Ann's message of Monday)")).toBe('<1@host>');
    expect(answeredIdIn('Your mail from Ann <ann@x>')).toBe('');
    expect(answeredIdIn('1@host')).toBe('<1@host>');
    // A megabyte of ids, or of "from", is read once; it took minutes.
    expect(answeredIdIn(`from ${'<a@x> '.repeat(170_000)}`)).toBe('<a@x>');
    expect(answeredIdIn(`${'from '.repeat(200_000)}<1@host>`)).toBe('');
  });

  it('have one form', () => {
    expect(canonicalMessageId('<"01KF8JCEOCBS0045PS"@xxx.yyy.com>')).toBe('<01KF8JCEOCBS0045PS@xxx.yyy.com>');
    expect(canonicalMessageId('a@x')).toBe('<a@x>');
    expect(canonicalMessageId('')).toBe('');
  });
});
