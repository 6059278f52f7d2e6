/** A line of base64, whatever quoting or stuffing stands before it. */
const digits = /^[>.\s]*[A-Za-z0-9+/]+={0,3}\s*$/;

/**
 * Where words begin that somebody appended to base64 (the footer of a mailing list): behind lines of digits, with no
 * whole line of them after it. Without a padding at the end, their letters would be taken for digits. −1: nowhere.
 */
export function appendedWords(text: string): number {
  const line = /[^\n]*(?:\n|$)/y;
  let width = 0;
  let before = 0;
  for (let match = line.exec(text); match !== null && match[0] !== ''; match = line.exec(text)) {
    const trimmed = match[0].trim();
    if (trimmed === '') continue;
    const isData =
      digits.test(trimmed.slice(0, 1_000)) && (width === 0 || before === width || trimmed.length === width);
    if (!isData) {
      const rest = text.slice(match.index);
      const isText = /[^\s>.!][ \t]+\S|^[_*=~-]{2,}/m.test(rest);
      return width === 0 || !isText || /[A-Za-z0-9+/]{57}/.test(rest) ? -1 : match.index;
    }
    before = trimmed.length;
    width ||= before;
  }
  return -1;
}
