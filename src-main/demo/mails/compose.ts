import iconv from 'iconv-lite';

export interface Person {
  name: string;
  address: string;
}

export interface Attached {
  filename: string;
  contentType: string;
  bytes: Buffer;
  /** Makes it a part of the HTML (`cid:`). */
  contentId?: string;
}

export interface MailSpec {
  from: Person;
  to: readonly Person[];
  cc?: readonly Person[];
  date: Date;
  subject: string | undefined;
  messageId: string;
  references?: readonly string[];
  text?: string;
  html?: string;
  flowed?: boolean;
  /** Any that iconv-lite knows; default utf-8. */
  charset?: string;
  attached?: readonly Attached[];
  headers?: readonly (readonly [string, string])[];
}

/**
 * The bytes of a mail, built here and not by the program's own composer: what is read in tests must not come from the
 * code that is tested.
 */
export function composeMail(spec: MailSpec): Buffer {
  const charset = spec.charset ?? 'utf-8';
  const references = spec.references ?? [];
  const parent = references.at(-1);
  const head: [string, string][] = [
    ['Date', rfcDate(spec.date)],
    ['From', addresses([spec.from], charset)],
    ['To', spec.to.length === 0 ? 'undisclosed-recipients:;' : addresses(spec.to, charset)],
    ...(spec.cc === undefined || spec.cc.length === 0
      ? []
      : [['Cc', addresses(spec.cc, charset)] as [string, string]]),
    ...(spec.subject === undefined ? [] : [['Subject', words(spec.subject, charset)] as [string, string]]),
    ['Message-ID', spec.messageId],
    ...(parent === undefined ? [] : [['In-Reply-To', parent] as [string, string]]),
    ...(references.length === 0 ? [] : [['References', references.join('\r\n ')] as [string, string]]),
    ...(spec.headers ?? []).map(([name, value]) => [name, words(value, charset)] as [string, string]),
    ['MIME-Version', '1.0'],
  ];
  const top = bodyOf(spec, charset);
  const lines = [...head, ...top.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${lines}\r\n`, 'latin1'), top.body]);
}

interface Part {
  headers: [string, string][];
  body: Buffer;
}

function bodyOf(spec: MailSpec, charset: string): Part {
  const key = spec.messageId.replace(/[^a-z0-9]/gi, '').slice(0, 24);
  const attached = spec.attached ?? [];
  const inline = attached.filter((one) => one.contentId !== undefined);
  const outside = attached.filter((one) => one.contentId === undefined);
  const texts: Part[] = [];
  if (spec.text !== undefined || spec.html === undefined) {
    texts.push(textPart('plain', spec.text ?? '', charset, spec.flowed === true));
  }
  if (spec.html !== undefined) {
    const html = textPart('html', spec.html, charset, false);
    texts.push(
      inline.length === 0 ? html : multipart('related', [html, ...inline.map(filePart)], `rel-${key}`),
    );
  }
  const [first = textPart('plain', '', charset, false)] = texts;
  const main = texts.length > 1 ? multipart('alternative', texts, `alt-${key}`) : first;
  return outside.length === 0 ? main : multipart('mixed', [main, ...outside.map(filePart)], `mix-${key}`);
}

function textPart(kind: 'plain' | 'html', text: string, charset: string, flowed: boolean): Part {
  const bytes = iconv.encode(text.replace(/\r?\n/g, '\r\n'), charset);
  const ascii = bytes.every((byte) => byte < 128) && text.split('\n').every((line) => line.length < 998);
  const dense = bytes.reduce((count, byte) => count + (byte > 127 ? 1 : 0), 0) > bytes.length / 4;
  const encoding = ascii && !charset.startsWith('iso-2022') ? '7bit' : dense ? 'base64' : 'quoted-printable';
  const body =
    encoding === '7bit' ? bytes : Buffer.from(encoding === 'base64' ? base64(bytes) : quotedPrintable(bytes));
  return {
    headers: [
      ['Content-Type', `text/${kind}; charset=${charset}${flowed ? '; format=flowed' : ''}`],
      ['Content-Transfer-Encoding', encoding],
    ],
    body,
  };
}

function filePart(file: Attached): Part {
  const disposition = file.contentId === undefined ? 'attachment' : 'inline';
  return {
    headers: [
      ['Content-Type', `${file.contentType}; ${parameter('name', file.filename)}`],
      ['Content-Disposition', `${disposition}; ${parameter('filename', file.filename)}`],
      ...(file.contentId === undefined ? [] : [['Content-ID', `<${file.contentId}>`] as [string, string]]),
      ['Content-Transfer-Encoding', 'base64'],
    ],
    body: Buffer.from(base64(file.bytes)),
  };
}

export function multipart(kind: string, parts: readonly Part[], boundary: string): Part {
  const pieces = parts.flatMap((part) => [
    Buffer.from(
      `--${boundary}\r\n${part.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      'latin1',
    ),
    part.body,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: [['Content-Type', `multipart/${kind};\r\n boundary="${boundary}"`]],
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{1,76}/g, '$&\r\n');

function quotedPrintable(bytes: Buffer): string {
  const out: string[] = [];
  let line = '';
  const flush = (soft: boolean): void => {
    out.push(soft ? `${line}=` : line);
    line = '';
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 13 && bytes[at + 1] === 10) {
      if (/[ \t]$/.test(line)) line = `${line.slice(0, -1)}=${line.endsWith(' ') ? '20' : '09'}`;
      flush(false);
      at += 1;
      continue;
    }
    const plain = (byte >= 32 && byte < 127 && byte !== 61) || byte === 9;
    const piece = plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (line.length + piece.length > 75) flush(true);
    line += piece;
  }
  out.push(line);
  return out.join('\r\n');
}

/** RFC 2047 words of at most 75 characters, folded; ASCII stays as it is, folded at spaces when long. */
export function words(text: string, charset = 'utf-8'): string {
  if (/^[\x20-\x7e\r\n\t]*$/.test(text)) {
    return text.includes('\r\n') ? text : text.replace(/(.{50,70}?) /g, '$1\r\n ');
  }
  const chunks: string[] = [];
  let chunk = '';
  for (const letter of text) {
    if (iconv.encode(chunk + letter, charset).length > 39) {
      chunks.push(chunk);
      chunk = '';
    }
    chunk += letter;
  }
  chunks.push(chunk);
  return chunks
    .map((one) => `=?${charset}?B?${iconv.encode(one, charset).toString('base64')}?=`)
    .join('\r\n ');
}

function addresses(people: readonly Person[], charset: string): string {
  return people
    .map(({ name, address }) => {
      if (name === '') return address;
      const shown = /^[\w .'-]*$/.test(name)
        ? name
        : /^[\x20-\x7e]*$/.test(name)
          ? `"${name}"`
          : words(name, charset);
      return `${shown} <${address}>`;
    })
    .join(',\r\n ');
}

function parameter(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return `${name}="${value.replace(/[\\"]/g, '\\$&')}"`;
  return `${name}*=utf-8''${encodeURIComponent(value).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function rfcDate(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = `${days[date.getUTCDay()] ?? ''}, ${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''}`;
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}
