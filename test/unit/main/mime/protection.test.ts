import { expect, test } from 'vitest';
import type { MimeReader } from '../../../../src-main/mime/mime-reader.ts';
import { readMessage } from '../../../../src-main/mime/read-message.ts';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { protectedMails } from '../../../fixtures/mime/protected-mails.ts';
import { opaqueSigned } from '../../../fixtures/mime/cms-writer.ts';
import { base64Lines, head, message } from '../../../fixtures/mime/message.ts';

test.each(protectedMails)('$name is said plainly', ({ bytes, expected }) => {
  const { protection } = readMail(bytes);
  expect(
    protection.map(({ what, by, form, whole }) => [what, by, form, whole ? 'whole' : 'part'].join(' ')),
  ).toEqual(expected);
  for (const { sentence } of protection) expect(sentence).toMatch(/did not check|cannot read it yet/);
});

test.each([false, true])('what an opaque signature holds is read (indefinite lengths: %s)', (indefinite) => {
  const inner = message([
    'Content-Type: multipart/mixed; boundary=i',
    '',
    '--i',
    '',
    'signed words',
    '--i',
    'Content-Type: image/png; name=p.png',
    '',
    'PNG',
    '--i--',
  ]);
  const bytes = message([
    ...head,
    'Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(opaqueSigned(inner, indefinite)),
  ]);
  const mail = readMail(bytes);
  expect(mail.text.trim()).toBe('signed words');
  expect(mail.attachments.map((one) => one.filename)).toEqual(['smime.p7m', 'p.png']);
  expect(Buffer.from(readPart(bytes, mail.attachments[1]?.partId ?? '') ?? []).toString()).toBe('PNG');
  expect(mail.sections).toEqual([expect.objectContaining({ protection: 0 })]);
});

test('what is signed and what stands beside it are pieces of their own', () => {
  const bytes = message([
    ...head,
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    'Content-Type: text/html',
    '',
    '<style>p{display:none}</style><b>before</b>',
    '--m',
    'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s',
    '',
    '--s',
    'Content-Type: text/html',
    '',
    '<p>signed</p>',
    '--s',
    'Content-Type: application/pgp-signature',
    '',
    'x',
    '--s',
    '',
    'a third part',
    '--s--',
    '--m--',
  ]);
  const { sections, protection } = readMail(bytes);
  expect(protection).toMatchObject([{ partId: '2', what: 'signed', whole: false }]);
  expect(sections.map(({ protection: index, text }) => [index, text.trim()])).toEqual([
    [null, 'before'],
    [0, 'signed'],
    [null, 'a third part'],
  ]);
  expect(sections[1]?.html).not.toContain('before');
});

test('a signed form beside an unsigned one is nobody’s word', () => {
  const bytes = message([
    ...head,
    'Content-Type: multipart/alternative; boundary=a',
    '',
    '--a',
    'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s',
    '',
    '--s',
    '',
    'signed',
    '--s',
    'Content-Type: application/pgp-signature',
    '',
    'x',
    '--s--',
    '--a',
    'Content-Type: text/html',
    '',
    '<p>other</p>',
    '--a--',
  ]);
  expect(readMail(bytes).sections.map((one) => one.protection)).toEqual([null]);
});

test('each piece is cleaned by itself, so that what one leaves open ends with it', async () => {
  const bytes = message([
    ...head,
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    'Content-Type: text/html',
    '',
    '<p>before</p><!-- <style>',
    '--m',
    'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s',
    '',
    '--s',
    'Content-Type: text/html',
    '',
    '<p>signed</p>',
    '--s',
    'Content-Type: application/pgp-signature',
    '',
    'x',
    '--s--',
    '--m--',
  ]);
  const cleaned: string[] = [];
  const { content } = await readMessage(
    bytes,
    { read: (raw: Uint8Array) => Promise.resolve(readMail(raw)) } as MimeReader,
    {
      clean: (html) => {
        cleaned.push(html);
        return Promise.resolve({
          html: `clean ${cleaned.length}`,
          remote: { count: 1, hosts: ['a.example'], urls: [`u${cleaned.length}`], trackers: [] },
          blocked: 0,
        });
      },
    },
  );
  expect(cleaned.map((html) => html.trim())).toEqual(['<p>before</p><!-- <style>', '<p>signed</p>']);
  expect(content.sections).toMatchObject([
    { protection: null, enclosed: false, html: 'clean 1' },
    { protection: 0, enclosed: false, html: 'clean 2' },
  ]);
  expect(content.html).toBe('clean 1\nclean 2');
  expect(content.remoteImages).toEqual({ count: 2, hosts: ['a.example'], trackers: [] });
});

test('the text of an enclosed message never passes for the words of who encloses it', () => {
  const bytes = message([
    ...head,
    'Content-Type: message/rfc822',
    '',
    'From: other@example.org',
    'Subject: inner',
    '',
    'enclosed words',
  ]);
  expect(readMail(bytes).sections).toMatchObject([{ enclosed: true, protection: null }]);
});
