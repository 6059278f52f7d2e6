import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMimeReader } from '../../src-main/mime/mime-reader.ts';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { senderWarnings } from '../../src-main/trust/sender-warnings.ts';
import { diskFilename, fileExtension } from '../../src-shared/text/safe-filename.ts';
import { corpora, inCorpus } from '../agreement/corpora.ts';

/** C07, M01, S01: what is expected of the hostile mails that stand beside a checkout. */
const present = inCorpus('sec-own/EXPECT.tsv') && inCorpus('sec-mailsploit');
if (!present) process.stdout.write(`security-corpus: skipped, there are none at ${corpora}\n`);

const mails = (folder: string): [string, Buffer][] =>
  present
    ? readdirSync(join(corpora, folder))
        .filter((name) => name.endsWith('.eml'))
        .map((name) => [name, readFileSync(join(corpora, folder, name))])
    : [];
const nobody = {
  weightOf: () => Promise.resolve(0),
  named: () => Promise.resolve([]),
  domains: () => Promise.resolve(new Set<string>()),
};

describe.skipIf(!present)('hostile mail', { timeout: 180_000 }, () => {
  // More than the program gives, for machines that do much else.
  const reader = createMimeReader({ clock: systemClock, log: () => undefined, timeLimitMs: 10_000 });
  afterAll(() => reader.close());

  test('S01: the sender is the address that mail programs would answer, and a name that is another address is told of', async () => {
    const shown: Record<string, unknown> = {};
    for (const [name, bytes] of [...mails('sec-mailsploit'), ...mails('sec-own/spoof')]) {
      const mail = readMail(bytes);
      // That nobody has seen him before goes for all of them.
      const codes = (await senderWarnings(mail, [], nobody))
        .map(({ code }) => code)
        .filter((code) => code !== 'first-time');
      shown[name] = [mail.from[0]?.address.split('@').at(-1), codes.join()];
      for (const { name: who, address } of mail.from)
        expect(`${who}${address}`, name).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      // A line break inside a header begins no other one, here or when it is sent on.
      expect(mail.bcc, name).toEqual([]);
    }
    const evil = ['evil.test', 'address-in-name'];
    const sploit = ['mailsploit.test', 'address-in-name'];
    expect(shown).toEqual({
      'S01.eml': evil,
      'S02.eml': ['company.example', 'several-senders'],
      'S04.eml': evil,
      'S06.eml': ['evil.test', ''],
      'S10.eml': [undefined, ''],
      'S13.eml': ['b.example', ''],
      'S14.eml': ['evil.test', ''],
      // An encoded word in an address is never decoded: it stays as ugly as it was written.
      'p03.eml': ['mailsploit.test', ''],
      'p05.eml': sploit,
      'p07.eml': sploit,
      'p08.eml': sploit,
      'p09.eml': sploit,
      'p10.eml': ['mailsploit.test', ''],
      'p12.eml': ['mailsploit.test', ''],
      'p14.eml': sploit,
    });
  });

  test('C07: names of attachments are plain names with their true extension', () => {
    const names = Object.fromEntries(
      mails('sec-own/filename').map(([name, bytes]) => {
        const filename = readMail(bytes).attachments[0]?.filename ?? '';
        expect(diskFilename(filename), name).toBe(filename);
        return [name, [filename, fileExtension(filename)]];
      }),
    );
    expect(names).toEqual({
      'F01.eml': ['pwn.txt', 'txt'],
      'F04.eml': ['x.exe', 'exe'],
      'F05.eml': ['c.txt', 'txt'],
      'F06.eml': ['_con', ''],
      'F07.eml': ['_nul.txt', 'txt'],
      'F10.eml': ['invoicefdp.exe', 'exe'],
      'F14.eml': ['_2e_2e_2fpwn', ''],
      'F16.eml': ['photo.jpg.lnk', 'lnk'],
      'F19.eml': ['_(touch pwn).txt', 'txt'],
      'F20.eml': ['_CON.pdf', 'pdf'],
    });
  });

  test('M01: bombs open in the worker within their limits, and mail beside them is read meanwhile', async () => {
    const small = Buffer.from('From: a@example.org\r\nSubject: small\r\n\r\nx\r\n');
    const opened = mails('sec-own/mime').map(async ([name, bytes]) => {
      const mail = await reader.read(bytes);
      expect(
        mail.defects.map(({ code }) => code),
        name,
      ).not.toContain('unreadable');
      expect(JSON.stringify(mail.headers).length, name).toBeLessThan(2_500_000);
      expect(mail.attachments.length, name).toBeLessThan(2_000);
      return mail.from[0]?.address;
    });
    const beside = await reader.read(small);
    const senders = await Promise.all(opened);
    expect(beside.subject).toBe('small');
    expect(senders).toHaveLength(7);
    expect(new Set(senders)).toEqual(new Set(['s@example.org']));
  });
});
