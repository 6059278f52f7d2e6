import { expect, test } from 'vitest';
import type { CachePort } from '../../../../src-main/cache/cache-port.ts';
import { createWholeMessage } from '../../../../src-main/ipc/whole-message.ts';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';

/** RFC 2046 5.2.2.2, with a base64 part that is cut in the middle of a line. */
const inner = [
  'Subject: The whole',
  'Message-ID: <whole@example.org>',
  'X-Inner: left out',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'first words and last words',
  '--b',
  'Content-Type: application/octet-stream; name=a.bin',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('x'.repeat(100)).toString('base64'),
  '--b--',
  '',
].join('\r\n');
const cuts = [0, 215, 330, inner.length];
const fragment = (number: number, total: number | null, from = 'ann@example.org'): string =>
  [
    `From: ${from}`,
    `Subject: The whole (${number}/3)`,
    `Message-ID: <piece${number}@example.org>`,
    'MIME-Version: 1.0',
    'X-Outer: kept',
    `Content-Type: message/partial; id="whole@x";\r\n number=${number}${total === null ? '' : `; total=${total}`}`,
    '',
    inner.slice(cuts[number - 1], cuts[number]),
  ].join('\r\n');

function folder(mails: readonly string[]) {
  const rows = mails.map(
    (mail, at) =>
      ({
        messageId: `m${at}`,
        folderId: 'f',
        readableOffline: true,
        from: readMail(Buffer.from(mail)).from,
      }) as unknown as MessageRow,
  );
  const cache = {
    call: (method: string, { messageId }: { messageId?: string }) =>
      Promise.resolve(
        method === 'indexOf'
          ? { index: 0 }
          : method === 'page'
            ? { rows }
            : (mails[Number(messageId?.slice(1))] ?? null),
      ),
  } as unknown as CachePort;
  const wholeOf = createWholeMessage({
    cache,
    reader: { read: (bytes) => Promise.resolve(readMail(bytes)) },
  });
  return (at: number) => wholeOf(rows[at] as MessageRow, Buffer.from(mails[at] ?? ''));
}

test.each([0, 1, 2])('three pieces in any order are one message, whichever is opened (%i)', async (at) => {
  const { bytes, sentence } = await folder([fragment(2, null), fragment(3, 3), fragment(1, null)])(at);
  expect(sentence).toBe('Put together from the 3 pieces that it was sent in.');
  const mail = readMail(bytes);
  expect(mail).toMatchObject({ subject: 'The whole', messageId: '<whole@example.org>' });
  expect(mail.text.trim()).toBe('first words and last words');
  expect(mail.headers.map(({ name }) => name)).toEqual(expect.arrayContaining(['X-Outer']));
  expect(mail.headers.map(({ name }) => name)).not.toContain('X-Inner');
  expect(Buffer.from(readPart(bytes, '2') ?? []).toString()).toBe('x'.repeat(100));
});

test('what is missing is named, and the piece is shown as it is', async () => {
  const mails = [fragment(1, 3), fragment(3, 3)];
  const { bytes, sentence } = await folder(mails)(0);
  expect(sentence).toBe(
    'This is the 1st of the 3 pieces that one message was sent in. The 2nd is not here yet. Until then, what this piece holds is shown.',
  );
  expect(bytes.toString()).toBe(mails[0]);
  expect((await folder([fragment(2, null)])(0)).sentence).toContain(
    'This is the 2nd piece of a message that was sent in several. How many there are is not known yet',
  );
  const middle = await folder([fragment(13, 14), fragment(1, 14)])(0);
  expect(middle.sentence).toContain(
    'This is the 13th of the 14 pieces that one message was sent in. The 2nd, the 3rd, the 4th, the 5th, the 6th, the 7th, the 8th, the 9th, the 10th, the 11th and 2 more are not here yet.',
  );
  expect((await folder([fragment(1, 4), fragment(4, 4)])(1)).sentence).toContain(
    'This is the 4th of the 4 pieces that one message was sent in. The 2nd and the 3rd are not here yet.',
  );
});

test('a piece of somebody else, or of another message, gets nowhere near', async () => {
  const foreign = [fragment(1, 3), fragment(2, 3, 'eve@example.net'), fragment(3, 3)];
  expect((await folder(foreign)(0)).sentence).toContain('The 2nd is not here yet');
  const other = [fragment(1, 3), fragment(2, 3).replace('whole@x', 'other@x'), fragment(3, 3)];
  expect((await folder(other)(0)).sentence).toContain('The 2nd is not here yet');
});

test('numbers of nobody, and all other mail, stay alone', async () => {
  for (const mail of [
    fragment(1, 3).replace('number=1', 'number=99999999'),
    fragment(1, 3).replace('id="whole@x";', ''),
    'From: a@b.c\r\n\r\nContent-Type: message/partial; id=a; number=1\r\n',
  ])
    expect((await folder([mail, mail])(0)).sentence).toBeNull();
});
