import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePunycode, hasOddLetters, shownHost } from '../../../src-shared/text/shown-host.ts';

test.each([
  'münchen.de',
  'παράδειγμα.gr',
  'пример.рф',
  '例え.jp',
  '한국.kr',
  'ドメイン名例.jp',
  'مثال.eg',
  'straße.de',
])('%s is shown in its own letters', (host) => {
  expect(shownHost(domainToASCII(host))).toBe(host);
  expect(hasOddLetters(domainToASCII(host))).toBe(false);
});

test.each([
  ['Cyrillic а in Latin', 'pаypal.com'],
  ['all letters look Latin', 'аррӏе.com'],
  ['Greek ο', 'gοοgle.com'],
  ['a soft hyphen’s cousin', 'bank·example.com'],
  ['a combining mark', 'exаmple̱.org'],
  ['dotless i', 'lıve.com'],
  ['three scripts', 'aбβ.org'],
])('%s is shown as xn--', (_why, host) => {
  const ascii = domainToASCII(host);
  expect(ascii).toContain('xn--');
  expect(shownHost(ascii)).toBe(ascii);
  expect(hasOddLetters(ascii)).toBe(true);
});

test('Punycode is read as Node reads it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'abcäöüßñшжд例漢字한글مثال'), minLength: 1, maxLength: 12 }),
      (label) => {
        const ascii = domainToASCII(`${label}.org`).replace(/\.org$/, '');
        fc.pre(ascii.startsWith('xn--'));
        expect(`${decodePunycode(ascii.slice(4)) ?? ''}.org`).toBe(domainToUnicode(`${ascii}.org`));
      },
    ),
  );
  expect(decodePunycode('99999999999999')).toBeNull();
});
