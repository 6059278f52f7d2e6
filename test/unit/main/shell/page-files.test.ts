import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerPageRequest } from '../../../../src-main/shell/page-files.ts';
import type { RemoteContent } from '../../../../src-main/shell/shell.ts';

const origin = 'https://app.invalid';
let folder = '';
let pages = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-pages-'));
  pages = join(folder, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<p>ä');
  await writeFile(join(pages, 'assets/a.js'), '1');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(pages, 'link.txt'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = (
  path: string,
  remote: (token: string) => Promise<RemoteContent> = () => Promise.resolve({ status: 403 }),
) => answerPageRequest(origin + path, pages, origin, remote);

describe('page files', () => {
  test('are served with their type, their policy and nothing kept', async () => {
    const page = await ask('/index.html?x=1#y');
    expect(page.status).toBe(200);
    expect(page.headers['Content-Type']).toBe('text/html; charset=utf-8');
    expect(page.headers['Content-Security-Policy']).toContain("script-src 'self';");
    expect(page.headers['Content-Security-Policy']).not.toContain('unsafe-eval');
    expect(page.headers['Cache-Control']).toBe('no-store');
    expect(new TextDecoder().decode(page.body)).toBe('<p>ä');
    expect((await ask('/assets/a.js')).headers['Content-Type']).toBe('text/javascript; charset=utf-8');
  });

  test.each([
    '/',
    '/assets',
    '/none.html',
    '/link.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/%00',
    '/%',
    '/index.html%3a%3a$DATA',
  ])('refuse %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test('hand out only pictures for tokens, and refuse when main fails', async () => {
    const body = new Uint8Array([1]);
    expect(
      (await ask('/remote/t', () => Promise.resolve({ status: 200, contentType: 'image/png', body }))).status,
    ).toBe(200);
    expect(
      (await ask('/remote/t', () => Promise.resolve({ status: 200, contentType: 'text/html', body }))).status,
    ).toBe(403);
    expect(
      (await ask('/remote/t', () => Promise.resolve({ status: 200, contentType: 'image/svg+xml', body })))
        .status,
    ).toBe(403);
    expect((await ask('/remote/t', () => Promise.reject(new Error('x')))).status).toBe(403);
  });
});
