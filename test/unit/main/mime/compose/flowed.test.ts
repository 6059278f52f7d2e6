import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFlowed } from '../../../../../src-main/mime/compose/flowed.ts';
import { unflow } from '../../../../../src-main/mime/read/flowed.ts';

/** The reader writes an empty line of a quote as "> "; blanks at line ends mean nothing here. */
const back = (text: string): string =>
  unflow(toFlowed(text).replaceAll('\r\n', '\n'), false).replace(/^(>+) $/gm, '$1');

describe('format=flowed', () => {
  test('brings paragraphs, quotes and the signature back as they were', () => {
    const text = [
      'A long paragraph '.repeat(20).trim(),
      '',
      `> ${'a quoted paragraph that is long '.repeat(6).trim()}`,
      `>>> ${'deeper '.repeat(30).trim()}`,
      '>> back',
      '> > with blanks between the marks',
      '>',
      '',
      ' starts with a blank',
      'From here on',
      '  two blanks',
      'x'.repeat(1200),
      '-- ',
      'Ann',
    ].join('\n');
    expect(back(text)).toBe(text);
  });

  test('keeps lines short where there are blanks, and stuffs what would be mistaken', () => {
    const lines = toFlowed(`${'word '.repeat(200).trim()}\nFrom x\n y\n>z`).split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(72);
    expect(lines.slice(-3)).toEqual([' From x', '  y', '> z']);
  });

  test('a broken line never becomes a quote, a signature mark or a "From " line', () => {
    const text = `${'y'.repeat(70)} > not a quote\n${'y'.repeat(70)} From the start\n-- ${'z'.repeat(80)} end`;
    expect(back(text)).toBe(text);
    expect(toFlowed(text).split('\r\n')).not.toContain('-- ');
  });

  test('any text without blanks at line ends comes back', () => {
    const word = fc.stringMatching(/^[a-zA-Z>.\- ü語]{0,90}$/u).map((line) => line.replace(/ +$/, ''));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (lines) => {
        // ">x" is written "> x", as RFC 3676 4.5 wants.
        const text = lines
          .map((line) => line.replace(/^(>+)(?=[^> ])/, '$1 ').replace(/^(>+) +$/, '$1'))
          .join('\n');
        expect(back(text)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
