import { safeLink } from '../sanitise/safe-link.ts';

export interface TextWords {
  /** Label of a folded quote, e.g. "Show quoted text". */
  showQuote: string;
}

interface Block {
  depth: number;
  lines: string[];
}

const foldedFrom = 4;

/**
 * Plain text as HTML for a frame document of kind "text": escaped, links found, quotes as nested
 * blocks, a longer quote at the end folded, the signature dimmed. Line breaks stay the sender's.
 */
export function textToHtml(text: string, words: TextWords = { showQuote: 'Show quoted text' }): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n');
  const signatureAt = lines.findLastIndex((line) => line === '-- ' || line === '--');
  const hasSignature =
    signatureAt > 0 &&
    lines.length - signatureAt <= 20 &&
    !lines.slice(signatureAt).some((line) => line.startsWith('>'));
  const body = hasSignature ? lines.slice(0, signatureAt) : lines;
  const blocks = intoBlocks(body);
  const lastQuote = blocks.findLastIndex((block) => block.depth > 0);
  const nothingAfter =
    lastQuote >= 0 &&
    blocks.slice(lastQuote + 1).every((block) => block.lines.every((line) => line.trim() === ''));
  // Neighbouring blocks of any depth above 0 are one quote with its own quotes inside.
  let foldStart = lastQuote;
  while (foldStart > 0 && (blocks[foldStart - 1]?.depth ?? 0) > 0) foldStart--;
  const quotedLines = blocks
    .slice(Math.max(0, foldStart))
    .reduce((sum, block) => sum + (block.depth > 0 ? block.lines.length : 0), 0);
  const folds =
    nothingAfter &&
    quotedLines >= foldedFrom &&
    blocks.slice(0, foldStart).some((block) => block.lines.some((line) => line.trim() !== ''));
  let out = '';
  for (let i = 0; i < blocks.length;) {
    const block = blocks[i];
    if (block === undefined) break;
    if (block.depth === 0) {
      out += block.lines.map(paragraph).join('');
      i++;
      continue;
    }
    let end = i;
    while ((blocks[end]?.depth ?? 0) > 0) end++;
    const quote = nested(blocks.slice(i, end));
    out +=
      folds && i === foldStart
        ? `<details><summary>${escapeHtml(words.showQuote)}</summary>${quote}</details>`
        : quote;
    i = end;
  }
  if (hasSignature) out += `<div class="signature">${lines.slice(signatureAt).map(paragraph).join('')}</div>`;
  return `<div class="mail-text">${out}</div>`;
}

function intoBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const line of lines) {
    const marks = /^(?:> ?)+/.exec(line.slice(0, 200))?.[0] ?? '';
    const depth = Math.min(20, marks.split('>').length - 1);
    const content = depth === 0 ? line : line.slice(marks.length);
    const last = blocks.at(-1);
    if (last !== undefined && last.depth === depth) last.lines.push(content);
    else blocks.push({ depth, lines: [content] });
  }
  return blocks;
}

function nested(blocks: readonly Block[]): string {
  let out = '';
  let depth = 0;
  for (const block of blocks) {
    for (; depth < block.depth; depth++) out += '<blockquote class="quote">';
    for (; depth > block.depth; depth--) out += '</blockquote>';
    out += block.lines.map(paragraph).join('');
  }
  return out + '</blockquote>'.repeat(depth);
}

/** One line; each finds its own direction. */
function paragraph(line: string): string {
  return `<p>${line.trim() === '' ? '<br>' : withLinks(line)}</p>`;
}

function withLinks(line: string): string {
  return line
    .split(/(\s+)/)
    .map((word) => (word.length < 6 || word.length > 4_000 ? escapeHtml(word) : linkWord(word)))
    .join('');
}

function linkWord(word: string): string {
  const start = word.search(/https?:\/\/|www\.|mailto:/i);
  if (start >= 0) {
    const end = linkEnd(word, start);
    const shown = word.slice(start, end);
    const target = safeLink(/^www\./i.test(shown) ? `https://${shown}` : shown);
    if (target !== null && shown.length > 8)
      return `${escapeHtml(word.slice(0, start))}${link(target, shown)}${escapeHtml(word.slice(end))}`;
    return escapeHtml(word);
  }
  const at = word.indexOf('@');
  if (at < 1 || word.length > 330) return escapeHtml(word);
  const address = /[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}\.){1,8}\p{L}{2,24}/u
    .exec(word)?.[0]
    .replace(/^[.'`]+/, '');
  if (address === undefined) return escapeHtml(word);
  const from = word.indexOf(address);
  return `${escapeHtml(word.slice(0, from))}${link(`mailto:${encodeURI(address)}`, address)}${escapeHtml(word.slice(from + address.length))}`;
}

/** Where a link in running text ends: not in the sentence's own punctuation, not in a bracket that was open before. */
function linkEnd(word: string, start: number): number {
  let end = start;
  let open = 0;
  for (; end < word.length; end++) {
    const char = word[end] ?? '';
    if (/[<>"“”«»„]/.test(char)) break;
    if (char === '(' || char === '[') open++;
    if ((char === ')' || char === ']') && --open < 0) break;
  }
  while (end > start && /[.,;:!?'’*_…]/.test(word[end - 1] ?? '')) end--;
  return end;
}

function link(target: string, shown: string): string {
  return `<a href="${escapeHtml(target)}" rel="noreferrer noopener nofollow">${escapeHtml(shown)}</a>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
