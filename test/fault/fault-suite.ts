import { appendFileSync } from 'node:fs';
import { beforeAll, describe, test } from 'vitest';
import {
  killPoints,
  runScenarios,
  seededKills,
  type Kill,
  type Verdicts,
  type Way,
} from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** `npm run test:faults` sets it: every point, killed there again and again, instead of three seeded kills. */
const everyStep = process.env['FAULTS'] === 'all';
/** A file that gets one line a scenario and way; the table of docs/faults.md is made of it. */
const record = process.env['FAULTS_RECORD'];

/**
 * One test a scenario and way; the scenarios of a batch run side by side, so keep a batch at 4 to 8. `steps`: where
 * this batch alone can be killed besides; it is killed at each of them in every run.
 */
export function faultSuite(
  batch: string,
  scenarios: readonly Scenario[],
  steps: readonly Kill['point'][] = [],
): void {
  const ways: Way[] = [{ name: 'straight and twice' }];
  if (steps.length > 0)
    ways.push({ name: `killed at ${steps.join(', ')}`, kills: steps.map((point) => ({ point, hit: 1 })) });
  if (everyStep)
    for (const point of [...steps, ...killPoints])
      ways.push({ name: `killed at ${point}`, kills: [1, 2, 1, 3].map((hit) => ({ point, hit })) });
  else if (steps.length === 0) {
    const kills = seededKills(batch);
    ways.push({ name: `killed at ${kills.map((k) => `${k.point}#${k.hit}`).join(', ')}`, kills });
  }
  describe.each(ways)(`${batch}: $name`, (way) => {
    let verdicts: Verdicts;
    beforeAll(async () => {
      verdicts = await runScenarios(scenarios, way);
    }, 300_000);
    for (const scenario of scenarios)
      test(`${scenario.cases.length > 0 ? `case ${scenario.cases.join(', ')}: ` : ''}${scenario.name}`, () => {
        const verdict = verdicts.get(scenario) ?? null;
        if (record !== undefined)
          appendFileSync(
            record,
            `${JSON.stringify({ batch, cases: scenario.cases, name: scenario.name, server: scenario.server ?? 'full', way: way.name, ok: verdict === null, ...(verdict === null ? {} : { why: verdict.message.slice(0, 2_000) }) })}\n`,
          );
        if (verdict !== null) throw verdict;
      });
  });
}
