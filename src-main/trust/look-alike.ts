import { decodePunycode } from '../../src-shared/text/shown-host.ts';

/** Letters of other scripts by the Latin ones that they look like. */
const likeLatin = new Map<string, string>();
for (const [letters, latin] of [
  ['аαɑạ', 'a'],
  ['ЬЪь', 'b'],
  ['сϲ', 'c'],
  ['ԁ', 'd'],
  ['еєёẹ', 'e'],
  ['ɡ', 'g'],
  ['һн', 'h'],
  ['іїıι', 'i'],
  ['ј', 'j'],
  ['кκ', 'k'],
  ['ӏ', 'l'],
  ['м', 'm'],
  ['пη', 'n'],
  ['оοσọ0', 'o'],
  ['рρ', 'p'],
  ['ԛ', 'q'],
  ['г', 'r'],
  ['ѕ5', 's'],
  ['тτ', 't'],
  ['υ', 'u'],
  ['νѵ', 'v'],
  ['ԝω', 'w'],
  ['хχ', 'x'],
  ['уγ', 'y'],
] as const)
  for (const letter of letters) likeLatin.set(letter, latin);

/** What an eye in a hurry sees: two texts with the same skeleton can be taken for each other. */
export function skeleton(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase();
  return Array.from(plain, (char) => likeLatin.get(char) ?? char)
    .join('')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/cl/g, 'd')
    .replace(/[1i|!]/g, 'l')
    .replace(/[-_\s]/g, '');
}

/** The known domain (ASCII) for which `domain` could be taken, null when there is none. Both of the same kind: registered ones. */
export function lookAlike(domain: string, host: string, known: Iterable<string>): string | null {
  const name = readable(domain);
  const seen = skeleton(name);
  for (const other of known) {
    if (other === domain) return null;
    // "bank.example.evil.test"
    if (host.startsWith(`${other}.`) || host.includes(`.${other}.`)) return other;
    const otherName = readable(other);
    if (skeleton(otherName) === seen) return other;
    const [word = ''] = name.split('.');
    const [otherWord = ''] = otherName.split('.');
    if (
      otherWord.length >= 6 &&
      name !== otherName &&
      isOneSlipAway(word, otherWord) &&
      sameEnd(name, otherName)
    )
      return other;
  }
  return null;
}

const sameEnd = (a: string, b: string): boolean => a.slice(a.indexOf('.')) === b.slice(b.indexOf('.'));

function readable(domain: string): string {
  return domain
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodePunycode(label.slice(4)) ?? label) : label))
    .join('.');
}

/** One letter more, less, another, or two exchanged. */
export function isOneSlipAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start);
  const restB = b.slice(start);
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
