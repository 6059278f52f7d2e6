import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { caseCount, casesIn, faultCases } from '../../../../src-main/setup/fault-cases.mjs';

test('every one of the 85 fault cases has a test that names it', () => {
  const cases = faultCases(fileURLToPath(new URL('../../../', import.meta.url)));
  expect(cases.size).toBe(caseCount);
  expect([...cases].filter(([, files]) => files.length === 0).map(([number]) => number)).toEqual([]);
});

test('a name is read in all the ways in which tests say it, and nothing else is taken for one', () => {
  const word = 'case';
  expect(casesIn(`test('${word} 85: one unit', () => {`)).toEqual([85]);
  expect(casesIn(`  test(\`${word}s 3, 9 and 10: at each \${point}\`, …`)).toEqual([3, 9, 10]);
  expect(casesIn(`describe('the cache is lost (${word} 72)', …`)).toEqual([72]);
  expect(casesIn(`    ${word}s: [42, 28],`)).toEqual([42, 28]);
  expect(casesIn(`  ${'moved'}(\n    [14, 5], 'without MOVE`)).toEqual([14, 5]);
  expect(casesIn(`      ${word} 1:`)).toEqual([]);
  expect(casesIn(`// '${word} 12' is elsewhere`)).toEqual([]);
});
