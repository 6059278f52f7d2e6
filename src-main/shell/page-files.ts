import { readFile, realpath } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { pageHeaders } from './content-policy.ts';
import type { RemoteContent } from './shell.ts';

/** What a shell answers to a request for one of our own addresses. */
export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.bcmap': 'application/octet-stream',
  '.pfb': 'application/octet-stream',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

const empty = new Uint8Array(0);

/** Pictures that a message frame may be given; anything else main hands over is refused. */
const pictureType = /^image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;

/**
 * Answers `<origin>/<path>` from the built pages and `<origin>/remote/<token>` from main. Never
 * throws; what is not there is a 404, what lies outside `rendererDir` (also by a link) too.
 */
export async function answerPageRequest(
  url: string,
  rendererDir: string,
  origin: string,
  remoteContent: (token: string) => Promise<RemoteContent>,
): Promise<PageAnswer> {
  const path = decodedPath(url);
  if (path === undefined) return refusal(404);
  if (path.startsWith('/remote/')) return remoteAnswer(path.slice('/remote/'.length), remoteContent);
  const type = types[extname(path)];
  if (type === undefined) return refusal(404);
  try {
    const root = await realpath(rendererDir);
    const file = await realpath(resolve(join(root, path)));
    if (!file.startsWith(root + sep)) return refusal(404);
    return {
      status: 200,
      headers: { ...pageHeaders(path, origin), 'Content-Type': type },
      body: await readFile(file),
    };
  } catch {
    return refusal(404);
  }
}

/** The path of one of our addresses, decoded once; undefined when it is not a plain path. */
function decodedPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url).pathname);
    // A backslash is a separator on Windows, a colon a drive or a stream; NUL ends a C string.
    if (/[\\:\0]/.test(path) || path.split('/').includes('..')) return undefined;
    return path;
  } catch {
    return undefined;
  }
}

async function remoteAnswer(
  token: string,
  remoteContent: (token: string) => Promise<RemoteContent>,
): Promise<PageAnswer> {
  try {
    const content = await remoteContent(token);
    if (content.status !== 200 || !pictureType.test(content.contentType)) return refusal(403);
    return {
      status: 200,
      headers: {
        'Content-Type': content.contentType,
        'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Resource-Policy': 'cross-origin',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        'Cache-Control': 'no-store',
      },
      body: content.body,
    };
  } catch {
    return refusal(403);
  }
}

function refusal(status: number): PageAnswer {
  return { status, headers: { 'Cache-Control': 'no-store' }, body: empty };
}
