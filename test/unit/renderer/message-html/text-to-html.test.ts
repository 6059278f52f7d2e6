import { expect, test } from 'vitest';
import { textToHtml } from '../../../../src-renderer/message-html/text-to-html.ts';

const armour = { message: 'encrypted', signature: 'signature', key: 'key' };
const shown = (text: string): string => textToHtml(text, { showQuote: 'quote', armour });
const armoured = (what: string, inside = 'hQIMA7L9So5P9bk9ARAA01Dr\n=zsMo'): string =>
  `-----BEGIN PGP ${what}-----\nVersion: 1\n\n${inside}\n-----END PGP ${what}-----`;

test.each([
  ['MESSAGE', 'encrypted'],
  ['SIGNATURE', 'signature'],
  ['PUBLIC KEY BLOCK', 'key'],
])('letters of a %s are folded, the words around them are not', (what, label) => {
  const html = shown(`Before\n${armoured(what)}\nAfter`);
  expect(html).toMatch(
    new RegExp(`<p>Before</p><details><summary>${label}</summary><p>-----BEGIN.*</details><p>After</p>`),
  );
});

test('nothing that could be words is folded as if only a program read it', () => {
  expect(shown(armoured('MESSAGE', 'Pay to account 12, please.'))).not.toContain('<details>');
  expect(shown('-----BEGIN PGP MESSAGE-----\nhQIMA7L9\nand no end')).not.toContain('<details>');
  expect(shown('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes\n')).not.toContain('<details>');
});

test('many beginnings without an end take no time', () => {
  const begin = performance.now();
  shown('-----BEGIN PGP MESSAGE-----\nhQIMA7L9\n'.repeat(50_000));
  expect(performance.now() - begin).toBeLessThan(20_000);
});

test('no empty lines stand over the text and over a fold', () => {
  expect(shown('\n\n\nYes.\n\n\n\n> May I?\n> 1\n> 2\n> 3')).toMatch(
    /^<div class="mail-text"><p>Yes\.<\/p><details><summary>quote/,
  );
  expect(shown('\n\n')).toBe('<div class="mail-text"><p><br></p></div>');
});

test('a signature in columns stands in letters of one width', () => {
  const html = shown('Yes.\n\n-- \nAnn Lee       Harbour 1\nPilot         Oslo\nBoat          Norway');
  expect(html).toContain('<div class="signature"><p>-- </p><div class="columns"><p>Ann Lee');
});
