import { escapeHtml, textToHtml } from './text-body.ts';

/** "-- " alone on a line begins a signature (RFC 3676 4.3). */
export function signatureText(signature: string): string {
  return signature.trim() === '' ? '' : `-- \n${signature.replace(/\r\n?/gu, '\n').trimEnd()}`;
}

export function signatureHtml(signature: string): string {
  if (signature.trim() === '') return '';
  const lines = signature.replace(/\r\n?/gu, '\n').trimEnd().split('\n').map(escapeHtml);
  return `<div data-signature="">${['--&nbsp;', ...lines].map((line) => `<p>${line}</p>`).join('')}</div>`;
}

const signatureBlock = /<div data-signature="">.*?<\/div>/su;

/** Puts another signature in the place of the one that is there; without one, before the quote or at the end. */
export function swapHtmlSignature(html: string, signature: string): string {
  const next = signatureHtml(signature);
  if (signatureBlock.test(html)) return html.replace(signatureBlock, () => next);
  if (next === '') return html;
  const quote = html.indexOf('<p data-attribution');
  return quote < 0 ? `${html}${next}` : `${html.slice(0, quote)}${next}${html.slice(quote)}`;
}

/** Only a signature that stands as it was put is taken away: what somebody typed is theirs. */
export function swapTextSignature(text: string, before: string, signature: string): string {
  const old = signatureText(before);
  const next = signatureText(signature);
  if (old !== '') {
    const at = text.indexOf(old);
    return at < 0 ? text : text.slice(0, at) + next + text.slice(at + old.length);
  }
  return next === '' ? text : `${text.trimEnd()}\n\n${next}`;
}

/** The signature in a converted text becomes one that can be exchanged again. */
export function signInConverted(html: string, signature: string): string {
  const plain = signatureText(signature);
  if (plain === '') return html;
  const asParagraph = textToHtml(plain);
  return html.includes(asParagraph)
    ? html.replace(asParagraph, () => swapHtmlSignature('', signature))
    : html;
}
