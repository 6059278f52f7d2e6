import { escapeHtml } from '../../message-html/text-to-html.ts';

/** A heading and a table of what is known, for a frame of kind "text"; rows without a value are left out. */
export function cardHtml(
  heading: string,
  rows: readonly (readonly [string, readonly string[]])[],
  /** Address of a picture that is here already; "" for none. */
  picture = '',
): string {
  const lines = rows
    .map(([name, values]) => [name, values.filter((value) => value !== '')] as const)
    .filter(([, values]) => values.length > 0)
    .map(
      ([name, values]) =>
        `<tr><th style="text-align:start;vertical-align:top;padding-block:0 4px;padding-inline:0 16px;font-weight:400;color:var(--quote-text)">${escapeHtml(name)}</th><td dir="auto" style="vertical-align:top;padding:0 0 4px">${values.map(escapeHtml).join('<br>')}</td></tr>`,
    );
  const image =
    picture === ''
      ? ''
      : `<img alt="" src="${escapeHtml(picture)}" style="float:inline-end;width:96px;height:96px;object-fit:cover;border-radius:8px;margin-inline-start:16px">`;
  return `${image}<h2 dir="auto" style="font-size:20px;margin:0 0 8px">${escapeHtml(heading)}</h2><table style="white-space:pre-line">${lines.join('')}</table>`;
}

/** Several cards, and a sentence about those that are not shown. */
export function cardsHtml(cards: readonly string[], rest: string): string {
  return `<div class="mail-text">${cards.join('<hr style="clear:both">')}${rest === '' ? '' : `<p>${escapeHtml(rest)}</p>`}</div>`;
}
