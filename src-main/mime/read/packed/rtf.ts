import iconv from 'iconv-lite';

/** What a mail program wrote as RTF: HTML when the RTF was made of it ([MS-OXRTFEX]), else its words. */
export interface RtfText {
  kind: 'html' | 'text';
  text: string;
}

interface Group {
  /** Its words are shown nowhere: font tables, pictures, what a reader may skip. */
  hidden: boolean;
  /** Inside of \htmltag: HTML as it stood. */
  html: boolean;
  /** Between \htmlrtf and \htmlrtf0: how RTF shows what HTML says by itself. */
  rtfOnly: boolean;
  unicodeSkip: number;
}

const silent = new Set([
  'fonttbl',
  'colortbl',
  'stylesheet',
  'info',
  'pict',
  'object',
  'header',
  'footer',
  'listtable',
  'listoverridetable',
  'generator',
  'mhtmltag',
]);
const breaks: Record<string, string> = {
  par: '\n',
  line: '\n',
  tab: '\t',
  row: '\n',
  cell: '\t',
  sect: '\n',
  page: '\n',
};
const marks: Record<string, string> = {
  emdash: '\u2014',
  endash: '\u2013',
  bullet: '\u2022',
  lquote: '\u2018',
  rquote: '\u2019',
  ldblquote: '\u201c',
  rdblquote: '\u201d',
};

/** One pass; time grows with the size alone. Damaged RTF gives what could be read. */
export function readRtf(bytes: Buffer): RtfText {
  const rtf = bytes.toString('latin1');
  const fromHtml = /\\fromhtml1?\b/.test(rtf.slice(0, 2_000));
  const codepage = /\\ansicpg(\d{3,5})/.exec(rtf.slice(0, 2_000))?.[1] ?? '1252';
  const charset = iconv.encodingExists(`cp${codepage}`) ? `cp${codepage}` : 'windows-1252';
  const out: string[] = [];
  let high: number[] = [];
  const flush = (): void => {
    if (high.length > 0) out.push(iconv.decode(Buffer.from(high), charset));
    high = [];
  };
  let group: Group = { hidden: false, html: false, rtfOnly: false, unicodeSkip: 1 };
  const stack: Group[] = [];
  let skip = 0;
  const shown = (): boolean => (fromHtml ? group.html || (!group.hidden && !group.rtfOnly) : !group.hidden);
  const put = (text: string): void => {
    if (skip > 0) skip--;
    else if (shown()) {
      flush();
      out.push(text);
    }
  };
  // Symbols and hexadecimal bytes, control words with their number, brackets, line breaks (no text), text.
  const token =
    /\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/g;
  for (const match of rtf.matchAll(token)) {
    const [, hex, word, number, symbol, bracket, text] = match;
    if (hex !== undefined) {
      if (skip > 0) skip--;
      else if (shown()) high.push(Number.parseInt(hex, 16));
    } else if (bracket === '{') {
      if (stack.length < 1_000) stack.push(group);
      group = { ...group };
    } else if (bracket === '}') {
      group = stack.pop() ?? group;
      skip = 0;
    } else if (symbol !== undefined) {
      if (symbol === '*') group.hidden = true;
      else if (symbol === '~') put('\u00a0');
      else if (symbol === '_') put('-');
      else if ('\\{}'.includes(symbol)) put(symbol);
      else if (symbol === '\n' || symbol === '\r') put('\n');
    } else if (word !== undefined) control(word, number === undefined ? null : Number(number));
    else if (text !== undefined) {
      const rest = skip > 0 ? text.slice(skip) : text;
      skip = Math.max(0, skip - text.length);
      if (rest !== '') put(rest);
    }
  }
  flush();
  return { kind: fromHtml ? 'html' : 'text', text: out.join('').replaceAll('\0', '') };

  function control(word: string, number: number | null): void {
    if (word === 'htmltag') {
      group.html = true;
      group.hidden = false;
    } else if (word === 'htmlrtf') group.rtfOnly = number !== 0;
    else if (word === 'uc') group.unicodeSkip = Math.min(Math.max(number ?? 1, 0), 8);
    else if (word === 'u' && number !== null) {
      put(String.fromCharCode(number & 0xffff));
      skip = group.unicodeSkip;
    } else if (silent.has(word)) group.hidden = true;
    else if (breaks[word] !== undefined) put(breaks[word]);
    else if (marks[word] !== undefined) put(marks[word]);
  }
}
