import { expect, test } from 'vitest';
import { inColumns } from '../../../../src-renderer/message-html/columns.ts';
import { textToHtml } from '../../../../src-renderer/message-html/text-to-html.ts';

const marked = (text: string): string[] => {
  const lines = text.split('\n');
  const columns = inColumns(lines);
  return lines.filter((_, at) => columns[at]);
};

test.each([
  [
    'a table',
    'Item      Count   Price\n\nRope          3   12.50\nLamp         12    4.00\nBuoy          1  230.00',
  ],
  ['a short table with narrow gaps', 'Name  Age  City\nAnn   12   Rome\nBob   9    Oslo'],
  [
    'names and values',
    'Number of the order:  12345\nDate of the order:    Monday\nSum:                  19.99 EUR',
  ],
  ['tabs behind words of several lengths', 'Name\tAge\nAnn\t12\nBobby\t9'],
  ['a head and a row', 'Mon   Tue   Wed\n1     2     3'],
  ['columns with strokes between them', ' src/a.c    |    2 +-\n src/long.c |   12 ++++++------'],
  ['a table of a database', ' id | name\n----+------\n  1 | Ann'],
  ['tabs', 'Rope\t3\t12.50\nLamp\t12\t4.00\nBuoy\t1\t230.00'],
  ['a frame', '+-----+-----+\n| a   | b   |\n+-----+-----+'],
  ['box letters', '┌──┐\n│ab│\n└──┘'],
  ['a drawing', '  /\\_/\\\n ( o.o )\n  > ^ <'],
  ['figlet', ' _   _ _\n| | | (_)\n| |_| | |\n \\___/|_|'],
])('%s stands in letters of one width', (_name, text) => {
  expect(marked(text)).toEqual(
    text.split('\n').filter((line, at) => line !== '' || inColumns(text.split('\n'))[at]),
  );
  expect(textToHtml(text)).toContain('<div class="columns">');
});

test('a patch does to its end, and what stands above it does not', () => {
  const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n';
  expect(marked(`Please look at this.\n\n${patch}`)).toEqual(patch.split('\n'));
  const html = textToHtml(`See:\n\n> ${patch.replaceAll('\n', '\n> ')}\nFine with me.`);
  expect(html).toMatch(
    /<blockquote class="quote"><div class="columns">.*<\/div><\/blockquote>.*<p>Fine with me\.<\/p>/,
  );
});

test.each([
  [
    'prose',
    'Dear Ann,\n\nthe boat comes on Monday, and   with it the lamp.\nWe wait at the quay.\n\nYours\nBob',
  ],
  ['two blanks after a full stop', 'One.  Two.  Three.\nFour.  Five.\nSix.  Seven.\nEight.  Nine.'],
  ['two lines with a gap each', 'One of   them\nHas it   here'],
  ['a ruler', 'Above\n----------\nBelow\n==========\nAnd\n**********'],
  ['indented paragraphs', '    One that begins further in.\n    Another one of them.\n    And the third.'],
  [
    'a line to sign on',
    'Name:    ____\n\nWords between them that go on.\nAnd on.\nAnd on still.\n\nDate:    ____',
  ],
  ['long lines', `${'word '.repeat(60)}   gap\n`.repeat(4)],
])('%s does not', (_name, text) => {
  expect(marked(text)).toEqual([]);
});

test('is quick on lines made to be slow', () => {
  const begin = performance.now();
  inColumns(Array.from({ length: 10_000 }, () => `${' |'.repeat(60)} -`));
  inColumns([`${'- '.repeat(2_000_000)}x`, ' '.repeat(3_000_000), '\t'.repeat(1_000_000)]);
  inColumns(Array.from({ length: 20_000 }, (_, at) => (at % 4 === 0 ? `a   b` : 'x')));
  expect(performance.now() - begin).toBeLessThan(30_000);
});
