/** From here to the end of a text it is a patch. */
const patchBegins = /^(?:diff --git |Index: \S|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@)/;
/** Lines of boxes, curves and shades; frames of "+---+"; rulers under the heads of columns. */
const drawn =
  /[\u2500-\u259f]|^\s*\+[-=+]{3,}\+?\s*$|^\s*[-=]{3,}(?: +[-=]{3,})+\s*$|^\s*-{2,}(?:\+-{2,})+\s*$/;
/** A word, at least two blanks, and a word. After a full stop two blanks are the habit of who typed it. */
const spaced = /(\S)( {2,})(?=(\S+))/g;
const barred = /\s\|(?=\s)/g;
const hasCells = /[\p{L}\d]\s+\|\s+[\p{L}\d]/u;
const tabStop = 8;
const strokes = /[\\/|_(){}<>=+*#@.:;'"`~^,-]/g;
/** Longer ones are paragraphs that somebody did not break. */
const longest = 140;
/** So many lines must be of a kind, so many others may stand between two of them. */
const fewest = 3;
const between = 2;
/** Of two lines alone, so many columns must stand below each other. */
const fewestColumns = 2;

interface Look {
  columns: boolean;
  /** Nearly all of it are strokes. */
  strokes: boolean;
  drawing: boolean;
  /** Where words behind a gap begin, and as negative numbers where they end. */
  places: readonly number[];
  /** The same behind a gap of two blanks: it counts beside lines that have wider ones. */
  narrow: readonly number[];
  /** Where a stroke stands between two columns. */
  bars: readonly number[];
}

/**
 * Which lines mean something by the place of their letters: tables, drawings and patches, which fall apart in a face
 * whose letters are of different widths. Linear in the text.
 */
export function inColumns(lines: readonly string[]): boolean[] {
  const looks = lines.map(lookOf);
  const result = lines.map(() => false);
  const patch = lines.findIndex(
    (line, at) => patchBegins.test(line) || (/^--- \S/.test(line) && /^\+\+\+ \S/.test(lines[at + 1] ?? '')),
  );
  const end = patch < 0 ? lines.length : patch;
  if (patch >= 0) result.fill(true, patch);
  for (let at = 0; at < end; at += 1) {
    if (looks[at]?.columns !== true) continue;
    let last = at;
    for (let next = at + 1; next < end && next - last <= between + 1; next += 1)
      if (looks[next]?.columns === true) last = next;
    const from = edge(at, -1);
    const to = edge(last, 1) + 1;
    if (isRegion(looks.slice(from, to))) result.fill(true, from, to);
    at = last;
  }
  return result;

  /** The head of a table and the last line of a drawing stand against it without a sign of their own. */
  function edge(from: number, by: 1 | -1): number {
    let at = from;
    for (let more = 0; more < between; more += 1) {
      const next = lines[at + by];
      if (next === undefined || next.trim() === '' || next.length > 80) break;
      if (looks[at + by]?.strokes !== true && !/\S {2,}\S/.test(next)) break;
      at += by;
    }
    return at;
  }
}

function lookOf(given: string): Look {
  const line = given.length > longest ? given : withoutTabs(given);
  if (line.length > longest || line.trim() === '')
    return { columns: false, strokes: false, drawing: false, places: [], narrow: [], bars: [] };
  // Quoted by a program that has marks of its own.
  const isQuoted = /^[\s\w)|:]{0,6}>/.test(line);
  const places: number[] = [];
  const narrow: number[] = [];
  for (const { 0: gap, 1: before = '', 2: blanks = '', 3: word = '', index } of isQuoted
    ? []
    : line.matchAll(spaced)) {
    const start = index + gap.length;
    if (blanks.length > 2 || given.includes('\t')) places.push(start, -start - word.length);
    else if (!/[.!?]/.test(before)) narrow.push(start, -start - word.length);
  }
  const bars = isQuoted ? [] : Array.from(line.matchAll(barred), ({ index }) => index);
  const inked = line.replace(/\s/g, '').length;
  const found = line.match(strokes) ?? [];
  const isStrokes = inked >= 3 && found.length >= inked * 0.6;
  const drawing =
    drawn.test(line) ||
    /^\|.*\|$/.test(line.trim()) ||
    // Not a ruler: of several kinds, and with room between.
    (isStrokes && !hasCells.test(line) && new Set(found).size >= 2 && /^\s{2,}\S|\S\s+\S/.test(line));
  return {
    columns: drawing || places.length > 0 || bars.length > 0,
    strokes: isStrokes,
    drawing,
    places: drawing ? [] : places,
    narrow,
    bars,
  };
}

/** As it stands in letters of one width. */
function withoutTabs(line: string): string {
  let out = '';
  for (const [at, part] of line.split('\t').entries()) {
    // Two at least: one blank between two words is none that tells of columns.
    if (at > 0) out = `${out}  `.padEnd(Math.ceil((out.length + 1) / tabStop) * tabStop);
    out += part;
  }
  return out;
}

/** Drawn lines enough, or words that begin or end below each other. */
function isRegion(looks: readonly Look[]): boolean {
  const found = looks.filter(({ columns }) => columns);
  const [first, second] = found;
  if (first === undefined || second === undefined) return false;
  if (found.length < fewest && areTwoRows(first, second)) return true;
  const places = new Map<number, number>();
  const drawings = looks.filter(({ drawing }) => drawing).length;
  for (const { drawing, places: own, narrow, bars } of looks) {
    const strokesAt = drawing ? [] : bars.map((place) => place + longest);
    for (const place of new Set([...own, ...narrow, ...strokesAt]))
      places.set(place, (places.get(place) ?? 0) + 1);
  }
  return drawings >= fewest || Math.max(0, ...places.values()) + drawings >= fewest;
}

/** Two lines that are a table by themselves. */
function areTwoRows(first: Look, second: Look): boolean {
  const shared = [...new Set(first.places)].filter((place) => second.places.includes(place));
  const begin = shared.filter((place) => place >= 0).length;
  return (
    first.bars.some((bar) => second.bars.includes(bar)) ||
    Math.max(begin, shared.length - begin) >= fewestColumns
  );
}
