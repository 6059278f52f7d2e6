import { describe, expect, test } from 'vitest';
import { compareAll } from '../agreement/agreement.ts';
import { readBounces } from '../agreement/bounces.ts';
import { corporaPresent, corpora } from '../agreement/corpora.ts';
import { reasonOf } from '../agreement/known-differences.ts';
import { openAll } from '../agreement/opening.ts';

if (!corporaPresent) process.stdout.write(`mime-agreement: skipped, no corpora at ${corpora}\n`);

describe.skipIf(!corporaPresent)('the mail reader and other programs (docs/mime-agreement.md)', () => {
  test('agree in 97 of 100 things, and every difference has its reason', () => {
    const { rows, differences } = compareAll();
    const compared = rows.reduce((sum, row) => sum + row.compared, 0);
    const agreed = rows.reduce((sum, row) => sum + row.agreed, 0);
    process.stdout.write(`mime-agreement: ${agreed} of ${compared} comparisons agree\n`);
    expect(differences.filter((check) => reasonOf(check) === null)).toEqual([]);
    expect(compared).toBeGreaterThan(4_000);
    expect(agreed / compared).toBeGreaterThanOrEqual(0.97);
  }, 300_000);

  test('every mail of the corpora opens, and each of its parts can be read', () => {
    const { mails, errors, blank, p99, slowest } = openAll();
    process.stdout.write(
      `mime-agreement: ${mails} mails, 99 % within ${p99.toFixed(0)} ms, slowest ${slowest.ms.toFixed(0)} ms (${slowest.path})\n`,
    );
    expect(mails).toBeGreaterThan(4_500);
    expect(errors).toEqual([]);
    // Empty files, and bytes that are no mail: shown with their defects.
    expect(blank.length).toBeLessThan(10);
  }, 300_000);

  test('95 of 100 bounces say whom they did not reach and why', () => {
    const { mails, told, mistaken } = readBounces();
    process.stdout.write(`mime-agreement: ${told} of ${mails} bounces are told\n`);
    expect(mistaken).toEqual([]);
    expect(mails).toBeGreaterThan(400);
    expect(told / mails).toBeGreaterThanOrEqual(0.95);
  }, 300_000);
});
