import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('./src-renderer', import.meta.url));
const pages = ['index', 'store', 'sanitise'].filter((page) => existsSync(`${root}/${page}.html`));

export default defineConfig({
  root,
  // Relative, so that `https://app.invalid/` (Chromium shell) and `app://` (Electron shell) serve the same files.
  base: './',
  publicDir: existsSync(`${root}/public`) ? 'public' : false,
  plugins: [
    svelte({
      configFile: false,
      // Styles go to CSS files: the pages' CSP has no `unsafe-inline` for scripts and needs none here.
      compilerOptions: { runes: true, css: 'external' },
      // bits-ui and lucide still hold components outside runes mode.
      dynamicCompileOptions: ({ filename }) =>
        filename.includes('node_modules') ? { runes: undefined } : undefined,
    }),
  ],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('./build/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome130',
    sourcemap: true,
    // No data: addresses; the pages' CSP allows only their own origin.
    assetsInlineLimit: 0,
    // The polyfill would be of no use in Chromium and is one script more.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      // How long the Svelte compiler took is no warning.
      checks: { bundlerTimings: false },
      input: Object.fromEntries(pages.map((page) => [page, `${root}/${page}.html`])),
    },
  },
});
