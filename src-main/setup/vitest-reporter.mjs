import { writeFileSync } from 'node:fs';

/**
 * Counts tests over all projects into the file named by POSTHORN_TEST_RESULTS, and prints why tests were skipped. A
 * file that could not be loaded, a failing hook of a suite and an error outside any test count as one failure each.
 */
export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skips = new Map();
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') failedHere += 1;
        else {
          counts.skipped += 1;
          const reason = result.note ?? reasonInName(test) ?? 'no reason given';
          const key = `${module.project.name} ${module.relativeModuleId}: ${reason}`;
          skips.set(key, (skips.get(key) ?? 0) + 1);
        }
      }
      const suiteErrors = [...module.children.allSuites()].filter(
        (suite) => suite.errors().length > 0,
      ).length;
      counts.failed += failedHere + suiteErrors + (module.errors().length > 0 ? 1 : 0);
    }
    if (skips.size > 0) {
      process.stdout.write('\nSkipped:\n');
      for (const [key, count] of skips) process.stdout.write(`  ${count} × ${key}\n`);
    }
    const file = process.env.POSTHORN_TEST_RESULTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

/** `describe.skipIf` and `it.skipIf` know no reason, so ours stands in the name: `… (skipped: no Cyrus here)`. */
function reasonInName(test) {
  return /\(skipped: ([^)]+)\)/.exec(test.fullName)?.[1];
}
