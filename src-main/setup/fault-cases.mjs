import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The list that the engine was designed by has so many cases. */
export const caseCount = 85;

/** `case 7`, `cases 3, 9 and 10`, in the name of a test: behind a quote, which a `case 7:` of a switch is not. */
const named = /['"`].*?\bcases? (\d+(?:(?:, (?:and )?| and )\d+)*)/gi;
/** `cases: [24]` of a scenario, and the helper that makes the scenarios of moves. */
const listed = /\b(?:cases:\s*|moved\(\s*)\[([\d, ]+)\]/g;

/** Case → the test files below `folder` that name it, for each of 1 … 85; [] for one that has no test. */
export function faultCases(folder) {
  const cases = new Map(Array.from({ length: caseCount }, (_, i) => [i + 1, []]));
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!/\.test\.(ts|mjs)$/.test(name)) continue;
    for (const number of casesIn(readFileSync(join(folder, name), 'utf8'))) {
      const files = cases.get(number);
      if (files !== undefined && !files.includes(name)) files.push(name.replaceAll('\\', '/'));
    }
  }
  return cases;
}

/** The numbers that a test's text names. */
export function casesIn(text) {
  const code = text.split('\n').filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line));
  return [...code.flatMap((line) => [...line.matchAll(named)]), ...code.join('\n').matchAll(listed)].flatMap(
    ([, numbers = '']) => (numbers.match(/\d+/g) ?? []).map(Number),
  );
}
