/** From here to the end of a text it is a patch. */
const patchBegins = /^(?:diff --git |Index: \S|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@)/;
/** Lines of boxes, curves and shades; frames of "+---+"; rulers under the heads of columns. */
const drawn = /[\u2500-\u259f]|^\s*\+[-=+]{3,}\+?\s*$|^\s*[-=]{3,}(?: +[-=]{3,})+\s*$/;
/** Words, at least three blanks or a tab, and a word. */
const spaced = /\S(?: {3,}|\t+| +\t)\s*(?=(\S+))/g;
const strokes = /[\\/|_(){}<>=+*#@.:;'"`~^,-]/g;
/** Longer ones are paragraphs that somebody did not break. */
const longest = 140;
/** So many lines must be of a kind, so many others may stand between two of them. */
const fewest = 3;
const between = 2;

interface Look {
  columns: boolean;
  /** Nearly all of it are strokes. */
  strokes: boolean;
  /** Where words behind a gap begin, and as negative numbers where they end. */
  places: readonly number[];
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
    if (isRegion(looks.slice(at, last + 1))) result.fill(true, edge(at, -1), edge(last, 1) + 1);
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

function lookOf(line: string): Look {
  if (line.length > longest || line.trim() === '') return { columns: false, strokes: false, places: [] };
  // Quoted by a program that has marks of its own.
  const isQuoted = /^[\s\w)|:]{0,6}>/.test(line);
  const places = [...(isQuoted ? [] : line.matchAll(spaced))].flatMap((gap) => {
    const start = gap.index + gap[0].length;
    return [start, -start - (gap[1] ?? '').length];
  });
  const inked = line.replace(/\s/g, '').length;
  const found = line.match(strokes) ?? [];
  const isStrokes = inked >= 3 && found.length >= inked * 0.6;
  const isDrawing =
    drawn.test(line) ||
    /^\|.*\|$/.test(line.trim()) ||
    // Not a ruler: of several kinds, and with room between.
    (isStrokes && new Set(found).size >= 2 && /^\s{2,}\S|\S\s+\S/.test(line));
  return { columns: isDrawing || places.length > 0, strokes: isStrokes, places: isDrawing ? [] : places };
}

/** Drawn lines enough, or words that begin or end below each other. */
function isRegion(looks: readonly Look[]): boolean {
  const found = looks.filter(({ columns }) => columns);
  if (found.length < fewest) return false;
  const places = new Map<number, number>();
  let drawings = 0;
  for (const { places: own } of found) {
    if (own.length === 0) drawings += 1;
    for (const place of new Set(own)) places.set(place, (places.get(place) ?? 0) + 1);
  }
  return drawings >= fewest || Math.max(0, ...places.values()) + drawings >= fewest;
}
