import type { Session, WebContents } from 'electron';

/** Nothing is asked for but these, and by our own pages alone. */
const grantedPermissions: ReadonlySet<string> = new Set([
  'notifications',
  'persistent-storage',
  'clipboard-sanitized-write',
]);

const isOfOrigin = (url: string, origin: string): boolean => url === origin || url.startsWith(`${origin}/`);

/** What a page may load: our files, and data it made itself. */
export function isAllowedRequest(url: string, origin: string): boolean {
  return isOfOrigin(url, origin) || url.startsWith('data:') || url.startsWith(`blob:${origin}/`);
}

/** Where a frame inside a page may go: nowhere but to what the page put there. */
function isAllowedFrame(url: string, origin: string): boolean {
  return (
    url === 'about:blank' ||
    url === 'about:srcdoc' ||
    url.startsWith(`blob:${origin}/`) ||
    isOfOrigin(url, origin)
  );
}

/**
 * Takes the network, the permissions and the downloads from a session. The resolver is dead by a
 * command-line switch (see prepare-electron.ts); the proxy is a name that does not resolve.
 */
export async function guardSession(session: Session, origin: string): Promise<void> {
  await session.setProxy({
    mode: 'fixed_servers',
    proxyRules: 'http://no-network.invalid:9',
    proxyBypassRules: '<-loopback>',
  });
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, (details, callback) => {
    callback({ cancel: !isAllowedRequest(details.url, origin) });
  });
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(grantedPermissions.has(permission) && isOfOrigin(details.requestingUrl, origin));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) =>
      grantedPermissions.has(permission) && isOfOrigin(requestingOrigin.replace(/\/$/, ''), origin),
  );
  session.setDevicePermissionHandler(() => false);
  // What the window drags out is a blob of its own; frames of mail may start no download (sandbox).
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${origin}/`)) event.preventDefault();
  });
  session.setSpellCheckerEnabled(true);
}

/**
 * Keeps a page where it is: no new windows, no webviews, no navigation but its own reload
 * (`pagePath`), no redirect.
 */
export function guardContents(contents: WebContents, origin: string, pagePath: string): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    const allowed = event.isMainFrame
      ? isOfOrigin(event.url, origin) && URL.parse(event.url)?.pathname === pagePath
      : isAllowedFrame(event.url, origin);
    if (!allowed) event.preventDefault();
  });
}
