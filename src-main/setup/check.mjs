import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runGathered, which } from './processes.mjs';

const tool = (root, ...path) => join(root, 'node_modules', ...path);

/** The checks, each a line of the summary. `when` leaves out what has nothing to look at. */
export function checkSteps(root) {
  const types = (layer) => ({
    name: `types: ${layer}`,
    args: [tool(root, 'typescript', 'bin', 'tsc'), '-p', `tsconfig.${layer}.json`, '--pretty', 'false'],
  });
  return [
    // The longest first: the others fill the second core beside it.
    {
      name: 'lint (eslint)',
      args: [
        tool(root, 'eslint', 'bin', 'eslint.js'),
        ...[
          '--max-warnings',
          '0',
          '--cache',
          '--cache-location',
          '.cache/eslint/',
          '--cache-strategy',
          'content',
          '.',
        ],
      ],
    },
    types('shared'),
    types('main'),
    { ...types('electron'), when: () => holdsSources(join(root, 'src-main', 'shell', 'electron')) },
    types('test'),
    {
      name: 'types: renderer (svelte-check)',
      args: [
        tool(root, 'svelte-check', 'bin', 'svelte-check'),
        ...['--tsconfig', 'tsconfig.renderer.json', '--output', 'human', '--fail-on-warnings'],
      ],
    },
    {
      name: 'format (prettier)',
      args: [
        tool(root, 'prettier', 'bin', 'prettier.cjs'),
        ...['--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'],
      ],
    },
    {
      name: 'import rules (dependency-cruiser)',
      args: [
        tool(root, 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
        ...[
          '--config',
          '.dependency-cruiser.cjs',
          '--output-type',
          'err',
          'src-shared',
          'src-main',
          'src-renderer',
        ],
      ],
    },
    { name: 'dead code (knip)', args: [tool(root, 'knip', 'bin', 'knip.js'), '--no-progress'] },
  ].filter((step) => step.when?.() !== false);
}

function holdsSources(folder) {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.ts'));
}

/**
 * Runs every check, two at a time, and goes on after one that fails. Prints a line for each, and what a failing one
 * said. Resolves with `{passed, failed}`.
 *
 * @param givesWay at a lower priority, where there is one: something else runs meanwhile that others wait for.
 */
export async function runChecks(root, node, { env, print, steps = checkSteps(root), givesWay = false }) {
  const nice = givesWay ? which('nice') : undefined;
  const [program, before] = nice === undefined ? [node, []] : [nice, ['-n', '5', node]];
  const waiting = [...steps];
  const result = { passed: 0, failed: 0 };
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const begun = performance.now();
      const { code, output } = await runGathered(program, [...before, ...step.args], { cwd: root, env });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      result[code === 0 ? 'passed' : 'failed'] += 1;
      print(`${code === 0 ? 'ok    ' : 'FAILED'}  ${step.name} (${seconds} s)`);
      if (code !== 0) print(output.trimEnd().replace(/^/gm, '        '));
    }
  };
  await Promise.all([worker(), worker()]);
  return result;
}
