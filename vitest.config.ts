import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';

// Two cores is the machine that the suites must fit on. Four at a time were tried: every file took two and a half times
// as long, and some then failed for want of time.
const workers = 2;

export default defineConfig({
  test: {
    maxWorkers: workers,
    pool: 'forks',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    passWithNoTests: true,
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
    // A polled condition is waited for, not timed: Vitest's one second is too short on a loaded machine.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,mjs}'],
          exclude: ['test/unit/renderer/**'],
          testTimeout: 20_000,
          // Nothing in main keeps state beside what a test opens: the modules are read once, not a hundred times.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Apart from `unit`, for here packages are resolved as a browser sees them: Svelte's server build has no effects.
        extends: true,
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'unit-renderer',
          environment: './vitest.renderer-environment.ts',
          server: { deps: { inline: [/svelte/, /bits-ui/] } },
          include: ['test/unit/renderer/**/*.test.ts'],
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // A batch has a whole Posthorn and a Dovecot of its own for several accounts.
        extends: true,
        test: {
          name: 'fault',
          include: ['test/fault/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
