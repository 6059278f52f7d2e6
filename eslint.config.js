import { existsSync, readdirSync } from 'node:fs';
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/*
 * The import rules (ARCHITECTURE.md) stand here with the words that help at the keyboard, and once more in
 * .dependency-cruiser.cjs, which follows paths and dynamic imports exactly. A later block replaces the list of an
 * earlier one, so each area names its whole list.
 */
const rules = {
  main: {
    regex: 'src-main/',
    message: 'The renderer never sees main: call it by ipc/client.ts, share types in src-shared.',
  },
  renderer: { regex: 'src-renderer/', message: 'Main never sees the renderer: share code in src-shared.' },
  setup: {
    regex: '(^|/)setup/',
    message: 'src-main/setup runs before anything is installed; it is no library.',
  },
  electron: {
    regex: '^electron($|/)',
    message: 'Only src-main/shell/electron knows Electron: use the interface src-main/shell/shell.ts.',
  },
  imapflow: {
    regex: '^imapflow($|/)',
    message: 'Only src-main/backends/imap knows imapflow: use the interface src-main/backends/backend.ts.',
  },
  nodemailer: {
    regex: '^nodemailer($|/)',
    message:
      'Only backends/smtp and mime/compose know nodemailer: send by backend.ts, build messages by mime/compose.',
  },
  dexie: {
    regex: '^dexie($|/)',
    message: 'Only the store worker (src-renderer/store) opens IndexedDB: ask it by src-renderer/cache.',
  },
  pino: {
    regex: '^pino($|/)',
    message: 'Log by src-main/platform/log.ts, which masks addresses, subjects and secrets.',
  },
  node: {
    regex: '^node:',
    message: 'There is no Node here: ask main by ipc/client.ts, or move the code to src-main.',
  },
  sharedOnly: {
    regex: '^(?!\\.{1,2}/|valibot$)',
    message: 'src-shared imports only itself and valibot: pass in what else it needs.',
  },
  outOfShared: {
    regex: 'src-(main|renderer)/',
    message: 'src-shared knows neither main nor the renderer: pass it in.',
  },
  otherBackend: {
    regex: '^(\\.\\./)+(imap|pop3|smtp|nntp|feeds|jmap)/',
    message:
      'A backend never sees another: what they share goes to backends/ itself, backends/sasl, backends/socket or platform.',
  },
  outOfBackend: {
    regex:
      '^(\\.\\./){2,}(accounts|cache|commands|demo|discovery|drafts|ipc|journal|outbox|search|settings|shell|sync)/',
    message:
      'A backend sees only backend.ts, sasl, socket, mime, platform and src-shared: let sync tell it the rest.',
  },
  outOfSync: {
    regex:
      '^(\\.\\./)+(accounts|demo|discovery|drafts|ipc|mime|outbox|search|settings|shell|backends/(?!backend\\.ts$)|cache/(?!cache-port\\.ts$))',
    message:
      'sync sees journal, commands, backend.ts, cache-port.ts, platform and src-shared: main.ts hands in the rest.',
  },
  mailInUi: {
    regex: '(features|state|ipc|cache|store|message-html|model)/',
    message: 'src-renderer/ui knows no mail: take it as a prop.',
  },
  storeFromWindow: {
    regex: '^(\\.\\./)+store/',
    message: 'Windows ask the store by src-renderer/cache; its worker is not theirs.',
  },
};

const mainBase = [rules.renderer, rules.setup];
const libraries = [rules.electron, rules.imapflow, rules.nodemailer, rules.pino];
const rendererBase = [rules.main, rules.node, rules.electron];
const without = (list, ...left) => list.filter((rule) => !left.includes(rule));
const restrict = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const featuresFolder = new URL('./src-renderer/features/', import.meta.url);
const features = existsSync(featuresFolder)
  ? readdirSync(featuresFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];
const featureBlocks = features.map(({ name }) =>
  restrict(
    [`src-renderer/features/${name}/**`],
    [
      ...rendererBase,
      rules.dexie,
      rules.storeFromWindow,
      ...features
        .filter((other) => other.name !== name)
        .map((other) => ({
          regex: `^(\\.\\./)+(features/)?${other.name}/`,
          message:
            'Features never import each other: share state in src-renderer/state, looks in src-renderer/ui.',
        })),
    ],
  ),
);

const typeAware = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
};

export default ts.config(
  { ignores: ['node_modules/', 'build/', 'release/', 'test-artefacts/', '.cache/', 'test/fixtures/'] },
  js.configs.recommended,
  ts.configs.strict,
  ts.configs.stylistic,
  svelte.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      // Mail is full of control and combining characters that parsers must name.
      'no-control-regex': 'off',
      'no-misleading-character-class': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: { ...typeAware, 'no-undef': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      // Props are read again by Svelte though nothing assigns them.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
      // State is replaced as a whole ($state.raw): sets of 1,000,000 ids must not become proxies.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['**/*.svelte'], rules: { 'no-restricted-exports': 'off' } },
  // A global can be declared in no other way.
  { files: ['**/*.d.ts'], rules: { 'no-var': 'off' } },
  { files: ['**/*.mjs', '**/*.js', '**/*.cjs'], languageOptions: { globals: globals.node } },
  {
    files: ['*.config.ts', '*.config.js', 'vitest.*.ts', 'src-main/setup/vitest-reporter.mjs'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    // Tests build odd values on purpose and read answers whose shape the assertion is about to check.
    files: ['test/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },

  restrict(['src-shared/**'], [rules.sharedOnly, rules.outOfShared]),
  restrict(['src-main/**'], [...mainBase, ...libraries]),
  restrict(['src-main/setup/**'], [rules.renderer, ...libraries]),
  restrict(['src-main/platform/log.ts'], [...mainBase, ...without(libraries, rules.pino)]),
  restrict(['src-main/shell/electron/**'], [...mainBase, ...without(libraries, rules.electron)]),
  restrict(['src-main/mime/compose/**'], [...mainBase, ...without(libraries, rules.nodemailer)]),
  restrict(['src-main/sync/**'], [...mainBase, ...libraries, rules.outOfSync]),
  restrict(['src-main/backends/*/**'], [...mainBase, ...libraries, rules.otherBackend, rules.outOfBackend]),
  restrict(
    ['src-main/backends/imap/**'],
    [...mainBase, ...without(libraries, rules.imapflow), rules.otherBackend, rules.outOfBackend],
  ),
  restrict(
    ['src-main/backends/smtp/**'],
    [...mainBase, ...without(libraries, rules.nodemailer), rules.otherBackend, rules.outOfBackend],
  ),
  restrict(['src-renderer/**'], [...rendererBase, rules.dexie]),
  restrict(['src-renderer/store/**'], rendererBase),
  restrict(['src-renderer/{state,cache,message-html}/**'], [...rendererBase, rules.dexie]),
  restrict(['src-renderer/ui/**'], [...rendererBase, rules.dexie, rules.mailInUi]),
  ...featureBlocks,
);
