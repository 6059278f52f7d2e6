import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the pages into a folder of the test's own: the one of the checkout may be built anew meanwhile. */
export async function buildPages(out: string): Promise<void> {
  await build({
    configFile: join(root, 'vite.renderer.config.ts'),
    logLevel: 'error',
    build: { outDir: out, emptyOutDir: true },
  });
}

/** The pages that POSTHORN_E2E_PAGES names (`npm test` builds them once, 10 s), else built into `dir`. */
export async function pagesFor(dir: string): Promise<string> {
  const built = process.env['POSTHORN_E2E_PAGES'];
  const pages = built ?? join(dir, 'pages');
  if (built === undefined) await buildPages(pages);
  return pages;
}
