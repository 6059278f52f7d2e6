import { readMail } from '../../../src-main/mime/read/read-mail.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { allParts, people, seconds, shownName, words, type Check } from '../comparison.ts';
import { corpusFiles, inCorpus, readCorpus } from '../corpora.ts';

interface GoldenAddress {
  displayName?: string;
  mailbox?: string;
}
interface GoldenList {
  items?: GoldenAddress[];
}
interface GoldenPart {
  partType: string;
  mimeType?: string;
  filename?: string;
  parts?: { items?: GoldenPart[] };
  mainPart?: GoldenPart;
}
interface GoldenMail {
  header: {
    subject?: string;
    date?: string;
    messageID?: string;
    from?: GoldenAddress;
    to?: GoldenList;
    cc?: GoldenList;
  };
  mainPart: GoldenPart;
}

/** MailCore 2 as Mailspring ships it: headers and part lists as JSON, and whole mails as rendered text. */
export function* mailcoreChecks(): Generator<Check> {
  for (const { path, kind } of corpusFiles('mailcore2')) {
    if (kind !== 'mail') continue;
    const bytes = readCorpus(`mailcore2/${path}`);
    const parsed = path.replace('parser/input/', 'parser/output/');
    const summary = path.replace('summary/input/', 'summary/output/').replace(/\.eml$/, '.txt');
    if (parsed !== path && inCorpus(`mailcore2/${parsed}`))
      yield* compareParsed(
        path,
        bytes,
        JSON.parse(readCorpus(`mailcore2/${parsed}`).toString('utf8')) as GoldenMail,
      );
    else if (summary !== path && inCorpus(`mailcore2/${summary}`))
      yield* compareSummary(path, bytes, readCorpus(`mailcore2/${summary}`).toString('utf8'));
  }
}

function* compareParsed(path: string, bytes: Buffer, expected: GoldenMail): Generator<Check> {
  const mail = readMail(bytes);
  const check = (field: string, ours: string, theirs: string): Check => ({
    source: 'mailcore2',
    path: `mailcore2/${path}`,
    field,
    ours,
    theirs,
  });
  const { header } = expected;
  if (header.subject !== undefined) yield check('subject', words(mail.subject), words(header.subject));
  const hasDate = mail.headers.some(({ name }) => /^date$/i.test(name));
  if (header.date !== undefined && hasDate)
    yield check('date', seconds(mail.date), rightCentury(header.date));
  if (header.messageID !== undefined && mail.messageId !== '')
    yield check('Message-ID', mail.messageId.slice(1, -1), header.messageID);
  for (const [name, items] of [
    ['from', header.from === undefined ? null : [header.from]],
    ['to', header.to?.items ?? null],
    ['cc', header.cc?.items ?? null],
  ] as const) {
    if (items === null) continue;
    const listed = name === 'from' ? mail.from.slice(0, 1) : mail[name];
    yield check(name, ...peopleOf(listed, items));
  }
  // What an opaque signature holds stands below it in our tree; theirs ends there.
  const signed = new Set(
    allParts(mail.tree)
      .filter((part) => part.contentType.includes('pkcs7-mime'))
      .flatMap((part) => part.children.flatMap(allParts)),
  );
  const ours = allParts(mail.tree)
    .filter((part) => !signed.has(part))
    .filter((part) => !part.contentType.startsWith('multipart/'));
  const theirs = goldenParts(expected.mainPart);
  yield check(
    'part types',
    ours.map((part) => part.contentType).join('|'),
    theirs.map((part) => part.type).join('|'),
  );
  yield check(
    'part names',
    ours.map((part) => shownName(part.filename)).join('|'),
    theirs.map((part) => shownName(part.name)).join('|'),
  );
}

/** MailCore reads years of two digits as of a century later: RFC 5322 4.3 has 50 to 99 in the twentieth. */
function rightCentury(epoch: string): string {
  const value = Number(epoch);
  return String(value > 2_500_000_000 ? value - 36_525 * 86_400 : value);
}

/** It does not read names in comments, keeps single quotes, and takes a word without "@" for an address. */
function peopleOf(ours: readonly MailAddress[], items: readonly GoldenAddress[]): [string, string] {
  const theirs = items.filter((one) => one.mailbox?.includes('@') === true);
  const named = theirs.map(({ displayName = '', mailbox = '' }) => ({
    name: displayName.replace(/^'(.*)'$/, '$1'),
    address: mailbox,
  }));
  const bare = named.map((one) =>
    one.name.toLowerCase() === one.address.toLowerCase() ? { ...one, name: '' } : one,
  );
  const real = ours.filter((one) => one.address.includes('@'));
  return [
    people(real.map((one, index) => ({ ...one, name: bare[index]?.name === '' ? '' : one.name }))),
    people(bare),
  ];
}

function goldenParts(part: GoldenPart): { type: string; name: string }[] {
  const below = [
    ...(part.parts?.items ?? []),
    ...(part.mainPart === undefined ? [] : [part.mainPart]),
  ].flatMap(goldenParts);
  if (part.partType.startsWith('multipart/')) return below;
  const type = part.partType === 'message' ? 'message/rfc822' : (part.mimeType ?? '').toLowerCase();
  return [{ type, name: part.filename ?? '' }, ...below];
}

/** The program that wrote the summaries showed subjects without "Re:" and an empty one in words. */
const withoutRe = (subject: string): string => words(subject).replace(/^(?:re: )+|^No Subject$/i, '');

/** "From: …" lines, an empty line, the text. Their list of attachments and links stands in the text. */
function* compareSummary(path: string, bytes: Buffer, expected: string): Generator<Check> {
  const mail = readMail(bytes);
  const check = (field: string, ours: string, theirs: string): Check => ({
    source: 'mailcore2',
    path: `mailcore2/${path}`,
    field,
    ours,
    theirs,
  });
  const end = expected.indexOf('\n\n');
  const head = expected.slice(0, end);
  const line = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? null;
  const subject = line('Subject');
  if (subject !== null) yield check('subject', withoutRe(mail.subject), withoutRe(subject));
  const from = line('From');
  if (from !== null) {
    const first = mail.from[0];
    const ours =
      first === undefined
        ? ''
        : first.name === ''
          ? first.address
          : `${words(first.name)} <${first.address}>`;
    yield check('from', ours.toLowerCase(), words(from).toLowerCase());
  }
  // Their HTML to text differs from ours in marks and links: how many of their words are ours too.
  const letters = (text: string): string[] =>
    text.replace(/\(?(?:https?|mailto):\S*/gi, ' ').match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const ours = new Set(letters(`${mail.text} ${mail.attachments.map((one) => one.filename).join(' ')}`));
  const theirs = letters(expected.slice(end + 2));
  const found = theirs.filter((word) => ours.has(word)).length;
  const enough = theirs.length === 0 || found / theirs.length >= 0.97;
  yield check('text', enough ? 'the same words' : `${found} of ${theirs.length} words`, 'the same words');
}
