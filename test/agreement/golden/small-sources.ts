import { createHash } from 'node:crypto';
import { readMail, readPart } from '../../../src-main/mime/read/read-mail.ts';
import { unflow } from '../../../src-main/mime/read/flowed.ts';
import { people, seconds, words, type Check } from '../comparison.ts';
import { corpusFiles, inCorpus, mboxMessages, readCorpus } from '../corpora.ts';

/** ImapTest's envelopes and decoded parts, the judge of IMAP servers. */
export function* imaptestChecks(): Generator<Check> {
  const check = (path: string, field: string, ours: string, theirs: string): Check => ({
    source: 'imaptest',
    path: `imaptest/${path}`,
    field,
    ours,
    theirs,
  });
  if (inCorpus('imaptest/fetch-envelope')) {
    const mails = mboxMessages(readCorpus('imaptest/fetch-envelope.mbox'));
    for (const line of readCorpus('imaptest/fetch-envelope').toString('utf8').split('\n')) {
      const found = /^\* (\d+) FETCH \(ENVELOPE (.*)\)$/.exec(line.trim());
      const bytes = mails[Number(found?.[1] ?? 0) - 1];
      if (found === null || bytes === undefined) continue;
      const envelope = parseList(found[2] ?? '')[0];
      if (!Array.isArray(envelope)) continue;
      const mail = readMail(bytes);
      const path = `fetch-envelope#${found[1]}`;
      const text = (index: number): string => (typeof envelope[index] === 'string' ? envelope[index] : '');
      yield check(path, 'date', seconds(mail.date), seconds(new Date(text(0)).toISOString()));
      yield check(path, 'subject', mail.subject, text(1));
      yield check(path, 'from', people(mail.from), imapPeople(envelope[2]));
      yield check(path, 'to', people(mail.to), imapPeople(envelope[5]));
      yield check(path, 'cc', people(mail.cc), imapPeople(envelope[6]));
      yield check(path, 'bcc', people(mail.bcc), imapPeople(envelope[7]));
      yield check(path, 'In-Reply-To', mail.inReplyTo, text(8));
      yield check(path, 'Message-ID', mail.messageId, text(9));
    }
  }
  for (const { path } of corpusFiles('imaptest')) {
    const box = `imaptest/${path}.mbox`;
    if (path.endsWith('.mbox') || !/^fetch-(?:binary|body)/.test(path) || !inCorpus(box)) continue;
    const mails = mboxMessages(readCorpus(box));
    const script = readCorpus(`imaptest/${path}`).toString('latin1');
    let message = 1;
    for (const match of script.matchAll(
      /^\* (\d+) fetch \(|\b(binary|body)\[([\d.]+)\] ~?\{\{\{\n([\s\S]*?)\n\}\}\}/gim,
    )) {
      if (match[1] !== undefined) message = Number(match[1]);
      const [, , kind, partId, want = ''] = match;
      const bytes = mails[message - 1];
      if (kind === undefined || partId === undefined || bytes === undefined) continue;
      // BODY[n] is what stands in the mail, ours is decoded; the two are one where nothing is encoded.
      const part = readPart(bytes, partId);
      const ours = part === null ? 'nothing' : Buffer.from(part).toString('latin1').replace(/\r\n/g, '\n');
      yield check(
        `${path}#${message}`,
        `${kind}[${partId}]`,
        ours.trimEnd(),
        want.replace(/\r\n/g, '\n').trimEnd(),
      );
    }
  }
}

type ListItem = string | null | ListItem[];

function parseList(text: string): ListItem[] {
  const root: ListItem[] = [];
  const stack: ListItem[][] = [root];
  for (const [token] of text.matchAll(/\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+/g)) {
    if (token === '(') {
      const list: ListItem[] = [];
      stack.at(-1)?.push(list);
      stack.push(list);
    } else if (token === ')') stack.pop();
    else
      stack
        .at(-1)
        ?.push(
          token === 'NIL' ? null : token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token,
        );
  }
  return root;
}

function imapPeople(list: ListItem | undefined): string {
  if (!Array.isArray(list)) return '';
  return people(
    list.flatMap((one) => {
      if (!Array.isArray(one)) return [];
      const [name, , mailbox, host] = one;
      if (typeof mailbox !== 'string' || typeof host !== 'string') return [];
      return [{ name: typeof name === 'string' ? name : '', address: `${mailbox}@${host}` }];
    }),
  );
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** MimeKit's TNEF files with what they hold, its yEnc picture; Roundcube's flowed text; Thunderbird's decoded bodies. */
export function* fileChecks(): Generator<Check> {
  const folder = 'mimekit/tnef/';
  for (const name of ['attachments', 'long-filename', 'unicode-mapi-attr', 'winmail', 'garbage-at-end']) {
    if (!inCorpus(`${folder}${name}.tnef`)) continue;
    const bytes = mailWith(readCorpus(`${folder}${name}.tnef`));
    const mail = readMail(bytes);
    const check = (field: string, ours: string, theirs: string): Check => ({
      source: 'mimekit',
      path: `${folder}${name}.tnef`,
      field,
      ours,
      theirs,
    });
    const inside = corpusFiles('mimekit').filter(
      ({ path }) => path.startsWith(`tnef/${name}/`) && !path.includes('/message.'),
    );
    const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.\d$/, '');
    const files = mail.attachments;
    yield check(
      'attachment names',
      files
        .map((one) => one.filename)
        .sort()
        .join('|'),
      inside
        .map(({ path }) => nameOf(path))
        .sort()
        .join('|'),
    );
    for (const { path } of inside) {
      // Their copies of text files have another kind of line end.
      const plain = (bytes: Uint8Array): string =>
        sha256(Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\r\n/g, '\n'), 'latin1'));
      const wanted = plain(readCorpus(`mimekit/${path}`));
      const ours = files
        .filter((one) => one.filename === nameOf(path))
        .map((one) => plain(readPart(bytes, one.partId) ?? new Uint8Array()));
      yield check(`bytes of ${nameOf(path)}`, ours.includes(wanted) ? 'the same' : 'other', 'the same');
    }
    const rtf = `${folder}${name}/message.rtf`;
    if (inCorpus(rtf))
      yield check('text', mail.text.trim() === '' && mail.html === null ? 'none' : 'present', 'present');
  }
  for (const [file, name, size] of [
    ['simple.msg', 'testfile.txt', 584],
    ['state-changes.ntx', 'testfile.txt', 584],
    ['00000020.ntx', 'joystick.jpg', 11_250],
    ['00000021.ntx', 'joystick.jpg', 8_088],
  ] as const) {
    if (!inCorpus(`mimekit/yenc/${file}`)) continue;
    const bytes = readCorpus(`mimekit/yenc/${file}`);
    const mail = readMail(bytes);
    const check = (field: string, ours: string, theirs: string): Check => ({
      source: 'mimekit',
      path: `mimekit/yenc/${file}`,
      field,
      ours,
      theirs,
    });
    yield check(
      'attachments',
      mail.attachments.map((one) => `${one.filename} ${one.size}`).join('|'),
      `${name} ${size}`,
    );
    const part = readPart(bytes, mail.attachments[0]?.partId ?? '') ?? new Uint8Array();
    const offset = file === '00000021.ntx' ? 11_250 : 0;
    if (name === 'joystick.jpg' && inCorpus('mimekit/yenc/joystick.jpg'))
      yield check(
        'bytes',
        sha256(part),
        sha256(readCorpus('mimekit/yenc/joystick.jpg').subarray(offset, offset + size)),
      );
  }
  if (inCorpus('roundcube/src/format-flowed.txt')) {
    const flowed = readCorpus('roundcube/src/format-flowed.txt').toString('utf8').replace(/\r\n/g, '\n');
    yield {
      source: 'roundcube',
      path: 'roundcube/src/format-flowed.txt',
      field: 'flowed text',
      ours: unflow(flowed, false).trimEnd(),
      theirs: readCorpus('roundcube/src/format-flowed-unfolded.txt')
        .toString('utf8')
        .replace(/\r\n/g, '\n')
        .trimEnd(),
    };
  }
  for (const { path } of corpusFiles('comm-central')) {
    if (!path.startsWith('mailnews/test/data/') || !path.endsWith('.out')) continue;
    const source = `comm-central/${path.slice(0, -4)}`;
    if (!inCorpus(source)) continue;
    const bytes = readCorpus(source);
    const wanted = readCorpus(`comm-central/${path}`);
    const mail = readMail(bytes);
    // Some goldens keep the tags, others do not.
    const ours = wanted.includes('</') ? (mail.html ?? mail.text) : mail.text;
    yield {
      source: 'comm-central',
      path: source,
      field: 'body',
      ours: words(ours),
      theirs: words(wanted.toString('utf8')),
    };
  }
}

function mailWith(tnef: Buffer): Buffer {
  return Buffer.from(
    `From: a@example.org\r\nSubject: x\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n` +
      `Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n${tnef.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`,
  );
}
