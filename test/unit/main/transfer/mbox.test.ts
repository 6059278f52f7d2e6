import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fromLineDate, fromLineKind, makeFromLine } from '../../../../src-main/transfer/from-line.ts';
import { readMbox, type MboxReading } from '../../../../src-main/transfer/mbox-read.ts';
import {
  mboxEntry,
  readBack,
  survivesMbox,
  type MboxVariant,
} from '../../../../src-main/transfer/mbox-text.ts';

const directory = mkdtempSync(join(tmpdir(), 'posthorn-mbox-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

async function read(
  content: string | Buffer,
  options: { variant?: MboxVariant; mostBytes?: number; reading?: MboxReading } = {},
): Promise<{ from: string; text: string }[]> {
  const path = join(directory, String(files++));
  writeFileSync(path, content);
  const file = await open(path, 'r');
  try {
    const found: { from: string; text: string }[] = [];
    for await (const { fromLine, bytes } of readMbox(file, options))
      found.push({ from: fromLine, text: bytes.toString('latin1') });
    return found;
  } finally {
    await file.close();
  }
}

const line = (who = 'ann@example.test'): string => `From ${who} Sat Nov 21 15:04:05 2026\n`;
const mail = (subject: string, body: string): string => `Subject: ${subject}\r\n\r\n${body}`;

describe('From_ lines', () => {
  test.each([
    ['From ann@example.test Sat Nov 21 15:04:05 2026', 'dated', '2026-11-21T15:04:05Z'],
    ['From ann@example.test  Sat Nov  1 15:04 2026', 'dated', '2026-11-01T15:04:00Z'],
    ['From - Thu Feb 05 22:34:43 2009', 'dated', '2009-02-05T22:34:43Z'],
    ['From "a b"@example.test Sat Nov 21 15:04:05 2026 +0200', 'dated', '2026-11-21T13:04:05Z'],
    ['From 1712345@xxx Mon Apr 01 10:00:00 +0000 2024', 'dated', '2024-04-01T10:00:00Z'],
    ['From ann@example.test Sat, 21 Nov 2026 15:04:05 -0100', 'dated', '2026-11-21T16:04:05Z'],
    ['From ann@example.test Sat Nov 21 15:04:05 MET 2026', 'dated', '2026-11-21T15:04:05Z'],
    ['From -', 'undated', null],
    ['From ???@???', 'undated', null],
    ['From ann@example.test', 'undated', null],
    [
      'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001',
      'patch',
      '2001-09-17T00:00:00Z',
    ],
    ['From now on you can write to us', null, null],
    ['From the sea, with love', null, null],
  ])('%s', (words, kind, at) => {
    expect(fromLineKind(words)).toBe(kind);
    expect(fromLineDate(words)).toBe(at === null ? null : Date.parse(at));
  });

  test('what is written is read, and a strange sender is not written', () => {
    const at = Date.UTC(2026, 0, 5, 4, 3, 2);
    expect(makeFromLine('ann@example.test', at)).toBe('From ann@example.test Mon Jan  5 04:03:02 2026');
    expect(makeFromLine('two words\nFrom x', at)).toBe('From MAILER-DAEMON Mon Jan  5 04:03:02 2026');
    expect(fromLineDate(makeFromLine('', at))).toBe(at);
  });
});

describe('an mbox file', () => {
  test('gives back any messages with CRLF, byte for byte, whatever is quoted in them', async () => {
    const piece = fc.constantFrom(
      'From ',
      '>From ',
      '>>>From ',
      '\r\n',
      'a',
      ': ',
      line().trim(),
      '\u00e9',
      ' ',
      '\r\n\r\n',
      'Subject: x',
      'Content-Length: 5',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(piece, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        async (bodies) => {
          const mails = bodies.map((parts, i) => `Subject: ${i}\r\n\r\n${parts.join('')}\r\n`);
          const file = Buffer.concat(
            mails.map((text) => mboxEntry(Buffer.from(text, 'latin1'), 'a@b.test', 0)),
          );
          expect((await read(file)).map(({ text }) => text)).toEqual(mails);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('of long messages is read over the borders of pieces', async () => {
    const mails = [700_000, 3_500_000, 10, 1_048_576].map((length, i) =>
      mail(String(i), `${'x'.repeat(length)}\r\n`),
    );
    const file = Buffer.concat(mails.map((text) => mboxEntry(Buffer.from(text), 'a@b.test', 0)));
    expect((await read(file)).map(({ text }) => text === '' || text.length)).toEqual(
      mails.map(({ length }) => length),
    );
  });

  test('with CRLF is read as one with LF', async () => {
    const text = `${line()}Subject: 1\n\n>From me\n\n${line()}Subject: 2\n\nb\n`;
    expect(await read(text.replaceAll('\n', '\r\n'))).toEqual(await read(text));
    expect((await read(text)).map((one) => one.text)).toEqual([mail('1', 'From me\r\n'), mail('2', 'b\r\n')]);
  });

  test('is not cut at words, nor at a patch that somebody quotes', async () => {
    const body =
      'From now on: nothing\n\nFrom ann@example.test with love\n\nFrom 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.test>\n';
    expect(await read(`${line()}Subject: 1\n\n${body}\n${line()}Subject: 2\n\nb\n\n`)).toHaveLength(2);
  });

  test('is cut before a mail that begins with no header', async () => {
    const odd = 'no header here\r\n\r\nbody\r\n';
    const content = [mail('1', 'a\n'), odd, mail('2', 'b\n')].map((one) => line() + one + '\n').join('');
    expect((await read(content)).map(({ text }) => text.slice(0, 10))).toEqual([
      'Subject: 1',
      'no header ',
      'Subject: 2',
    ]);
    const words = `${line()}${mail('1', 'He wrote:\n')}${line()}no empty line before it\n`;
    expect(await read(words)).toHaveLength(1);
  });

  test('of patches is cut at each', async () => {
    const from = 'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n';
    expect(await read(`${from}From: A <a@b.test>\n\n1\n\n${from}From: B <b@b.test>\n\n2\n`)).toHaveLength(2);
  });

  test('without empty lines between its messages is cut where a header follows', async () => {
    expect(
      (await read(`${line()}Subject: 1\n\na\n${line()}Subject: 2\n\nb`)).map(({ text }) => text),
    ).toEqual([mail('1', 'a\r\n'), mail('2', 'b')]);
  });

  test('of Mozilla, with bare "From -" lines, is read', async () => {
    expect(await read('From -\nX-Mozilla-Status: 0001\n\na\n\nFrom -\nSubject: 2\n\nb\n')).toHaveLength(2);
  });

  test('with lengths is cut by them, and its lines are left alone', async () => {
    const body = `Hello\n\n${line()}Subject: not one\n\n>From me\n`;
    const file = `${line()}Content-Length: ${body.length}\nSubject: 1\n\n${body}\n${line()}Subject: 2\n\nb\n`;
    const found = await read(file);
    expect(found).toHaveLength(2);
    expect(found[0]?.text).toContain('\r\n>From me\r\n');
  });

  test('with a length that does not hold is cut at its lines', async () => {
    for (const length of [3, 5_000_000, 999_999_999_999])
      expect(
        await read(`${line()}Content-Length: ${length}\n\nHello you\n\n${line()}Subject: 2\n\nb\n`),
      ).toHaveLength(2);
  });

  test('that begins with something else gives what follows, and says so', async () => {
    const reading = { skipped: 0, tooLong: [] };
    expect(await read(`what is this\n${line()}Subject: 1\n\na\n`, { reading })).toHaveLength(1);
    expect(reading.skipped).toBe(13);
    expect(await read('no mail at all\n')).toEqual([]);
    expect(await read('')).toEqual([]);
  });

  test('with a message too long passes over it alone', async () => {
    const reading: MboxReading = { skipped: 0, tooLong: [] };
    const file = `${line()}Subject: 1\n\na\n\n${line()}Subject: 2\n\n${'long line\n'.repeat(500_000)}\n${line()}Subject: 3\n\nc\n`;
    const found = await read(file, { mostBytes: 2_000_000, reading });
    expect(found.map(({ text }) => text.slice(0, 10))).toEqual(['Subject: 1', 'Subject: 3']);
    expect(reading.tooLong).toHaveLength(1);
  });
});

test('marks are taken off as the kind of file wants it', () => {
  const marked = Buffer.from('a\n>From b\n>>From c\n');
  expect(readBack(marked, 'mboxrd').toString()).toBe('a\r\nFrom b\r\n>From c\r\n');
  expect(readBack(marked, 'mboxo').toString()).toBe('a\r\nFrom b\r\n>>From c\r\n');
  expect(readBack(marked, 'mboxcl2').toString()).toBe('a\r\n>From b\r\n>>From c\r\n');
});

test('what an mbox file cannot keep is known', () => {
  expect(survivesMbox(Buffer.from('A: b\r\n\r\nc\r\n'))).toBe(true);
  expect(survivesMbox(Buffer.from('A: b\r\n\r\nc'))).toBe(false);
  expect(survivesMbox(Buffer.from('A: b\n\nc\n'))).toBe(false);
  expect(survivesMbox(Buffer.from('A: b\r\n\r\nc\r\r\n'))).toBe(false);
});

test('a mail that begins with a From_ line of its own, however often marked, stays a mail', async () => {
  const mails = ['A: 1\r\n\r\nx\r\n', '>>From a@b.test\r\nA: 2\r\n\r\ny\r\n'];
  const file = Buffer.concat(mails.map((mail) => mboxEntry(Buffer.from(mail), 'a@b.test', 0)));
  expect((await read(file)).map(({ text }) => text)).toEqual(mails);
});

test('a length that leads to no separator is not read up to', async () => {
  const path = join(directory, String(files++));
  const one = `${line()}Content-Length: 6000001\n\nHello\n\n`;
  writeFileSync(path, one + `${line()}Subject: 2\n\n${'b'.repeat(8_000_000)}\n`);
  const file = await open(path, 'r');
  let bytes = 0;
  const counted = {
    stat: () => file.stat(),
    async read(room: Buffer, offset: number, length: number, position: number) {
      const got = await file.read(room, offset, length, position);
      bytes += got.bytesRead;
      return got;
    },
  } as unknown as FileHandle;
  const first = await readMbox(counted).next();
  expect(first.value?.bytes.toString('latin1')).toBe('Content-Length: 6000001\r\n\r\nHello\r\n');
  expect(bytes).toBeLessThan(2_000_000);
  await file.close();
});
