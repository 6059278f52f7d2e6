import { expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { safeFilename } from '../../../../src-shared/text/safe-filename.ts';

/**
 * Each of these took from ten seconds to hours while a pattern looked at every run of characters once for each of
 * its characters. Read in one pass they take milliseconds; the limit leaves room for a loaded machine.
 */
const limitMs = 20_000;
const many = (text: string, times: number): string => text.repeat(times);
const part = (type: string, body: string, extra = ''): string =>
  `From: ann@example.org\r\nContent-Type: ${type}\r\n${extra}\r\n${body}`;
const base64 = 'Content-Transfer-Encoding: base64\r\n';
const parts = (header: string): string =>
  part('multipart/mixed; boundary=b', many(`--b\r\n${header}\r\n\r\nx\r\n`, 30));

test.each<[string, string]>([
  ['base64 that is empty lines up to a foreign character', part('text/plain', `${many('\n', 2e6)}!`, base64)],
  ['brackets behind a Content-ID', parts(`Content-ID: <a${many('>', 60_000)}x>`)],
  ['blanks in a Content-ID', parts(`Content-ID: <a${many(' ', 60_000)}x>`)],
  ['brackets that open in the encoding', parts(`Content-Transfer-Encoding: ${many('(', 60_000)}`)],
  ['blanks in the boundary', part(`multipart/mixed; boundary="a${many(' ', 16_000)}x"`, '')],
  [
    'blanks in lines that begin as a separator',
    part('multipart/mixed; boundary=b', many(`--${many(' ', 990)}x\r\n`, 20_000)),
  ],
  ['blanks that do not break', part('text/html', `<p>a${many('&nbsp;', 85_000)}b</p>`)],
  ['blanks in richtext', part('text/richtext', `a${many(' ', 1e6)}b`)],
  ['comments that richtext leaves open', part('text/richtext', many('<comment>', 200_000))],
  ['sizes in the head of yEnc', part('text/plain', many(`=ybegin line=128 ${many('size=1 ', 9_000)}\n`, 30))],
  ['signed content nested without end', part('application/pkcs7-mime', many('0\x80', 1e6))],
  [
    'words behind base64 in a line of megabytes',
    part('text/plain', `QUJD\n! a ${many('QUJD', 2e6)}`, base64),
  ],
  [
    'separators among fields that name others',
    `${many(`Content-Type: multipart/mixed; boundary=b${many(' ', 190)}\r\n`, 900)}${many('--x\r\nA: b\r\n', 9_000)}\r\nx`,
  ],
  ['addresses of brackets', `From: ${many('<', 60_000)}a@b${many('>', 60_000)}x\r\n\r\nx`],
])('%s: time grows with the length alone', { timeout: 120_000 }, (_, mail) => {
  const bytes = Buffer.from(mail, 'latin1');
  const begin = performance.now();
  const { defects } = readMail(bytes);
  expect(defects.map(({ code }) => code)).not.toContain('unreadable');
  expect(performance.now() - begin).toBeLessThan(limitMs);
});

test(
  'two thousand names that nobody encoded do not have the whole mail looked at for each',
  { timeout: 120_000 },
  () => {
    const name = many('\xe9\xe8\xc0\xd1\xd2\xb1\xa1\xfa ', 3);
    const one = `--b\r\nContent-Type: a/b; name="${name}"\r\n\r\n${many(name, 40)}\r\n`;
    const bytes = Buffer.from(part('multipart/mixed; boundary=b', many(one, 1_990)), 'latin1');
    const begin = performance.now();
    expect(readMail(bytes).attachments).toHaveLength(1_990);
    // A second; it took half a minute.
    expect(performance.now() - begin).toBeLessThan(limitMs / 2);
  },
);

test('a name of dots takes no time either', () => {
  const begin = performance.now();
  expect(safeFilename(`a${many(' .', 200_000)}x`)).toMatch(/^a\./);
  expect(performance.now() - begin).toBeLessThan(limitMs);
});

test('many pictures in a long mail: the HTML is read once', { timeout: 120_000 }, () => {
  const pictures = Array.from(
    { length: 1_900 },
    (_, index) => `--b\r\nContent-Type: image/png\r\nContent-ID: <i${index}>\r\n\r\nx\r\n`,
  );
  const html = `<img src="cid:i7"><img src='cid:i%38'><p style="background: url(cid:i9)">${many('x', 400_000)}`;
  const mail = readMail(
    Buffer.from(
      part(
        'multipart/related; boundary=b',
        `--b\r\nContent-Type: text/html\r\n\r\n${html}\r\n${pictures.join('')}`,
      ),
    ),
  );
  expect(mail.attachments.filter(({ embedded }) => embedded).map(({ contentId }) => contentId)).toEqual([
    'i7',
    'i8',
    'i9',
  ]);
});

test('blanks by the hundred thousand behind the end of a multipart without parts', () => {
  const begin = performance.now();
  const mail = readMail(
    Buffer.from(
      part('multipart/mixed; boundary=b', `hello\r\n--b--${many(' ', 300_000)}${many('\n', 300_000)}x`),
    ),
  );
  expect(mail.text).toContain('hello');
  expect(performance.now() - begin).toBeLessThan(limitMs);
});
