import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkSteps, runChecks } from './check.mjs';
import { handOver } from './processes.mjs';
import { nodeArguments } from './node24.mjs';

const artefactsFolder = (root) => join(root, 'test-artefacts');

/**
 * Runs all Vitest projects and the checks beside them, or, given arguments, Vitest with these alone. The last line
 * printed is `N passed, N failed, N skipped` over everything that ran; resolves with the exit code.
 */
export async function runSuites(
  root,
  node,
  { env, args, print = (line) => process.stdout.write(`${line}\n`) },
) {
  const artefacts = artefactsFolder(root);
  const results = join(artefacts, 'results.json');
  mkdirSync(artefacts, { recursive: true });
  rmSync(results, { force: true });

  const total = { passed: 0, failed: 0, skipped: 0 };
  // The checks take what the tests leave, and speak after them.
  const said = [`Checks (${checkSteps(root).length})`];
  const checking =
    args.length > 0
      ? undefined
      : runChecks(root, node, { env, print: (line) => said.push(line), givesWay: true });
  const vitest = [
    ...nodeArguments,
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    ...['run', '--reporter=default', `--reporter=${join(root, 'src-main', 'setup', 'vitest-reporter.mjs')}`],
    ...args,
  ];
  // Built a moment ago by this very task: no test need build them again, and the bundle starts in less time.
  const built = {
    POSTHORN_MAIN: join(root, 'build', 'tested', 'main.js'),
    POSTHORN_E2E_PAGES: join(root, 'build', 'renderer'),
  };
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  const code = await handOver(node, vitest, {
    cwd: root,
    env: { ...env, ...plain, ...built, POSTHORN_TEST_RESULTS: results },
  });
  add(total, readResults(results, code));
  if (checking !== undefined) {
    add(total, await checking);
    print('');
    for (const line of said) print(line);
  }
  print('');
  print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

/** Vitest that ends with an error yet reports no failed test (it crashed, or could not start) is one failure. */
export function readResults(file, code) {
  let counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    counts = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    counts.failed = 1;
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function add(total, { passed, failed, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
