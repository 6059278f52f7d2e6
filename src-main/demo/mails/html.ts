const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

export interface Newsletter {
  host: string;
  issue: number;
  recipientToken: string;
  title: string;
  headlines: readonly string[];
  paragraphs: readonly string[];
  /** `cid:` of a picture that comes with the mail. */
  inlineImage?: string;
}

/** A newsletter as they are: tables, inline styles, remote pictures, and a tracker of one pixel. */
export function newsletterHtml(letter: Newsletter): string {
  const { host, issue } = letter;
  const blocks = letter.paragraphs.map((text, at) => {
    const head = letter.headlines[at];
    const title =
      head === undefined ? '' : `<h2 style="font:600 20px Georgia,serif;color:#1d3b4f">${escape(head)}</h2>`;
    const picture = `<img src="https://images.${host}/${issue}/${at}.jpg" width="520" height="220" alt="Photograph ${at + 1}">`;
    return `<tr><td style="padding:12px 24px">${at === 0 ? picture : ''}${title}<p style="font:16px/1.5 Georgia,serif;color:#222">${escape(text)}</p><p><a href="https://www.${host}/read/${issue}/${at}?u=${letter.recipientToken}">Read on</a></p></td></tr>`;
  });
  const inline =
    letter.inlineImage === undefined ? '' : `<img src="cid:${letter.inlineImage}" alt="" width="160">`;
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${escape(letter.title)}</title>
<style>body{margin:0;background:#eef2f4}.wrap{width:568px;margin:0 auto;background:#fff}@media (max-width:600px){.wrap{width:100%}}</style>
<link rel="preconnect" href="https://fonts.${host}"></head>
<body><table class="wrap" role="presentation" width="568" align="center" cellpadding="0" cellspacing="0">
<tr><td style="padding:24px;background:#1d3b4f;color:#fff;font:600 26px Georgia,serif">${inline}${escape(letter.title)}</td></tr>
${blocks.join('\n')}
<tr><td style="padding:24px;font:12px sans-serif;color:#777">You get this letter because you asked for it. <a href="https://www.${host}/unsubscribe?u=${letter.recipientToken}">Unsubscribe</a></td></tr>
</table><img src="https://track.${host}/open.gif?m=${issue}&amp;u=${letter.recipientToken}" width="1" height="1" alt="" style="display:block">
</body></html>`;
}

/** The plain counterpart of some lines of text, as webmail makes it. */
export function simpleHtml(text: string): string {
  const blocks = text
    .split('\n\n')
    .map((block) => `<div>${escape(block).replaceAll('\n', '<br>')}</div><div><br></div>`);
  return `<div dir="auto" style="font-family:sans-serif;font-size:14px">${blocks.join('')}</div>`;
}
