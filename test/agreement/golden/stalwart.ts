import { createHash } from 'node:crypto';
import { decodeText } from '../../../src-main/mime/read/charset.ts';
import { readMail, readPart } from '../../../src-main/mime/read/read-mail.ts';
import { htmlToPlain } from '../../../src-main/mime/read/html-text.ts';
import { allParts, givenNames, people, seconds, shownName, words, type Check } from '../comparison.ts';
import { corpusFiles, inCorpus, readCorpus } from '../corpora.ts';

interface GoldenDate {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  tz_before_gmt: boolean;
  tz_hour: number;
  tz_minute: number;
}
interface GoldenAddress {
  name?: string | null;
  address?: string | null;
}
interface GoldenType {
  c_type: string;
  c_subtype: string | null;
  attributes: { name: string; value: string }[] | null;
}
interface GoldenHeader {
  name: string | { other: string };
  value:
    | string
    | {
        Text?: string;
        TextList?: string[];
        DateTime?: GoldenDate;
        ContentType?: GoldenType;
        Address?: { List?: GoldenAddress[]; Group?: { addresses: GoldenAddress[] }[] };
      };
}
interface GoldenPart {
  headers: GoldenHeader[];
  body:
    | string
    | {
        Text?: string;
        Html?: string;
        Binary?: number[];
        InlineBinary?: number[];
        Message?: unknown;
        Multipart?: number[];
      };
  offset_header: number;
  offset_body: number;
  offset_end: number;
}
interface GoldenMail {
  text_body: number[];
  html_body: number[];
  attachments: number[];
  parts: GoldenPart[];
}

/** github.com/stalwartlabs/mail-parser: every mail with LF and with CRLF line ends, each with a JSON of all its parts. */
export function* stalwartChecks(): Generator<Check> {
  for (const { path, kind } of corpusFiles('stalwart')) {
    if (kind !== 'mail') continue;
    const unix = readCorpus(`stalwart/${path}`);
    for (const [golden, bytes] of [
      [path.replace(/\.eml$/, '.json'), unix],
      [
        path.replace(/\.eml$/, '.crlf.json'),
        Buffer.from(unix.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'),
      ],
    ] as const) {
      if (!inCorpus(`stalwart/${golden}`)) continue;
      const expected = JSON.parse(readCorpus(`stalwart/${golden}`).toString('utf8')) as GoldenMail;
      yield* compare(`stalwart/${golden}`, bytes, expected);
    }
  }
}

function* compare(path: string, bytes: Buffer, expected: GoldenMail): Generator<Check> {
  const mail = readMail(bytes);
  const root = expected.parts[0];
  if (root === undefined) return;
  const check = (field: string, ours: string, theirs: string): Check => ({
    source: 'stalwart',
    path,
    field,
    ours,
    theirs,
  });
  const last = (name: string): Exclude<GoldenHeader['value'], string> | null => {
    const value = root.headers.find((header) => header.name === name)?.value;
    return value === undefined || typeof value === 'string' ? null : value;
  };
  const subject = last('subject');
  if (subject !== null) yield check('subject', words(mail.subject), words(subject.Text ?? ''));
  const date = last('date');
  if (date !== null)
    yield check('date', seconds(mail.date), date.DateTime === undefined ? '' : seconds(iso(date.DateTime)));
  for (const name of ['from', 'to', 'cc'] as const) {
    const value = last(name);
    if (value === null) continue;
    const list = value.Address?.List ?? value.Address?.Group?.flatMap((group) => group.addresses) ?? [];
    yield check(
      name,
      people(mail[name]),
      people(list.map((one) => ({ name: one.name ?? '', address: one.address ?? '' }))),
    );
  }
  const bodies = (indexes: number[]): GoldenPart[] => indexes.flatMap((index) => expected.parts[index] ?? []);
  const texts = bodies(expected.text_body).map(({ body }) => {
    if (typeof body === 'string') return '';
    return body.Text ?? (body.Html === undefined ? '' : (htmlToPlain(body.Html) ?? ''));
  });
  yield check('text', words(mail.text), words(texts.join('\n\n')));
  const html = bodies(expected.html_body).flatMap(({ body }) =>
    typeof body === 'string' || body.Html === undefined ? [] : [body.Html],
  );
  yield check('HTML', mail.html === null ? 'none' : 'present', html.length === 0 ? 'none' : 'present');
  if (mail.html !== null && html.length > 0) {
    const ours = words(mail.html);
    yield check('HTML source', String(html.filter((one) => !ours.includes(words(one))).length), '0');
  }
  const given = givenNames(mail);
  const charsets = new Map(allParts(mail.tree).map((part) => [part.partId, part.charset]));
  const theirs = bodies(expected.attachments);
  yield check(
    'attachment names',
    mail.attachments
      .map((one) => shownName(given.get(one.partId.replace(/\.hqx\d+$/, ''))))
      .sort()
      .join('|'),
    theirs
      .map((part) => shownName(nameOf(part)))
      .sort()
      .join('|'),
  );
  yield check(
    'attachment types',
    mail.attachments
      .map((one) => one.contentType)
      .sort()
      .join('|'),
    theirs.map(typeOf).sort().join('|'),
  );
  const ours = mail.attachments
    .filter((one) => !one.contentType.startsWith('message/'))
    .map((one) =>
      contentOf(
        one.contentType,
        Buffer.from(readPart(bytes, one.partId) ?? []),
        charsets.get(one.partId) ?? null,
      ),
    );
  yield check(
    'attachment sizes and bytes',
    ours.sort().join('|'),
    theirs
      .filter((part) => !typeOf(part).startsWith('message/'))
      .map(goldenContent)
      .sort()
      .join('|'),
  );
}

const digest = (bytes: string | Buffer): string =>
  `${Buffer.byteLength(bytes)} ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;

/** Texts are compared as text with one kind of line end, files byte for byte. */
function contentOf(type: string, bytes: Buffer, charset: string | null): string {
  return type.startsWith('text/') ? digest(plain(decodeText(bytes, charset).text)) : digest(bytes);
}

function goldenContent({ body }: GoldenPart): string {
  if (typeof body === 'string') return digest('');
  const { Text, Html, Binary, InlineBinary } = body;
  const text = Text ?? Html;
  return text === undefined ? digest(Buffer.from(Binary ?? InlineBinary ?? [])) : digest(plain(text));
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function header(part: GoldenPart, name: string): GoldenType | null {
  const value = part.headers.find((one) => one.name === name)?.value;
  return value === undefined || typeof value === 'string' ? null : (value.ContentType ?? null);
}

function nameOf(part: GoldenPart): string | null {
  const attribute = (type: GoldenType | null, name: string): string | undefined =>
    type?.attributes?.find((one) => one.name === name)?.value;
  return (
    attribute(header(part, 'content_disposition'), 'filename') ??
    attribute(header(part, 'content_type'), 'name') ??
    null
  );
}

function typeOf(part: GoldenPart): string {
  const type = header(part, 'content_type');
  if (type !== null && type.c_subtype !== null) return `${type.c_type}/${type.c_subtype}`.toLowerCase();
  return typeof part.body !== 'string' && part.body.Message !== undefined ? 'message/rfc822' : 'text/plain';
}

function iso(d: GoldenDate): string {
  const zone = (d.tz_hour * 60 + d.tz_minute) * (d.tz_before_gmt ? -1 : 1);
  return new Date(
    Date.UTC(d.year, d.month - 1, d.day, d.hour, d.minute, d.second) - zone * 60_000,
  ).toISOString();
}
