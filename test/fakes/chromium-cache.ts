import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { openCache, type CacheClient } from '../../src-main/cache/cache-client.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { openShell } from '../../src-main/shell/open-shell.ts';
import type { Page, Shell } from '../../src-main/shell/shell.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the store's page alone into a folder of its own, so that no other build is disturbed. */
export async function buildStorePage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'posthorn-store-page-'));
  await build({
    configFile: join(root, 'vite.renderer.config.ts'),
    logLevel: 'error',
    build: {
      outDir,
      emptyOutDir: true,
      sourcemap: false,
      rolldownOptions: { input: { store: join(root, 'src-renderer/store.html') } },
    },
  });
  return outDir;
}

export interface CacheInChromium {
  cache: CacheClient;
  shell: Shell;
  cacheIds: string[];
  /** Takes the store's page away; the client opens another. Resolves when it has. */
  losePage(): Promise<void>;
}

export function openShellFor(profileDir: string, rendererDir: string): Promise<Shell> {
  return openShell({
    profileDir,
    headless: true,
    rendererDir,
    remoteContent: () => Promise.resolve({ status: 403 }),
    onSecondInstance: () => undefined,
    log: () => undefined,
  });
}

/** The store as the product runs it: shell, hidden page, worker, Chromium's IndexedDB. */
export async function cacheInChromium(
  profileDir: string,
  rendererDir: string,
  expectedCacheId: string | null,
): Promise<CacheInChromium> {
  const shell = await openShellFor(profileDir, rendererDir);
  // Chromium makes no hidden page any more once its last one was closed; in the product a window stays.
  await shell.openPage({ path: '/store.html', hidden: true });
  const cacheIds: string[] = [];
  let page: Page | undefined;
  let gone: Parameters<Page['onGone']>[0] = () => undefined;
  const cache = await openCache({
    shell: {
      gone: new Promise(() => undefined),
      openPage: async (options) => {
        const opened = await shell.openPage(options);
        page = opened;
        return {
          id: opened.id,
          hidden: opened.hidden,
          ready: opened.ready,
          send: (message) => opened.send(message),
          onMessage: (listener) => opened.onMessage(listener),
          onGone: (listener) => {
            gone = listener;
            opened.onGone(listener);
          },
          onReload: (listener) => opened.onReload(listener),
          focus: () => opened.focus(),
          close: () => opened.close(),
        };
      },
    },
    expectedCacheId,
    lacksRoom: () => Promise.resolve(false),
    rememberCacheId: (id) => {
      cacheIds.push(id);
    },
    log: () => undefined,
    clock: systemClock,
  });
  return {
    cache,
    shell,
    cacheIds,
    losePage: async () => {
      const again = new Promise<void>((resolve) => cache.onReopened(() => resolve()));
      await page?.close();
      // The shell does not call back for pages that were closed on purpose.
      gone('crashed');
      await again;
    },
  };
}

export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
