import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compareAll } from './agreement.ts';
import { readBounces } from './bounces.ts';
import type { Check } from './comparison.ts';
import { corporaPresent } from './corpora.ts';
import { measureMemory } from './memory.ts';
import { reasonOf } from './known-differences.ts';
import { openAll } from './opening.ts';

/* `npm run agreement` */
const file = fileURLToPath(new URL('../../docs/mime-agreement.md', import.meta.url));

if (corporaPresent) {
  writeFileSync(file, await agreementDocument());
  process.stdout.write('docs/mime-agreement.md is written.\n');
} else
  process.stdout.write('There are no corpora beside this checkout; docs/mime-agreement.md stays as it is.\n');

async function agreementDocument(): Promise<string> {
  const { rows, differences } = compareAll();
  const opening = openAll();
  const bounces = readBounces();
  const load = loadavg()[0] ?? 0;
  const memory = await measureMemory();
  const compared = rows.reduce((sum, row) => sum + row.compared, 0);
  const agreed = rows.reduce((sum, row) => sum + row.agreed, 0);
  return `# Agreement of the mail reader with other programs

Written by \`npm run agreement\` over the mails with expected results that stand beside a checkout
(\`../shared/corpora\`), the results being those of the programs named. One comparison is one thing that a golden says about one mail: subject,
date, an address list, the text, whether there is HTML, names, types, sizes and bytes of attachments, the tree.
White space is joined, names of files are made safe on both sides, and where a golden has U+FFFD it says nothing.
MailCore's years of two digits are moved to the right century, and names that it does not read (in comments) are not compared.

| source | mails | compared | agree | |
| --- | ---: | ---: | ---: | ---: |
${rows.map((row) => `| ${row.source} | ${row.mails} | ${row.compared} | ${row.agreed} | ${percent(row.agreed, row.compared)} |`).join('\n')}
| **all** | ${rows.reduce((sum, row) => sum + row.mails, 0)} | ${compared} | ${agreed} | **${percent(agreed, compared)}** |

## Opening

${opening.mails} mails were opened; ${opening.errors.length === 0 ? 'none failed' : `${opening.errors.length} failed: ${opening.errors.join('; ')}`}.
Half of them took at most ${opening.p50.toFixed(1)} ms, 99 % at most ${opening.p99.toFixed(0)} ms, the slowest ${opening.slowest.ms.toFixed(0)} ms (${opening.slowest.path}).

Through the reading thread, as the program reads them, three times over: half took at most ${memory.p50.toFixed(1)} ms, 99 % at most ${memory.p99.toFixed(0)} ms
(load of the machine ${load.toFixed(1)}, ${availableParallelism()} processors). What is held, in megabytes, when all that can be thrown away was thrown away:

| | reading thread | main | resident, both |
| --- | ---: | ---: | ---: |
${memory.held.map(({ when, reader, main, resident }) => `| ${when} | ${reader === null ? 'ended' : reader.toFixed(1)} | ${main.toFixed(1)} | ${resident.toFixed(0)} |`).join('\n')}

Defects found: ${opening.defects.map(([code, n]) => `${code} ${n}`).join(', ')}.

## Bounces

Of ${bounces.mails} bounces, complaints and automatic answers of \`sisimai-bounces\`, ${bounces.told} (${percent(bounces.told, bounces.mails)}) give every
recipient with the reason in words. The others: ${bounces.untold.map((path) => `\`${path}\``).join(', ')}.
Most of them say nothing in a language that Posthorn reads, are the answers of a mailing list's program, name nobody, or are handed on by a person.

## What differs, and why

${grouped(differences)}`;
}

function grouped(differences: readonly Check[]): string {
  const groups = new Map<string, Check[]>();
  for (const check of differences) {
    const reason = reasonOf(check) ?? 'Not explained yet.';
    groups.set(reason, [...(groups.get(reason) ?? []), check]);
  }
  return [...groups]
    .map(([reason, checks]) => {
      const places = new Map<string, string[]>();
      for (const check of checks) places.set(check.path, [...(places.get(check.path) ?? []), check.field]);
      return `${reason}\n\n${[...places].map(([path, fields]) => `- \`${path}\`: ${[...new Set(fields)].join(', ')}`).join('\n')}\n`;
    })
    .join('\n');
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} %`;
}
