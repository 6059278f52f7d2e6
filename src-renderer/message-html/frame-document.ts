export interface FrameDocumentOptions {
  /** Sanitised HTML, or the HTML that `textToHtml` made. */
  html: string;
  kind: 'html' | 'text';
  theme: 'light' | 'dark';
  /** 1 = 100 %. */
  zoom?: number;
  /** Base direction of the message; single paragraphs find their own. */
  direction?: 'ltr' | 'rtl' | 'auto';
  /** Origin of our pages, from which main hands out remote pictures ("https://app.invalid"). */
  origin: string;
  /** BCP 47; helps hyphenation and the choice of Han glyphs. */
  lang?: string;
  /** An attachment that plays, from an address that the window made: never in a message. */
  media?: boolean;
}

/**
 * Sandbox of the message frame. Same origin, so that the window can measure its height, follow its
 * links and find in it; without scripts, which together with the same origin would be no sandbox.
 */
export const mailFrameSandbox = 'allow-same-origin';

/** What a document with mail in it may load: enclosed pictures, and those that main hands out. */
export function framePolicy(pageOrigin: string, media = false): string {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[\w.-]+(?::\d+)?$/i.test(pageOrigin) ? pageOrigin : '';
  return `default-src 'none'; img-src data: blob:${origin === '' ? '' : ` ${origin}/remote/`}${media ? '; media-src blob:' : ''}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
}

/**
 * The whole document of a message frame, for `srcdoc`. Its policy lets nothing load but enclosed
 * pictures and those that main hands out below /remote/. A srcdoc frame has its parent's policy too:
 * that must allow inline styles and data: and blob: pictures.
 */
export function frameDocument(options: FrameDocumentOptions): string {
  const zoom = Math.min(5, Math.max(0.3, options.zoom ?? 1));
  const policy = framePolicy(options.origin, options.media);
  const lang =
    options.lang !== undefined && /^[a-zA-Z0-9-]{2,35}$/.test(options.lang) ? ` lang="${options.lang}"` : '';
  return `<!doctype html><html${lang} dir="${options.direction ?? 'auto'}" data-kind="${options.kind}" data-theme="${options.theme}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><style>${frameStyle}${mailStyle}${themeStyle}:root{--zoom:${zoom}}</style></head><body>${options.html}</body></html>`;
}

/* A sheet of the sender's colour goes to the edges: as laid out by its tables or margins, else with space around its words. */
const frameStyle = `
:root { color-scheme: light; height: auto !important; min-height: 0 !important; overflow: hidden !important; background: #ffffff; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Helvetica Neue", sans-serif; color: #1d1d1b; -webkit-text-size-adjust: 100%; }
body { margin: 0 !important; height: auto !important; min-height: 0 !important; overflow: hidden !important; position: static !important; overflow-wrap: break-word; zoom: calc(var(--zoom) * var(--fit, 1)); }
:root[data-kind="html"] body { padding: 24px 28px 28px !important; }
:root[data-kind="text"] body { padding: 0 !important; }
@media (max-width: 480px) { :root[data-kind="html"] body { padding: 16px 12px 20px !important; } }
:root[data-across] .mail-body { scrollbar-width: none !important; }
:root[data-kind="html"] body:has(> .mail-body:is([style*="background"], [data-ground])) { padding: 0 !important; }
:root[data-kind="html"] .mail-body:is([style*="background"], [data-ground]):not([style*="padding"], [style*="margin"], :has(table)) { padding: 20px 24px 24px; }
`.replaceAll('\n', '');

/** How the inside of a message looks, in the reader and on paper. */
export const mailStyle = `
.mail-body { min-width: 0; overflow: auto hidden !important; }
.enclosed-mail { position: relative !important; overflow: clip !important; contain: layout paint style !important; }
.mail-body > :first-child { margin-block-start: 0; }
.mail-body > :last-child { margin-block-end: 0; }
img { max-width: 100%; }
img:not([height]) { height: auto; }
img:is([data-remote-src], [data-cid], [alt]:not([alt=""])):not([src]) { display: none !important; }
.held-picture { display: inline-flex; align-items: center; justify-content: center; box-sizing: border-box; max-width: 100%; min-width: 24px; min-height: 24px; padding: 2px 6px; overflow: hidden; vertical-align: middle; border: 1px solid #dcdcd7; border-radius: 4px; background: #f4f4f2; color: #63635d; font: 12px/1.35 system-ui, sans-serif; text-align: center; text-decoration: none; }
.held-picture[hidden], .held-picture:has(+ img[src]) { display: none; }
table { max-width: 100%; }
pre { white-space: pre-wrap; }
a { color: #1b50b8; }
blockquote { margin: 8px 0; padding-inline-start: 12px; border-inline-start: 2px solid #c6c6c0; }
.mail-text { max-width: 72ch; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 8; }
.mail-text:has(.columns) { max-width: none; }
.mail-text:has(.columns) p { max-width: 72ch; }
.mail-text p { margin: 0; unicode-bidi: plaintext; text-align: start; }
.mail-text .columns { white-space: pre; overflow-x: auto; overflow-wrap: normal; font: 14px/1.45 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
.mail-text .columns p { max-width: none; width: max-content; min-width: 100%; unicode-bidi: isolate; }
.mail-text .quote { margin: 0; padding-inline-start: 12px; border-inline-start: 2px solid var(--quote-line); color: var(--quote-text); }
.mail-text .signature { color: var(--quote-text); font-size: 14px; }
.mail-text summary { display: inline-block; cursor: pointer; list-style: none; margin-block: 4px; padding: 0 10px; border-radius: 4px; font-size: 13px; line-height: 24px; color: var(--quote-text); background: var(--fold-wash); }
.posthorn-fold > summary { display: inline-block !important; cursor: pointer; list-style: none; margin-block: 8px; padding: 0 10px; border-radius: 4px; font: 13px/24px system-ui, sans-serif; color: #63635d; background: rgb(29 29 27 / 0.06); }
.posthorn-fold > summary::-webkit-details-marker { display: none; }
.mail-text summary::-webkit-details-marker { display: none; }
`.replaceAll('\n', '');

/*
 * Colours are those of tokens.css for the reader; a frame does not see its parent's custom properties.
 * Dark HTML mail is darkened as a whole: white becomes the reader's own dark, hues stay. Pictures are
 * turned back. Colours that a sender set by hand then keep their contrast, which recolouring parts of
 * them could not promise. A mail that is dark of itself (own-dark.ts) stays so.
 */
const themeStyle = `
:focus-visible { outline: 2px solid #1f58c7; outline-offset: 2px; }
::highlight(posthorn-found) { background-color: #ffe9a8; color: #1d1d1b; }
::highlight(posthorn-found-now) { background-color: #ff9a3c; color: #1d1d1b; }
:root[data-theme="dark"][data-kind="html"]:not([data-own-dark]) { background: #ffffff; filter: invert(0.86) hue-rotate(180deg); }
:root[data-theme="dark"][data-kind="html"]:not([data-own-dark]) :is(img[src]:not([data-drawing]), [style*="url("], .posthorn-emoji) { filter: invert(1) hue-rotate(180deg); }
:root[data-theme="dark"][data-kind="html"]:not([data-own-dark]) [data-own-ground] { filter: invert(1) hue-rotate(180deg); }
:root[data-theme="dark"][data-kind="html"]:not([data-own-dark]) [data-own-ground] :is(img[src]:not([data-drawing]), [style*="url("], .posthorn-emoji) { filter: none; }
:root[data-theme="dark"][data-kind="html"]:not([data-own-dark]) [style*="url("] :is(img[src], .posthorn-emoji) { filter: none; }
:root[data-own-dark] { background: #232325; }
:root[data-own-dark] .held-picture { border-color: #515156; background: #2c2c2f; color: #c3c3bf; }
:root[data-own-dark] .posthorn-fold > summary { color: #c3c3bf; background: #3a3a3e; }
:root[data-kind="text"] { background: #ffffff; }
:root { --quote-line: #c6c6c0; --quote-text: #63635d; --fold-wash: rgb(29 29 27 / 0.06); }
:root[data-theme="dark"][data-kind="text"] { color-scheme: dark; background: #232325; color: #ededeb; --quote-line: #515156; --quote-text: #a6a6a1; --fold-wash: rgb(255 255 255 / 0.08); }
:root[data-theme="dark"][data-kind="text"] a { color: #9dbcff; }
@media print { :root, body { filter: none !important; overflow: visible !important; color: #000 !important; } .mail-text { max-width: none; } }
`.replaceAll('\n', '');
