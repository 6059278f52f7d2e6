/**
 * Takes the characters that `single` fits off the end. A pattern with "+$" looks at each run of them in the text
 * once for each of its characters: a header line of 60 KB took ten seconds.
 */
export function trimEndBy(text: string, single: RegExp): string {
  let end = text.length;
  while (end > 0 && single.test(text[end - 1] ?? '')) end--;
  return end === text.length ? text : text.slice(0, end);
}
