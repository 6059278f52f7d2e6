import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, below test/, the longest first, as a whole run on two cores told. What is long and begins
 * last keeps the whole run waiting, and nothing but this list knows it in a fresh checkout: Vitest goes by file size.
 */
const longest = [
  'fault/convergence/convergence.test.ts',
  'integration/sync-offline.test.ts',
  'fault/lost-answers.test.ts',
  'fault/folders.test.ts',
  'e2e/window-screens.test.ts',
  'fault/sending.test.ts',
  'integration/mode-offline.test.ts',
  'integration/sync-trouble.test.ts',
  'e2e/window-folders.test.ts',
  'fault/many-steps.test.ts',
  'integration/mode-online.test.ts',
  'e2e/main-job.test.ts',
  'e2e/window-jobs.test.ts',
  'integration/smtp-sending.test.ts',
  'integration/transfer.test.ts',
  'fault/refusals.test.ts',
  'fault/uids.test.ts',
  'fault/conflicts.test.ts',
  'fault/shared-boxes.test.ts',
  'e2e/window-accounts.test.ts',
  'integration/sync-first.test.ts',
  'e2e/hostile-files.test.ts',
  'e2e/hostile-mail.test.ts',
  'e2e/hostile-again.test.ts',
  'e2e/window-composer.test.ts',
  'integration/engine-mends.test.ts',
  'unit/renderer/sanitise/sanitise-html.test.ts',
  'e2e/window-mail.test.ts',
  'integration/client-certificate.test.ts',
  'e2e/window-transfer.test.ts',
  'integration/smtp-outbox.test.ts',
  'fault/power-cut/power-cut.test.ts',
  'contract/shell.chromium.test.ts',
  'e2e/window-settings.test.ts',
  'contract/cache.chromium.test.ts',
];
const place = new Map(longest.map((path, at) => [path, at]));

/** Within a group of projects the longest file first, of whichever project it is. */
export class LongestFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(specs);
    const group = (spec: TestSpecification): number => spec.project.config.sequence.groupOrder;
    const among = (spec: TestSpecification): number =>
      place.get(spec.moduleId.replace(/^.*\/test\//, '')) ?? longest.length;
    return bySize.toSorted((a, b) => group(a) - group(b) || among(a) - among(b));
  }
}
