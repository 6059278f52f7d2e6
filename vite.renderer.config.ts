import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('./src-renderer', import.meta.url));
const pages = ['index', 'store', 'sanitise', 'pdf'].filter((page) => existsSync(`${root}/${page}.html`));

/** What pdf.js asks for by name while it draws: character tables, the 14 standard fonts, decoders without WebAssembly. */
function pdfFiles(): Plugin {
  const library = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const folders = [
    { from: 'cmaps', to: 'cmaps', wanted: /\.bcmap$/ },
    { from: 'standard_fonts', to: 'fonts', wanted: /\.(?:pfb|ttf)$/ },
    { from: 'wasm', to: 'wasm', wanted: /_nowasm_fallback\.js$/ },
  ];
  return {
    name: 'posthorn-pdf-files',
    apply: 'build',
    generateBundle() {
      for (const { from, to, wanted } of folders)
        for (const name of readdirSync(join(library, from)))
          if (wanted.test(name))
            this.emitFile({
              type: 'asset',
              fileName: `pdf/${to}/${name}`,
              source: readFileSync(join(library, from, name)),
            });
    },
  };
}

export default defineConfig({
  root,
  // Relative, so that `https://app.invalid/` (Chromium shell) and `app://` (Electron shell) serve the same files.
  base: './',
  publicDir: existsSync(`${root}/public`) ? 'public' : false,
  plugins: [
    pdfFiles(),
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
