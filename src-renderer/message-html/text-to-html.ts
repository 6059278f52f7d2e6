import { safeLink } from '../sanitise/safe-link.ts';
import { armoured, type Armour } from './armour.ts';
import { inColumns } from './columns.ts';
import { quoteStart, type MailLine } from './quote-start.ts';

export interface TextWords {
  /** Label of a folded quote, e.g. "Show quoted text". */
  showQuote: string;
  /** Labels of what only another program reads; left out: it stays as it is. */
  armour?: Readonly<Record<Armour, string>>;
}

interface Block {
  depth: number;
  lines: string[];
}

/** A shorter quote is no longer than the fold that would hide it. */
const foldedFrom = 4;

/**
 * Plain text as HTML for a frame document of kind "text": escaped, links found, quotes as nested
 * blocks, a longer quote at the end folded, the signature dimmed. Line breaks stay the sender's; tables, drawings and
 * patches stand in letters of one width, so that they do not fall apart.
 */
export function textToHtml(text: string, words: TextWords = { showQuote: 'Show quoted text' }): string {
  const all = textLines(text);
  const lines = all.slice(
    Math.max(
      0,
      all.findIndex((line) => line.text.trim() !== ''),
    ),
  );
  const signatureAt = lines.findLastIndex((line) => line.text === '-- ' || line.text === '--');
  const hasSignature =
    signatureAt > 0 &&
    lines.length - signatureAt <= 20 &&
    !lines.slice(signatureAt).some((line) => line.quoted);
  const end = hasSignature ? signatureAt : lines.length;
  const start = quoteStart(lines);
  const quote = start === null ? [] : lines.slice(start, end).filter((line) => line.text.trim() !== '');
  const fold = start === null || start >= end || quote.length < foldedFrom ? end : start;
  const shown = (from: number, to: number): string =>
    shownBlocks(
      lines.slice(from, to).map((line) => line.text),
      words.armour,
    );
  // The fold has room of its own: empty lines before it would push it away from what it belongs to.
  const above = fold < end ? lines.slice(0, fold).findLastIndex((line) => line.text.trim() !== '') + 1 : fold;
  let out = shown(0, above);
  if (fold < end)
    out += `<details><summary>${escapeHtml(words.showQuote)}</summary>${shown(fold, end)}</details>`;
  if (hasSignature)
    out += `<div class="signature">${shownLines(lines.slice(end).map((line) => line.text))}</div>`;
  return `<div class="mail-text">${out}</div>`;
}

/** The lines of a plain text, and which of them are marked as quoted. */
export function textLines(text: string): MailLine[] {
  const plain = text.replace(/\r\n?/g, '\n');
  // Not by a pattern: /\n+$/ begins anew at each of a million empty lines.
  let end = plain.length;
  while (plain[end - 1] === '\n') end -= 1;
  return plain
    .slice(0, end)
    .split('\n')
    .map((line) => ({ text: line, quoted: line.startsWith('>') }));
}

/** HTML of runs of lines that are quoted equally deep or not at all. */
function shownBlocks(lines: readonly string[], armour: TextWords['armour']): string {
  const blocks = intoBlocks(lines);
  let out = '';
  for (let i = 0; i < blocks.length;) {
    const block = blocks[i];
    if (block === undefined) break;
    if (block.depth === 0) {
      out += armour === undefined ? shownLines(block.lines) : shownArmour(block.lines, armour);
      i++;
      continue;
    }
    // Neighbouring blocks of any depth above 0 are one quote with its own quotes inside.
    let end = i;
    while ((blocks[end]?.depth ?? 0) > 0) end++;
    out += nested(blocks.slice(i, end));
    i = end;
  }
  return out;
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
    out += shownLines(block.lines);
  }
  return out + '</blockquote>'.repeat(depth);
}

/** Runs of armour folded, where nothing stands in them that a person could read. */
function shownArmour(lines: readonly string[], labels: Readonly<Record<Armour, string>>): string {
  let out = '';
  let from = 0;
  for (const { begin, end, kind } of armoured(lines)) {
    out += `${shownLines(lines.slice(from, begin))}<details><summary>${escapeHtml(labels[kind])}</summary>${shownLines(lines.slice(begin, end))}</details>`;
    from = end;
  }
  return out + shownLines(lines.slice(from));
}

function shownLines(lines: readonly string[]): string {
  const columns = inColumns(lines);
  let out = '';
  for (const [at, line] of lines.entries()) {
    if (columns[at] === true && columns[at - 1] !== true) out += '<div class="columns">';
    out += paragraph(line);
    if (columns[at] === true && columns[at + 1] !== true) out += '</div>';
  }
  return out;
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
