import { framePolicy, mailStyle } from './frame-document.ts';
import { escapeHtml } from './text-to-html.ts';

/** One message on paper. All of it is plain text; what the sender laid out is put in by `fillSheet`. */
export interface PrintedMessage {
  /** Names of the rows and what stands in them: sender, recipients, date, attachments. */
  rows: readonly { name: string; text: string }[];
  /** Sentences of ours about the message, over its text. */
  notes: readonly string[];
  /** Pieces of the text with what is said over them; null: nothing. */
  pieces: readonly { caption: string | null }[];
}

interface PrintDocumentOptions {
  subject: string;
  messages: readonly PrintedMessage[];
  /** Origin of our pages, from which main hands out remote pictures. */
  origin: string;
}

/**
 * Sandbox of the document that is printed: that of a message frame, and the dialog for printing. What lies in it
 * runs no script, so it can open no dialog itself.
 */
export const printFrameSandbox = 'allow-same-origin allow-modals';

/**
 * The document that is printed, for `srcdoc`: heads in our words, and an empty sheet for each piece of each message,
 * in order. Black on white whatever the window shows.
 */
export function printDocument({ subject, messages, origin }: PrintDocumentOptions): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${framePolicy(origin)}"><meta name="referrer" content="no-referrer"><title>${escapeHtml(subject)}</title><style>${printStyle}</style></head><body><h1 dir="auto">${escapeHtml(subject)}</h1>${messages.map(printedMessage).join('')}</body></html>`;
}

function printedMessage({ rows, notes, pieces }: PrintedMessage): string {
  const head = rows
    .map(
      ({ name, text }) =>
        `<div class="row"><dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(text)}</dd></div>`,
    )
    .join('');
  const said = notes.map((note) => `<p class="said" dir="auto">${escapeHtml(note)}</p>`).join('');
  const sheets = pieces
    .map(
      ({ caption }) =>
        `${caption === null ? '' : `<h2>${escapeHtml(caption)}</h2>`}<div class="piece"><div class="sheet"></div></div>`,
    )
    .join('');
  return `<article><dl>${head}</dl>${said}${sheets}</article>`;
}

/*
 * A piece keeps whatever is in it: nothing is drawn outside of its box, placed against the page, or counted on. None
 * of it makes the box one that cannot be broken over pages (a scroller or one of fixed size would be sliced).
 */
const printStyle = `
@page { margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt system-ui, sans-serif; color: #333; } }
:root { color-scheme: only light; background: #fff; color: #000; font: 11pt/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Helvetica Neue", sans-serif; --quote-line: #999; --quote-text: #333; --fold-wash: transparent; }
body { margin: 0; overflow-wrap: anywhere; }
h1 { margin: 0 0 12px; font-size: 15pt; line-height: 1.3; }
h2 { margin: 12px 0 4px; font-size: 10pt; break-after: avoid; }
article + article { margin-block-start: 28px; padding-block-start: 12px; border-block-start: 1px solid #000; }
dl { margin: 0 0 14px; padding-block-end: 10px; border-block-end: 1px solid #999; font-size: 10pt; line-height: 1.4; }
.row { display: flex; gap: 12px; }
dt { flex: 0 0 92px; color: #333; }
dd { flex: 1 1 0; min-width: 0; margin: 0; text-align: left; }
.said { margin: 0 0 10px; padding: 4px 10px; border: 1px solid #999; font-size: 10pt; }
.piece { position: relative !important; overflow: clip !important; contain: layout paint style !important; padding: 2px 4px; }
`.replaceAll('\n', '');

/** Within a piece: the reader's own look, without what only a screen can do. */
export const sheetStyle = `${mailStyle}.mail-body { overflow: visible !important; overflow-wrap: break-word; } pre { white-space: pre-wrap !important; } h1, h2, h3, h4, h5, h6 { break-after: avoid; } .mail-text, .mail-text:has(.columns) p { max-width: none; } .mail-text .columns { white-space: pre-wrap; overflow: visible; font-size: 8.5pt; } .mail-text .columns p { width: auto; } .mail-text summary { display: none; } .mail-text .signature { font-size: inherit; } p, li { orphans: 2; widows: 2; } img { break-inside: avoid; max-height: 235mm !important; object-fit: contain; }`;
