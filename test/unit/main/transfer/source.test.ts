import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { flagsInHeader, timeInHeader } from '../../../../src-main/transfer/header-look.ts';
import {
  flagsOfMaildirName,
  maildirName,
  readKeywords,
  writeKeywords,
} from '../../../../src-main/transfer/maildir-name.ts';
import { readSource, type IncomingMail } from '../../../../src-main/transfer/source.ts';

const directory = mkdtempSync(join(tmpdir(), 'posthorn-source-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function all(path: string, format: 'mbox' | 'eml' | 'maildir', crlf = true): Promise<IncomingMail[]> {
  const found: IncomingMail[] = [];
  for await (const mail of readSource({ path, format, crlf })) found.push(mail);
  return found;
}

test('a header full of comments that never end is read once', () => {
  expect(timeInHeader(`Date: ${'('.repeat(600_000)}`)).toBeNull();
  expect(timeInHeader('Date: Sat, 21 Nov 2026 15:04:05 +0000 (UTC)')).toBe(Date.UTC(2026, 10, 21, 15, 4, 5));
});

describe('names of a Maildir', () => {
  test('tell flags and keywords there and back', () => {
    const keywords: string[] = [];
    const flags = ['\\Seen', '\\Flagged', 'Work', '$Forwarded', 'Later'];
    const name = maildirName({ at: 1_795_000_000_000, index: 7, size: 12, flags }, 'tx1', keywords);
    expect(name).toMatch(/^1795000000\.P7_tx1\.posthorn,S=12[:;]2,FPSab$/);
    expect(readKeywords(writeKeywords(keywords))).toEqual(['Work', 'Later']);
    expect(flagsOfMaildirName(name, keywords).sort()).toEqual([...flags].sort());
  });

  test('of others are read, and a deleted one comes in undeleted', () => {
    expect(flagsOfMaildirName('1.M2P3.host:2,RSTz', [])).toEqual(['\\Answered', '\\Seen']);
    expect(flagsOfMaildirName('1.M2P3.host', [])).toEqual([]);
  });
});

test('flags in a header are those of mbox programs', () => {
  expect(flagsInHeader('Status: RO\nX-Status: AF\nX-Keywords: Work  Later')).toEqual([
    '\\Seen',
    '\\Answered',
    '\\Flagged',
    'Work',
    'Later',
  ]);
  expect(flagsInHeader('X-Mozilla-Status: 1005')).toEqual(['\\Seen', '\\Flagged', '$Forwarded']);
  expect(flagsInHeader('Status: delivered')).toEqual([]);
});

test('the time in a header is that of the newest Received line', () => {
  expect(
    timeInHeader(
      'Received: by x;\n Sat, 21 Nov 2026 10:00:00 +0100 (CET)\nReceived: by y; Fri, 20 Nov 2026 10:00:00 +0000\nDate: Thu, 19 Nov 2026 10:00:00 +0000',
    ),
  ).toBe(Date.UTC(2026, 10, 21, 9));
  expect(timeInHeader('Date: soon')).toBeNull();
});

test('a folder of .eml files comes in by name; what is no mail is refused in words', async () => {
  const path = join(directory, 'eml');
  mkdirSync(join(path, 'deeper'), { recursive: true });
  writeFileSync(join(path, 'a.eml'), 'Subject: a\nDate: Sat, 21 Nov 2026 10:00:00 +0000\n\nx\n');
  writeFileSync(join(path, 'b.eml'), '\u0089PNG\r\n\u001a\n');
  writeFileSync(join(path, 'c.eml'), '');
  writeFileSync(join(path, 'd.eml'), 'From - Sat Nov 21 15:04:05 2026\r\nSubject: d\r\n\r\nx');
  writeFileSync(join(path, 'deeper', 'e.EML'), 'Subject: e\n\nx\n');
  writeFileSync(join(path, 'notes.txt'), 'Subject: no\n\nx\n');
  utimesSync(join(path, 'a.eml'), 1_000, 1_000);
  const found = await all(path, 'eml');
  expect(found.map(({ kind, where }) => `${kind} ${where}`)).toEqual([
    'mail a.eml',
    'refused b.eml',
    'refused c.eml',
    'mail d.eml',
    'mail e.EML',
  ]);
  const [first, , , fourth] = found;
  expect(first?.kind === 'mail' && [first.bytes.toString(), first.at]).toEqual([
    'Subject: a\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nx\r\n',
    Date.UTC(2026, 10, 21, 10),
  ]);
  expect(fourth?.kind === 'mail' && fourth.bytes.toString()).toBe('Subject: d\r\n\r\nx');
  const kept = await all(join(path, 'a.eml'), 'eml', false);
  expect(kept[0]?.kind === 'mail' && kept[0].bytes.includes('\r')).toBe(false);
});

test('a Maildir comes in by time, with flags and times', async () => {
  const path = join(directory, 'maildir');
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(path, part), { recursive: true });
  writeFileSync(join(path, 'cur', '1000000001.a:2,SFa'), 'Subject: 2\n\nx\n');
  writeFileSync(join(path, 'new', '999999999.b'), 'Subject: 1\n\nx\n');
  writeFileSync(join(path, 'tmp', '3.c'), 'half');
  writeFileSync(join(path, 'dovecot-keywords'), '0 Work\n');
  utimesSync(join(path, 'cur', '1000000001.a:2,SFa'), 1_234, 1_234);
  const found = await all(path, 'maildir');
  expect(found.map((mail) => mail.kind === 'mail' && mail.flags)).toEqual([
    [],
    ['\\Flagged', '\\Seen', 'Work'],
  ]);
  expect(found[1]?.kind === 'mail' && found[1].at).toBe(1_234_000);
});

test('what is not what it is called is refused as a whole', async () => {
  writeFileSync(join(directory, 'no.mbox'), 'nothing\n');
  await expect(all(join(directory, 'no.mbox'), 'mbox')).rejects.toThrow('is no mbox file');
  await expect(all(directory, 'maildir')).rejects.toThrow('is no Maildir');
});

test('files that a window handed over go by the names that their owner knows, never by where they lie', async () => {
  const received = async (format: 'mbox' | 'maildir'): Promise<IncomingMail[]> => {
    const found: IncomingMail[] = [];
    for await (const mail of readSource({ format, path: given, crlf: true, received: true }))
      found.push(mail);
    return found;
  };
  const given = mkdtempSync(join(directory, 'given-'));
  writeFileSync(join(given, '00001 diary.txt'), 'nothing\n');
  writeFileSync(join(given, '00002 old.mbox'), 'From a@b.test Sat Nov 21 15:04:05 2026\nSubject: x\n\nx\n');
  const found = await received('mbox');
  expect(found.map(({ kind, where }) => [kind, where])).toEqual([
    ['refused', 'diary.txt'],
    ['mail', 'old.mbox, message 1, at byte 0'],
  ]);
  expect(JSON.stringify(found[0])).not.toContain(given);
  await expect(received('maildir')).rejects.toThrow(/^What you chose cannot be imported\. It is no Maildir/);
  // A Maildir whose mails are all new: a picker hands over no empty folders.
  mkdirSync(join(given, 'new'));
  writeFileSync(join(given, 'new', '1.a'), 'Subject: 1\n\nx\n');
  expect(await received('maildir')).toHaveLength(1);
});
