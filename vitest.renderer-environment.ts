import type { Environment } from 'vitest/runtime';

/** Node without a DOM, yet with modules compiled as for a browser: Svelte's server output runs no effects. */
const environment: Environment = {
  name: 'renderer',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};

export default environment;
