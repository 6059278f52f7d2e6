import type MimeNode from 'nodemailer/lib/mime-node';
import type { ComposeAttachment, ComposeInput, MachinePart } from './compose-message.ts';
import { badField, guardField } from './field-guard.ts';
import { toFlowed } from './flowed.ts';

/**
 * The MIME tree. It hangs below a root that is not printed: nodemailer would else write Date, From and
 * the rest by its own rules, and its address parser decides differently from ours about odd addresses.
 */
export async function bodyNode(input: ComposeInput, text: string): Promise<MimeNode> {
  // With the first mail that is written, not at the start: it brings Node's HTTP/2 along.
  const { default: Node } = await import('nodemailer/lib/mime-node');
  const root = new Node('multipart/mixed', { disableFileAccess: true, disableUrlAccess: true });
  if (input.machine !== undefined) return addMachinePart(root, text, input.machine);
  const inline = input.attachments.filter((attachment) => isInline(attachment, input.html));
  const apart = input.attachments.filter((attachment) => !inline.includes(attachment));
  const top = apart.length === 0 ? root : root.createChild('multipart/mixed');
  const main = addBody(top, text, input.html === null ? null : clean(input.html), inline);
  for (const attachment of apart) addAttachment(top, attachment, 'attachment');
  return apart.length === 0 ? main : top;
}

/** RFC 6047 4: the answer beside its words; RFC 8098 3: the notification behind them. */
function addMachinePart(root: MimeNode, text: string, { kind, content }: MachinePart): MimeNode {
  const isReply = kind === 'invitation-reply';
  const top = root.createChild(
    isReply ? 'multipart/alternative' : 'multipart/report; report-type=disposition-notification',
  );
  addText(top, text);
  const part = top.createChild(
    isReply ? 'text/calendar; charset=utf-8; method=REPLY' : 'message/disposition-notification',
  );
  // RFC 2046 5.2: parts of type message are not encoded.
  part.setHeader('Content-Transfer-Encoding', isReply ? 'base64' : '7bit');
  part.setContent(Buffer.from(content));
  return top;
}

function addBody(
  parent: MimeNode,
  text: string,
  html: string | null,
  inline: readonly ComposeAttachment[],
): MimeNode {
  if (html === null) return addText(parent, text);
  const alternative = parent.createChild('multipart/alternative');
  addText(alternative, text);
  const holder =
    inline.length === 0 ? alternative : alternative.createChild('multipart/related; type="text/html"');
  // An empty content would be left out with its headers' meaning.
  holder.createChild('text/html; charset=utf-8').setContent(html.replaceAll('\n', '\r\n') || '<br>');
  for (const attachment of inline) addAttachment(holder, attachment, 'inline');
  return alternative;
}

function addText(parent: MimeNode, text: string): MimeNode {
  return parent
    .createChild('text/plain; charset=utf-8; format=flowed')
    .setContent(`${toFlowed(text)}${text.endsWith('\n') ? '' : '\r\n'}`);
}

function addAttachment(
  parent: MimeNode,
  attachment: ComposeAttachment,
  disposition: 'attachment' | 'inline',
): void {
  const filename = guardField('Attachment name', attachment.filename);
  const { type, encoding, bytes } = carried(attachment);
  const node = parent.createChild(type, { filename });
  node.setHeader('Content-Disposition', disposition);
  node.setHeader('Content-Transfer-Encoding', encoding);
  if (attachment.contentId !== null) {
    if (!/^[\u0021-\u003b\u003d\u003f-\u007e]{1,200}$/.test(attachment.contentId))
      throw badField('Attachment', 'its Content-ID has characters that may not stand there.');
    node.setHeader('Content-Id', `<${attachment.contentId}>`);
  }
  // nodemailer takes an empty Buffer as "no content" and leaves the header's end out of order.
  node.setContent(Buffer.from(bytes));
}

/**
 * RFC 2046 5.2.1: a message/rfc822 is never base64. One that cannot travel as it is (lines above 998
 * octets, NUL) goes as a plain file instead.
 */
function carried({ contentType, bytes }: ComposeAttachment): {
  type: string;
  encoding: string;
  bytes: Uint8Array;
} {
  const type = contentType.trim().toLowerCase();
  if (
    !/^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/.test(type) ||
    type.startsWith('multipart/')
  ) {
    return { type: 'application/octet-stream', encoding: 'base64', bytes };
  }
  if (!type.startsWith('message/')) return { type, encoding: 'base64', bytes };
  const message = Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/\r\n|\r|\n/g, '\r\n'),
    'latin1',
  );
  const text = message.toString('latin1');
  if (type !== 'message/rfc822' || text.includes('\0') || /[^\n]{998}/.test(text))
    return { type: 'application/octet-stream', encoding: 'base64', bytes };
  return { type, encoding: message.some((byte) => byte > 127) ? '8bit' : '7bit', bytes: message };
}

export function isInline(attachment: ComposeAttachment, html: string | null): boolean {
  return html !== null && attachment.contentId !== null && html.includes(`cid:${attachment.contentId}`);
}

/** Without what no mail may hold, line ends as "\n". */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').replace(/\r\n?/g, '\n');
}
