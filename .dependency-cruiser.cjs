/* The import rules, followed by path. eslint.config.js holds the same ones with the words that say what to use instead. */
const only = (name, library, allowed) => ({
  name,
  severity: 'error',
  from: { path: '^src-', pathNot: allowed },
  to: { path: `(^|/)node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
    {
      name: 'shared-imports-only-itself-and-valibot',
      severity: 'error',
      from: { path: '^src-shared/' },
      to: { pathNot: ['^src-shared/', '(^|/)node_modules/valibot/'] },
    },
    {
      name: 'renderer-never-imports-main',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/' },
    },
    {
      name: 'main-never-imports-renderer',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-renderer/' },
    },
    {
      name: 'no-node-in-renderer',
      severity: 'error',
      from: { path: '^src-(renderer|shared)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'features-never-import-each-other',
      severity: 'error',
      from: { path: '^src-renderer/features/([^/]+)/' },
      to: { path: '^src-renderer/features/', pathNot: '^src-renderer/features/$1/' },
    },
    {
      name: 'ui-knows-no-mail',
      severity: 'error',
      from: { path: '^src-renderer/ui/' },
      to: { path: '^(src-renderer/(features|state|ipc|cache|store|message-html)|src-shared/model)/' },
    },
    {
      name: 'windows-stay-out-of-the-store',
      severity: 'error',
      from: { path: '^src-renderer/(features|ui)/' },
      to: { path: '^src-renderer/store/' },
    },
    {
      name: 'backends-see-no-other-backend',
      severity: 'error',
      from: { path: '^src-main/backends/([^/]+)/' },
      to: { path: '^src-main/backends/[^/]+/', pathNot: '^src-main/backends/($1|sasl|socket)/' },
    },
    {
      name: 'backends-see-only-mime-platform-shared',
      severity: 'error',
      from: { path: '^src-main/backends/[^/]+/' },
      // Local mail is the server of backends/local; no other backend sees it.
      to: { path: '^src-main/', pathNot: '^src-main/(backends|mime|platform|local-mail)/' },
    },
    {
      name: 'sync-sees-interfaces-only',
      severity: 'error',
      from: { path: '^src-main/sync/' },
      to: {
        path: '^src-main/',
        pathNot:
          '^src-main/(sync/|journal/|commands/|backends/backend\\.ts$|cache/cache-port\\.ts$|platform/)',
      },
    },
    {
      name: 'commands-see-interfaces-only',
      severity: 'error',
      from: { path: '^src-main/commands/' },
      to: {
        path: '^src-main/',
        pathNot:
          '^src-main/(commands/|journal/|backends/backend\\.ts$|cache/cache-port\\.ts$|platform/|mime/)',
      },
    },
    {
      name: 'platform-and-journal-are-below',
      severity: 'error',
      from: { path: '^src-main/(platform|journal)/' },
      to: { path: '^src-main/', pathNot: '^src-main/(platform|journal)/' },
    },
    {
      name: 'one-shell-never-sees-the-other',
      severity: 'error',
      from: { path: '^src-main/shell/(electron|chromium)/' },
      to: { path: '^src-main/shell/(electron|chromium)/', pathNot: '^src-main/shell/$1/' },
    },
    {
      name: 'setup-is-no-library',
      severity: 'error',
      from: { pathNot: '^(src-main/setup|test)/' },
      to: { path: '^src-main/setup/' },
    },
    {
      name: 'setup-imports-only-node',
      severity: 'error',
      from: { path: '^src-main/setup/' },
      to: { pathNot: '^src-main/setup/', dependencyTypesNot: ['core'] },
    },
    only('electron-only-in-its-shell', 'electron', '^src-main/shell/electron/'),
    only('imapflow-only-in-its-backend', 'imapflow', '^src-main/backends/imap/'),
    only('nodemailer-only-in-smtp-and-compose', 'nodemailer', '^src-main/(backends/smtp|mime/compose)/'),
    only('dexie-only-in-the-store', 'dexie', '^src-renderer/store/'),
    only('pino-only-in-the-log', 'pino', '^src-main/platform/log\\.ts$'),
    {
      name: 'no-development-package-in-main',
      severity: 'error',
      from: { path: '^src-main/', pathNot: ['^src-main/setup/', '^src-main/demo/'] },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/electron/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.renderer.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.d.ts'],
    },
    cache: { folder: '.cache/dependency-cruiser', strategy: 'content' },
  },
};
