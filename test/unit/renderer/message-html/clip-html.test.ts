import { expect, test } from 'vitest';
import { clipHtml, clipText, beginningOfText } from '../../../../src-renderer/message-html/clip-html.ts';

const rows = (count: number): string =>
  `<div class="mail-body"><table><tbody>${'<tr><td>x</td></tr>'.repeat(count)}</tbody></table></div>`;

test('mail that people write is shown whole', () => {
  expect(clipHtml(rows(2_000))).toBe(null);
  expect(clipText('a line\n'.repeat(5_000))).toBe(null);
  expect(clipText('a line\n'.repeat(6_000))).toBe(null);
});

test('a table of 100,000 rows is shown as far as it can be laid out at once, cut between two elements', () => {
  const cut = clipHtml(rows(100_000)) ?? '';
  const opened = cut.match(/<[a-z]/g)?.length;
  expect(opened).toBe(6_000);
  expect(cut).toMatch(/(?:<\/tr>|<tr>)$/);
});

test('what looks like a tag in a value or in the styles is none', () => {
  const html = `<style>.a::before{content:"<b"}</style><div class="mail-body"><a title="a > b <i">one</a><p>two</p></div>`;
  expect(clipHtml(html, { elements: 3 })).toBe(null);
  expect(clipHtml(html, { elements: 2 })).toBe(html.slice(0, html.indexOf('<p>')));
  // The styles do not count as letters.
  expect(clipHtml(html, { letters: 40 })).toBe(html.slice(0, html.indexOf('<a ')));
});

test('text is cut at whole letters', () => {
  const html = '<div>ab&amp;cd😀ef</div>';
  for (let letters = 5; letters < 20; letters += 1) {
    const cut = clipHtml(html, { letters }) ?? html;
    expect(cut).not.toMatch(/&[a-z]*$|[\ud800-\udbff]$/);
    expect(html.startsWith(cut)).toBe(true);
  }
});

test('a long plain text ends with a line, one without lines with a letter', () => {
  const lines = clipText(`${'a line of text '.repeat(10)}\n`.repeat(50_000)) ?? '';
  expect(lines.length).toBeLessThanOrEqual(200_000);
  expect(lines.endsWith('a line of text ')).toBe(true);
  expect(clipText('a\n'.repeat(90_000))?.split('\n')).toHaveLength(6_000);
  expect(clipText('😀'.repeat(150_000))).toBe('😀'.repeat(100_000));
});

test('a text of 100,000 empty lines is cut too, and says so', () => {
  const { html, cut } = beginningOfText('a\n'.repeat(90_000));
  expect(cut).toBe(true);
  expect(html.match(/<p>/g)?.length).toBeLessThan(6_001);
});
