import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { base64Lines, everyByte, head, message } from '../../../fixtures/mime/message.ts';
import { appleHeader, binhex, uuencode, yencode } from '../../../fixtures/mime/packers.ts';
import { writeTnef } from '../../../fixtures/mime/tnef-writer.ts';

const files = (bytes: Buffer): [string, boolean][] =>
  readMail(bytes).attachments.map((one) => [
    one.filename,
    Buffer.from(readPart(bytes, one.partId) ?? []).equals(everyByte),
  ]);
const text = (bytes: Buffer): string => readMail(bytes).text.trim();
const macRoman = 'R\x8esum\x8e.txt';

describe('BinHex', () => {
  const lines = binhex('note.txt', 'TEXT', everyByte);
  test('two files in one text', () => {
    const bytes = message([
      ...head,
      '',
      'see',
      ...lines,
      'and',
      ...binhex('b.txt', 'TEXT', everyByte),
      'end',
    ]);
    expect(files(bytes)).toEqual([
      ['note.txt', true],
      ['b.txt', true],
    ]);
    expect(text(bytes)).toBe('see\nand\nend');
  });
  test('a colon is missing: what stands behind is text', () => {
    const without = lines.map((line) => line.replace(/:$/, ''));
    const bytes = message([...head, '', 'see', ...without, '-- ', 'A list: its footer']);
    expect(files(bytes)).toEqual([['note.txt', true]]);
    expect(text(bytes)).toBe('see\n-- \nA list: its footer');
    expect(readMail(bytes).defects.map(({ code }) => code)).toContain('encoding-broken');
    const first = lines.map((line) => line.replace(/^:/, ''));
    expect(files(message([...head, '', 'see', ...first]))).toEqual([['note.txt', true]]);
  });
  test('names in the characters of the Macintosh, in a text and as a part', () => {
    const mac = binhex(macRoman, 'TEXT', everyByte);
    expect(files(message([...head, '', 'see', ...mac]))).toEqual([['Résumé.txt', true]]);
    expect(files(message([...head, 'Content-Type: application/mac-binhex40', '', ...mac]))).toEqual([
      ['Résumé.txt', true],
    ]);
  });
});

test('AppleSingle with a name in the characters of the Macintosh', () => {
  const packed = appleHeader('single.bin', everyByte);
  packed.write('s\x8engle.bin', packed.indexOf('single.bin'), 'latin1');
  const part = ['Content-Type: application/applefile', 'Content-Transfer-Encoding: base64', ''];
  expect(files(message([...head, ...part, ...base64Lines(packed)]))).toEqual([['séngle.bin', true]]);
});

describe('uuencode', () => {
  test('of three hundred files in one text', () => {
    const lines = Array.from({ length: 300 }, (_, at) => uuencode(`${at}.bin`, everyByte)).flat();
    const found = files(message([...head, '', 'see', ...lines]));
    expect(found).toHaveLength(300);
    expect(found.every(([, same]) => same)).toBe(true);
  });
  test('without a name', () => {
    for (const name of ['', ' ']) {
      const lines = uuencode(name, everyByte).map((line) => line.replace(/^(begin 644) +$/, `$1${name}`));
      const bytes = message([...head, '', 'see', ...lines]);
      expect(files(bytes)).toEqual([['attachment', true]]);
      expect(text(bytes)).toBe('see');
    }
  });
  test('without its end: a signature behind it is text', () => {
    const lines = uuencode('"a.bin"', everyByte).slice(0, -1);
    const bytes = message([...head, '', 'see', ...lines, '-- ', 'Ann']);
    expect(files(bytes)).toEqual([['a.bin', true]]);
    expect(text(bytes)).toBe('see\n-- \nAnn');
  });
});

describe('yEnc', () => {
  const part = (number: number, bytes: Buffer): string[] => {
    const [, ...lines] = yencode('y.bin', bytes);
    return [
      `=ybegin part=${number} total=2 line=128 size=${everyByte.length} name=y.bin`,
      `=ypart begin=1 end=${bytes.length}`,
      ...lines.slice(0, -1),
      `=yend size=${bytes.length} part=${number} pcrc32=${crc32(bytes).toString(16)}`,
    ];
  };
  const one = part(1, everyByte.subarray(0, 350));
  const two = part(2, everyByte.subarray(350));
  test('the parts of one file in one mail are joined', () => {
    const bytes = message([...head, '', ...one, '', ...two]);
    expect(files(bytes)).toEqual([['y.bin', true]]);
    expect(readMail(bytes).defects).toEqual([]);
    expect(files(message([...head, '', ...two, '', ...one])).map(([name]) => name)).toEqual([
      'y.bin',
      'y.bin',
    ]);
  });
  test('under the label x-yencode', () => {
    const type = ['Content-Type: application/x-y; name=y.bin', 'Content-Transfer-Encoding: x-yencode', ''];
    expect(files(message([...head, ...type, ...yencode('y.bin', everyByte)]))).toEqual([['y.bin', true]]);
  });
});

describe('winmail.dat', () => {
  const winmail = (content: Buffer, type = 'application/ms-tnef'): Buffer =>
    message([
      ...head,
      `Content-Type: ${type}`,
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(content),
    ]);
  const file = (title: string): { title: string; data: Buffer } => ({ title, data: everyByte });

  test('more files than are shown do not change the last one', () => {
    const many = Array.from({ length: 510 }, (_, at) => ({ title: `${at}`, data: Buffer.from([at & 255]) }));
    const bytes = winmail(writeTnef({ message: {}, files: many }));
    expect(readMail(bytes).attachments).toHaveLength(500);
    expect(readMail(bytes).attachments.at(-1)?.filename).toBe('499');
    expect([...(readPart(bytes, '1.tnef500') ?? [])]).toEqual([499 & 255]);
  });
  test('the text of a report, where it has no other', () => {
    const report = { 0x1001: [0x1e, Buffer.from('Message was read on: Monday')] as [number, Buffer] };
    expect(text(winmail(writeTnef({ message: report, files: [] })))).toBe('Message was read on: Monday');
  });
  test('other names of its type', () => {
    const content = writeTnef({ message: {}, files: [file('a.bin')] });
    for (const type of ['application/x-tnef', 'application/x-ms-tnef', 'application/vnd.ms-tnef'])
      expect(files(winmail(content, type))).toEqual([['a.bin', true]]);
  });
  test('HTML that does not say its characters has those of the message', () => {
    // "Привет" in windows-1251.
    const html = Buffer.from('<p>\xcf\xf0\xe8\xe2\xe5\xf2</p>', 'latin1');
    const content = writeTnef({ message: { 0x1013: [0x102, html] }, files: [] });
    content.writeUInt32LE(1251, content.indexOf(Buffer.from('e4040000', 'hex')));
    expect(text(winmail(content))).toBe('Привет');
  });
  test('an object is without the sixteen bytes of its kind, a message inside keeps its subject', () => {
    const kind = Buffer.alloc(16, 3);
    const inner = writeTnef({ message: { 0x1000: [0x1f, Buffer.from('Words\0', 'utf16le')] }, files: [] });
    const object = (title: string, content: Buffer): Buffer => {
      const props = { 0x3701: [0x0d, Buffer.concat([kind, content])] as [number, Buffer] };
      const bytes = writeTnef({ message: {}, files: [{ title, data: Buffer.alloc(0), props }] });
      // An object has no attAttachData: its id is made another one.
      bytes.writeUInt32LE(0x0006800e, bytes.indexOf(Buffer.from('0f800600', 'hex')));
      return bytes;
    };
    expect(files(winmail(object('a picture', everyByte)))).toEqual([['a picture', true]]);
    expect(files(winmail(object('RE: a/b', inner))).map(([name]) => name)).toEqual(['RE_ a-b.txt']);
  });
});
