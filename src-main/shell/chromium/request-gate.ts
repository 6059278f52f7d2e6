import { Buffer } from 'node:buffer';
import { answerPageRequest } from '../page-files.ts';
import type { RemoteContent } from '../shell.ts';
import type { CdpConnection } from './cdp-connection.ts';
import type { PausedRequest } from './cdp-protocol.ts';

export interface GateOptions {
  origin: string;
  rendererDir: string;
  remoteContent(token: string): Promise<RemoteContent>;
  refused(url: string, resourceType: string): void;
}

/**
 * Stops every request of one session (page, frame, shared worker …) before it goes anywhere and
 * answers it from our files, or refuses it. `topDocument` is the one page this target may show:
 * a target without it (frame, worker) has no top document.
 */
export async function guardRequests(
  connection: CdpConnection,
  sessionId: string,
  options: GateOptions,
  topDocument: { frameId: string; path: () => string | undefined } | undefined,
): Promise<void> {
  connection.on(sessionId, 'Fetch.requestPaused', (paused) => {
    answer(connection, sessionId, options, paused, topDocument).catch(() => {
      // The target or the browser went away while it was asked; there is nobody left to answer.
    });
  });
  await connection.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }, sessionId);
}

async function answer(
  connection: CdpConnection,
  sessionId: string,
  options: GateOptions,
  paused: PausedRequest,
  topDocument: { frameId: string; path: () => string | undefined } | undefined,
): Promise<void> {
  const { requestId, request, resourceType } = paused;
  const isTop = resourceType === 'Document' && paused.frameId === topDocument?.frameId;
  if (
    !isOurs(request.url, request.method, options.origin) ||
    (isTop && pathOf(request.url) !== topDocument.path())
  ) {
    options.refused(request.url, resourceType);
    // 'Aborted' leaves the page where it is; other reasons replace it by an error page (measured).
    await connection.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }, sessionId);
    return;
  }
  const found = await answerPageRequest(
    request.url,
    options.rendererDir,
    options.origin,
    options.remoteContent,
  );
  await connection.send(
    'Fetch.fulfillRequest',
    {
      requestId,
      responseCode: found.status,
      responseHeaders: Object.entries(found.headers).map(([name, value]) => ({ name, value })),
      body: Buffer.from(found.body.buffer, found.body.byteOffset, found.body.byteLength).toString('base64'),
    },
    sessionId,
  );
}

function isOurs(url: string, method: string, origin: string): boolean {
  return (method === 'GET' || method === 'HEAD') && url.startsWith(`${origin}/`);
}

/** Path of an address without query and fragment. */
export function pathOf(url: string): string | undefined {
  return URL.parse(url)?.pathname;
}
