export interface Piece {
  text: string;
  found: boolean;
}

/** `text` cut where one of `words` begins a word or stands in one; without regard to case. */
export function cutAtMatches(text: string, words: readonly string[]): Piece[] {
  const wanted = words
    .filter((word) => word !== '')
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (wanted.length === 0 || text === '') return [{ text, found: false }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(wanted.join('|'), 'giu'))) {
    if (match[0] === '') continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), found: false });
    pieces.push({ text: match[0], found: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), found: false });
  return pieces;
}

/** The first words moved so that a found one is near the start. */
export function moveToMatch(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const at = Math.min(
    ...words
      .filter((word) => word !== '')
      .map((word) => {
        const place = lower.indexOf(word.toLowerCase());
        return place < 0 ? Infinity : place;
      }),
  );
  if (!Number.isFinite(at) || at < 24) return text;
  const cut = text.lastIndexOf(' ', at - 12);
  return `…${text.slice(cut + 1)}`;
}
