import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import type { MailPart } from '../../../../src-shared/model/mail.ts';
import type { StructurePart } from '../../../../src-shared/model/structure.ts';

/** Base64 in lines, of so many bytes that differ by `seed`. */
export function base64Lines(length: number, seed: number, first = Buffer.alloc(0)): string {
  const bytes = Buffer.concat([first, Buffer.from(Array.from({ length }, (_, at) => (at * 7 + seed) % 251))]);
  return bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');
}

export function part(type: string, body: string, extra: readonly string[] = []): string {
  return [`Content-Type: ${type}`, ...extra, '', body].join('\r\n');
}

export function file(name: string, type: string, length: number, seed = 1, first = Buffer.alloc(0)): string {
  return part(`${type}; name="${name}"`, base64Lines(length, seed, first), [
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`,
  ]);
}

export function multipart(kind: string, parts: readonly string[], boundary = `b-${kind}`): string {
  return part(
    `multipart/${kind}; boundary="${boundary}"`,
    `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--`,
  );
}

export function message(root: string, before = ''): Buffer {
  return Buffer.from(
    `Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Ann <ann@example.test>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n${root.replace('\r\n\r\n', `\r\n\r\n${before}`)}\r\n`,
    'latin1',
  );
}

export const texts = multipart('alternative', [
  part('text/plain; charset=iso-8859-1', 'Sch=F6ne Gr=FC=DFe', [
    'Content-Transfer-Encoding: quoted-printable',
  ]),
  part('text/html; charset=utf-8', Buffer.from('<p>Schöne <b>Grüße</b></p>').toString('base64'), [
    'Content-Transfer-Encoding: base64',
  ]),
]);

/** A server that knows one message: structure and sections as our own reader finds them in all of its bytes. */
export function serverOf(bytes: Buffer): {
  structure: StructurePart;
  section(name: string): Buffer | undefined;
} {
  const { tree } = readMail(bytes);
  const sections = new Map<string, Buffer>([['HEADER', bytes.subarray(0, tree.bodyStart)]]);
  const visit = (node: MailPart): StructurePart => {
    const multi = node.contentType.startsWith('multipart/');
    const body = bytes.subarray(node.bodyStart, node.bodyEnd);
    if (node.partId !== '')
      sections.set(`${node.partId}.MIME`, bytes.subarray(node.headerStart, node.bodyStart));
    if (!multi) sections.set(node.partId, body);
    return {
      section: node.partId,
      type: node.contentType,
      encoding: multi ? '' : node.encoding === 'identity' ? '7bit' : node.encoding,
      octets: multi ? 0 : body.length,
      children: multi ? node.children.map(visit) : [],
    };
  };
  return { structure: visit(tree), section: (name) => sections.get(name) };
}
