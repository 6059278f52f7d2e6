import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/*
 * Bundles main, for both shells. Tests by hand and `npm run dev` run `src-main/main.ts` itself, with Node's type
 * stripping.
 *
 * All files land flat in build/main: a module two folders below the root stays two folders below it, so
 * `new URL('../../…', import.meta.url)` in src-main/<folder>/ means the same before and after.
 */
const root = fileURLToPath(new URL('.', import.meta.url));
const builtins = new Set(builtinModules);

/** Makes `new URL('./worker.ts', import.meta.url)` an entry of its own and points the URL at the built file. */
function tsFilesByUrl(): Plugin {
  const pattern = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.ts)\1\s*,\s*import\.meta\.url,?\s*\)/g;
  const emitted = new Set<string>();
  return {
    name: 'posthorn:ts-files-by-url',
    buildStart() {
      emitted.clear();
    },
    transform(code, id) {
      if (!id.startsWith(root) || id.includes('node_modules')) return null;
      const changed = code.replace(pattern, (whole, _quote: string, path: string) => {
        const file = resolve(dirname(id), path);
        if (!existsSync(file)) return whole;
        // src-main/mime/worker.ts → mime-worker.js
        const fileName = `${relative(root, file).split(sep).slice(1).join('-').replace(/\.ts$/, '')}.js`;
        if (!emitted.has(fileName)) this.emitFile({ type: 'chunk', id: file, fileName });
        emitted.add(fileName);
        return `new URL('./${fileName}', import.meta.url)`;
      });
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

const preload = `${root}src-main/shell/electron/preload.ts`;

export default defineConfig(({ mode }) => {
  const isPreload = mode === 'preload';
  return {
    root,
    publicDir: false,
    plugins: isPreload ? [] : [tsFilesByUrl()],
    // `if (!globalThis.posthornPackaged) await import('./test-hooks.ts')` leaves the module out of the packaged build.
    define: { 'globalThis.posthornPackaged': JSON.stringify(mode === 'package') },
    ...(isPreload ? { ssr: { noExternal: true as const } } : {}),
    build: {
      ssr: true,
      outDir: `${root}build/main`,
      emptyOutDir: !isPreload,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        // A sandboxed preload is CommonJS and may require nothing but `electron`, so the rest is bundled into it.
        input: isPreload ? { preload } : { main: `${root}src-main/main.ts` },
        external: (id: string) =>
          id === 'electron' ||
          id.startsWith('node:') ||
          (!isPreload && (builtins.has(id) || !/^(\.|\/|[A-Za-z]:)/.test(id))),
        output: {
          format: isPreload ? 'cjs' : 'es',
          entryFileNames: isPreload ? '[name].cjs' : '[name].js',
          chunkFileNames: '[name]-[hash].js',
        },
      },
    },
  };
});
