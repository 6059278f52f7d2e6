/**
 * The headers under which each of our pages lives, in both shells. The browser has no network
 * (dead resolver, dead proxy); these rules are the second wall, against scripts in mail.
 */

/**
 * `style-src 'unsafe-inline'` on the window: a `srcdoc` frame inherits this policy, and mail is
 * styled by attributes. With no script and no outside address in any other list, a style can
 * neither run nor report anything. The frame adds its own stricter policy by `meta`.
 */
const windowPolicy = (origin: string): readonly string[] => [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  `img-src 'self' ${origin} data: blob:`,
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  // Attachments that are heard or watched, from bytes that the window made an address of.
  'media-src blob:',
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

const hiddenPolicy = (): readonly string[] => [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  // The standard fonts that a PDF file need not bring along.
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** A page that is only ever the inside of a message frame: no script whatever the frame's attributes say. */
const framePolicy = (origin: string): readonly string[] => [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `img-src ${origin}/remote/ data: blob:`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
];

/** The Content-Security-Policy of a page, by its path ("/index.html"). */
export function contentPolicy(path: string, origin: string): string {
  if (path.startsWith('/message-frame')) return framePolicy(origin).join('; ');
  if (/^\/(?:store|sanitise|pdf)\.html$|^\/assets\/pdf\.worker|^\/pdf\//.test(path))
    return hiddenPolicy().join('; ');
  return windowPolicy(origin).join('; ');
}

/** Headers of every answer; files other than pages carry them too (a worker's policy is its script's). */
export function pageHeaders(path: string, origin: string): Record<string, string> {
  return {
    'Content-Security-Policy': contentPolicy(path, origin),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Permissions-Policy':
      'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), midi=(), display-capture=(), payment=()',
    'Cache-Control': 'no-store',
  };
}
