import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultCases } from './fault-cases.mjs';
import { runSuites } from './suites.mjs';

/** Runs the fault scenarios at every step and writes what became of each into docs/faults.md. */
export async function runFaults(root, node, { env, args }) {
  const record = join(root, 'test-artefacts', 'faults.jsonl');
  rmSync(record, { force: true });
  const code = await runSuites(root, node, {
    env: { ...env, FAULTS: 'all', FAULTS_RECORD: record },
    args: ['--project', 'fault', ...args],
  });
  let lines;
  try {
    lines = readFileSync(record, 'utf8').trim().split('\n');
  } catch {
    return code;
  }
  const table = faultTable(
    lines.map((line) => JSON.parse(line)),
    faultCases(join(root, 'test')),
  );
  if (args.length === 0) writeFileSync(join(root, 'docs', 'faults.md'), table);
  return code;
}

/**
 * One row a scenario, one column a way; `entries` are the lines that test/fault/fault-suite.ts writes. Below it every
 * case with the tests that name it, as `faultCases` gives them.
 */
export function faultTable(entries, cases) {
  const ways = [...new Set(entries.map((entry) => entry.way))];
  const rows = new Map();
  for (const entry of entries) {
    const key = `${entry.batch}\n${entry.name}\n${entry.server}`;
    const row = rows.get(key) ?? { ...entry, results: new Map() };
    row.results.set(entry.way, entry.ok ? 'ok' : '**fails**');
    rows.set(key, row);
  }
  const failed = entries.filter((entry) => !entry.ok).length;
  const number = (row) => row.cases[0] ?? 999;
  const sorted = [...rows.values()].sort((a, b) => number(a) - number(b));
  const head = ['case', 'what goes wrong', 'server', ...ways];
  return [
    '# Faults',
    '',
    'Made by `npm run test:faults`; the numbers are those of the fault list that the engine was designed by. Each',
    'scenario is run on a real Dovecot: straight and twice over, and killed (SIGKILL) again and again at each named',
    'step and resumed. After every way each mail must exist exactly as often as it should, on the server and in',
    'Posthorn. Servers: *full* has every extension, *uidplus* no MOVE, CONDSTORE or LIST-STATUS, *bare* nothing but',
    'IMAP4rev1. Cases that need no scenario stand with the part that they concern, named `case N` there: see below.',
    '',
    `${rows.size} scenarios, ${entries.length} runs, ${failed} failed.`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...sorted.map(
      (row) =>
        `| ${[row.cases.join(', '), row.name.replaceAll('|', '\\|'), row.server, ...ways.map((way) => row.results.get(way) ?? '')].join(' | ')} |`,
    ),
    '',
    '## Every case',
    '',
    'The tests whose names or scenarios say the number, from reading them.',
    '',
    '| case | tested in |',
    '| --- | --- |',
    ...[...cases].map(
      ([number, files]) => `| ${number} | ${files.map((file) => `\`${file}\``).join(', ')} |`,
    ),
    '',
  ].join('\n');
}
