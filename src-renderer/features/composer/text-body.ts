import type { JSONContent } from '@tiptap/core';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/gu, (sign) => escapes[sign] ?? sign);

/** Lines into paragraphs at blank lines; quoted lines into quotes, as deep as they are marked. */
export function textToHtml(text: string): string {
  const lines = text.replace(/\r\n?/gu, '\n').split('\n');
  let html = '';
  let block: string[] = [];
  const flush = (): void => {
    if (block.length > 0)
      html += `<p>${block.map((line) => escapeHtml(line).replace(/^ +| {2,}/gu, (blanks) => '\u00a0'.repeat(blanks.length))).join('<br>')}</p>`;
    block = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('>')) {
      flush();
      const quoted: string[] = [];
      while (at < lines.length && (lines[at] ?? '').startsWith('>')) {
        quoted.push((lines[at] ?? '').replace(/^> ?/u, ''));
        at += 1;
      }
      at -= 1;
      html += `<blockquote>${textToHtml(quoted.join('\n'))}</blockquote>`;
    } else if (line === '') flush();
    else block.push(line);
  }
  flush();
  return html === '' ? '<p></p>' : html;
}

function inlineText(nodes: readonly JSONContent[]): string {
  let text = '';
  for (const [at, node] of nodes.entries()) {
    if (node.type === 'hardBreak') text += '\n';
    else if (node.type === 'text') {
      const words = node.text ?? '';
      const href = linkOf(node);
      const goesOn = href !== null && linkOf(nodes[at + 1]) === href;
      // A link's address is a word of the mail, too: plain text must not lose it.
      text += href === null || goesOn || sameLink(words, href) ? words : `${words} <${href}>`;
    } else text += inlineText(node.content ?? []);
  }
  return text;
}

function linkOf(node: JSONContent | undefined): string | null {
  const href: unknown = node?.marks?.find((mark) => mark.type === 'link')?.attrs?.['href'];
  return typeof href === 'string' && href !== '' ? href : null;
}

function sameLink(words: string, href: string): boolean {
  const plain = (text: string): string =>
    text
      .trim()
      .replace(/^(?:mailto:|https?:\/\/)/iu, '')
      .replace(/\/$/u, '')
      .toLowerCase();
  return plain(words) === plain(href);
}

const prefixed = (text: string, first: string, rest: string): string =>
  text
    .split('\n')
    .map((line, at) => (at === 0 ? first : rest) + line)
    .join('\n');

function blockText(node: JSONContent): string {
  const children = node.content ?? [];
  switch (node.type) {
    case 'blockquote':
      return blocksText(children)
        .split('\n')
        .map((line) => (line === '' || line.startsWith('>') ? `>${line}` : `> ${line}`))
        .join('\n');
    case 'bulletList':
      return children.map((item) => prefixed(blocksText(item.content ?? [], '\n'), '- ', '  ')).join('\n');
    case 'orderedList': {
      const start = Number(node.attrs?.['start'] ?? 1);
      return children
        .map((item, at) => {
          const mark = `${String(start + at)}. `;
          return prefixed(blocksText(item.content ?? [], '\n'), mark, ' '.repeat(mark.length));
        })
        .join('\n');
    }
    case 'signature':
      return blocksText(children, '\n');
    case 'doc':
    case 'listItem':
      return blocksText(children);
    case 'horizontalRule':
      return '---';
    default:
      return inlineText(children);
  }
}

function blocksText(nodes: readonly JSONContent[], between = '\n\n'): string {
  let text = '';
  for (const [at, node] of nodes.entries()) {
    const one = blockText(node);
    // An empty paragraph is a blank line more, not two.
    text +=
      at === 0
        ? one
        : `${(node.content ?? []).length === 0 && node.type === 'paragraph' ? '\n' : between}${one}`;
  }
  return text;
}

/** The words of rich text as plain text: lists with their marks, quotes with ">", links with their addresses. */
export function docToText(doc: JSONContent): string {
  return blockText({ ...doc, type: 'doc' })
    .replace(/\u00a0/gu, ' ')
    .split('\n')
    .map((line) => (/^(?:> ?)*-- +$/u.test(line) ? line.replace(/ +$/u, ' ') : line.trimEnd()))
    .join('\n')
    .trimEnd();
}

/** Mail programs give an empty paragraph no height: the blank line would be lost on the way. */
export const htmlForMail = (html: string): string => html.replaceAll('<p></p>', '<p><br></p>');
