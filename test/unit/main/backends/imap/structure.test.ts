import { describe, expect, test } from 'vitest';
import { parseResponse } from '../../../../../src-main/backends/imap/parse-response.ts';
import { listOf } from '../../../../../src-main/backends/imap/port.ts';
import { readStructure } from '../../../../../src-main/backends/imap/structure.ts';

function read(text: string): ReturnType<typeof readStructure> {
  const response = parseResponse(Buffer.from(`* 1 FETCH (UID 5 BODYSTRUCTURE ${text})\r\n`, 'latin1'));
  const values = response.kind === 'untagged' ? listOf(response.untagged.values[0]) : [];
  return readStructure(values[3]);
}

const text = '("TEXT" "Plain" ("CHARSET" "utf-8") NIL NIL "Quoted-Printable" 20 2 NIL NIL NIL NIL)';
const pdf =
  '("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 5000 NIL ("attachment" ("filename" "a.pdf")) NIL NIL)';
const inner = `("message" "rfc822" NIL NIL NIL "7bit" 300 (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL) ${text} 9 NIL NIL NIL NIL)`;

describe('the structure of a message as its server says it', () => {
  test('is numbered as its parts are asked for', () => {
    const found = read(
      `((${text}${text} "ALTERNATIVE" ("BOUNDARY" "i") NIL NIL NIL)${pdf} ${inner} "mixed" NIL)`,
    );
    const flat = (part: NonNullable<typeof found>): string[] => [
      `${part.section} ${part.type} ${part.encoding} ${part.octets}`,
      ...part.children.flatMap(flat),
    ];
    expect(found === null ? [] : flat(found)).toEqual([
      ' multipart/mixed  0',
      '1 multipart/alternative  0',
      '1.1 text/plain quoted-printable 20',
      '1.2 text/plain quoted-printable 20',
      '2 application/pdf base64 5000',
      '3 message/rfc822 7bit 300',
    ]);
    expect(read(text)).toMatchObject({ section: '1', type: 'text/plain', octets: 20 });
  });

  test.each([
    ['nothing', 'NIL'],
    ['an empty list', '()'],
    ['a word', 'TEXT'],
    ['a multipart without a kind', `(${text}${pdf})`],
    ['a multipart without parts', '("multipart" "mixed" NIL NIL NIL "7bit" 0)'],
    ['a part without a length', '("text" "plain" NIL NIL NIL "7bit" NIL NIL)'],
    ['a negative length', '("text" "plain" NIL NIL NIL "7bit" -5 1)'],
    ['lists in lists', `${'('.repeat(40)}${text}${' "mixed")'.repeat(40)}`],
    ['thousands of parts', `(${text.repeat(5_000)} "mixed")`],
  ])('is not taken from %s', (_what, given) => {
    expect(read(given)).toBeNull();
  });
});
