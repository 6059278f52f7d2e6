import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { parseAddressField } from '../../../../../src-main/mime/compose/address-list.ts';
import {
  composeMessage,
  newMessageId,
  type ComposeInput,
} from '../../../../../src-main/mime/compose/compose-message.ts';
import { readMail, readPart } from '../../../../../src-main/mime/read/read-mail.ts';
import { AppError } from '../../../../../src-shared/error.ts';

const base: ComposeInput = {
  from: { name: 'Ann Lee', address: 'ann@example.test' },
  replyTo: [],
  to: [{ name: '', address: 'bob@example.test' }],
  cc: [],
  bcc: [],
  subject: 'Hello',
  text: 'Hi Bob\n',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  messageIdHeader: '<id1@example.test>',
  date: Date.UTC(2026, 10, 21, 9, 30),
};

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\r\n');
}

async function both(input: ComposeInput) {
  const message = await composeMessage(input);
  return {
    message,
    ours: readMail(message.bytes),
    theirs: await simpleParser(message.bytes, { keepCidLinks: true }),
  };
}

describe('a composed message', () => {
  test('reads the same with two parsers', async () => {
    const { message, ours, theirs } = await both({
      ...base,
      from: { name: 'Änn “the” Lee, Dr.', address: 'ann@example.test' },
      to: [
        { name: 'Müller, Jörg', address: 'jm@xn--bcher-kva.example' },
        { name: 'Bob "B" O\'Neil', address: 'bob@example.test' },
      ],
      subject: `Grüße 🎉 ${'and a long subject that must be folded '.repeat(4)}end`,
      inReplyTo: '<parent@example.test>',
      references: ['<root@example.test>', '<parent@example.test>'],
    });
    expect(ours.defects).toEqual([]);
    for (const subject of [ours.subject, theirs.subject]) expect(subject).toBe(message.rowEnvelope.subject);
    expect(ours.from).toEqual([{ name: 'Änn “the” Lee, Dr.', address: 'ann@example.test' }]);
    expect(ours.to.map((entry) => entry.name)).toEqual(['Müller, Jörg', 'Bob "B" O\'Neil']);
    expect(theirs.from?.value[0]).toMatchObject({ name: 'Änn “the” Lee, Dr.', address: 'ann@example.test' });
    expect(ours.references).toEqual(['<root@example.test>', '<parent@example.test>']);
    expect(theirs.inReplyTo).toBe('<parent@example.test>');
    expect(ours.date).toBe('2026-11-21T09:30:00.000Z');
    expect(theirs.headers.has('user-agent')).toBe(false);
    expect(Math.max(...linesOf(message.bytes).map((line) => line.length))).toBeLessThanOrEqual(76);
  });

  test('holds only 7-bit lines of bounded length and only CRLF, whatever the text', async () => {
    const text = `${'x'.repeat(5000)}\n${'ü'.repeat(3000)}\n.dot\n..dots\nFrom nowhere\n 日本語 ${'語'.repeat(600)}\n\ttab\n`;
    const { message, ours, theirs } = await both({ ...base, text });
    expect(message.needs8Bit).toBe(false);
    expect(message.bytes.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]|[\u0080-\u00ff]/);
    expect(Math.max(...linesOf(message.bytes).map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(ours.text.trimEnd()).toBe(text.trimEnd());
    expect(theirs.text?.trimEnd()).toBe(text.trimEnd());
  });

  test('keeps Bcc in the envelope and out of the bytes', async () => {
    const { message } = await both({
      ...base,
      bcc: [
        { name: 'Secret', address: 'secret@example.test' },
        { name: '', address: 'BOB@EXAMPLE.TEST' },
      ],
    });
    expect(message.envelope.recipients).toEqual([
      'bob@example.test',
      'secret@example.test',
      'BOB@EXAMPLE.TEST',
    ]);
    expect(message.bytes.toString('latin1')).not.toMatch(/secret|bcc/i);
  });

  test('carries HTML with its text, an inline picture, files and a whole message', async () => {
    const forwarded = Buffer.from('From: x@example.test\r\nSubject: old\r\n\r\nold text\r\n');
    const long = `${'Ein sehr langer Name '.repeat(6)}– 日本語 "quoted" 100%.txt`;
    const { message, ours, theirs } = await both({
      ...base,
      text: null,
      html: '<p>Look: <img src="cid:pic@1"></p>',
      attachments: [
        { filename: long, contentType: 'text/plain', bytes: Buffer.from('abc'), contentId: null },
        {
          filename: 'p.png',
          contentType: 'image/png',
          bytes: Buffer.from([0, 255, 10, 13]),
          contentId: 'pic@1',
        },
        {
          filename: 'nothing.bin',
          contentType: 'not a type\r\nX: y',
          bytes: Buffer.alloc(0),
          contentId: null,
        },
        { filename: 'old.eml', contentType: 'message/rfc822', bytes: forwarded, contentId: null },
      ],
    });
    expect(ours.text.trimEnd()).toBe('Look:');
    expect(ours.html).toContain('cid:pic@1');
    expect(message.hasAttachments).toBe(true);
    expect(theirs.attachments.map((attachment) => attachment.filename)).toContain(long);
    const picture = ours.attachments.find((attachment) => attachment.contentId === 'pic@1');
    expect(picture).toMatchObject({ embedded: true, contentType: 'image/png' });
    expect(readPart(message.bytes, picture?.partId ?? '')).toEqual(Buffer.from([0, 255, 10, 13]));
    const eml = ours.attachments.find((attachment) => attachment.filename === 'old.eml');
    expect(eml?.contentType).toBe('message/rfc822');
    expect(
      Buffer.from(readPart(message.bytes, eml?.partId ?? '') ?? [])
        .toString()
        .trimEnd(),
    ).toBe(forwarded.toString().trimEnd());
    expect(ours.attachments.find((attachment) => attachment.filename === 'nothing.bin')?.contentType).toBe(
      'application/octet-stream',
    );
  });

  test('says when it needs 8BITMIME or SMTPUTF8', async () => {
    const eml = {
      filename: 'a.eml',
      contentType: 'message/rfc822',
      bytes: Buffer.from('Subject: é\n\nü\n'),
      contentId: null,
    };
    expect(await composeMessage({ ...base, attachments: [eml] })).toMatchObject({
      needs8Bit: true,
      needsUtf8: false,
    });
    expect(await composeMessage({ ...base, to: [{ name: '', address: 'jörg@example.test' }] })).toMatchObject(
      { needsUtf8: true },
    );
  });

  test('gives each message an id of its own, at the domain of the sender', () => {
    const ids = new Set(Array.from({ length: 100 }, () => newMessageId('ann@example.test')));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^<[a-z0-9]{20,26}@example\.test>$/);
  });
});

describe('injected header lines', () => {
  const breaks = ['\r\n', '\n', '\r', '\0', '\u2028', '\u2029', '\u0085', '\v', '\f'];
  const evil = (lineBreak: string): string => `x${lineBreak}Bcc: eve@evil.test`;
  const fields: [string, (text: string) => Partial<ComposeInput>][] = [
    ['the subject', (text) => ({ subject: text })],
    ['the name of the sender', (text) => ({ from: { name: text, address: 'ann@example.test' } })],
    ['the name of a recipient', (text) => ({ to: [{ name: text, address: 'bob@example.test' }] })],
    ['an address', (text) => ({ cc: [{ name: '', address: `bob@example.test${text}` }] })],
    ['a reply address', (text) => ({ replyTo: [{ name: text, address: 'bob@example.test' }] })],
    ['In-Reply-To', (text) => ({ inReplyTo: `<a@b${text}>` })],
    ['References', (text) => ({ references: [`<a@b${text}>`] })],
    ['Message-ID', (text) => ({ messageIdHeader: `<a@b${text}>` })],
    [
      'a file name',
      (text) => ({
        attachments: [
          { filename: text, contentType: 'text/plain', bytes: Buffer.from('x'), contentId: null },
        ],
      }),
    ],
    [
      'a Content-ID',
      (text) => ({
        html: `<img src="cid:${text}">`,
        attachments: [{ filename: 'a', contentType: 'image/png', bytes: Buffer.from('x'), contentId: text }],
      }),
    ],
  ];
  test.each(fields)('by %s are refused by name', async (_name, change) => {
    for (const lineBreak of breaks) {
      const failure = await composeMessage({ ...base, ...change(evil(lineBreak)) }).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(AppError);
      expect((failure as AppError).code).toBe('bad-params');
    }
  });

  test.each(breaks)('through an address field are refused (%j)', (lineBreak) => {
    expect(() => parseAddressField('To', `bob@example.test${lineBreak}Cc: eve@evil.test`)).toThrow(
      /^The message was not sent\. To:/,
    );
  });

  test('by a content type do not get through', async () => {
    const { ours } = await both({
      ...base,
      attachments: [
        { filename: 'a', contentType: 'text/plain\r\nX-Evil: 1', bytes: Buffer.from('x'), contentId: null },
      ],
    });
    expect(ours.attachments[0]?.contentType).toBe('application/octet-stream');
  });
});
