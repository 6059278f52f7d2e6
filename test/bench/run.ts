import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cells, type Bench, type BenchContext, type Line } from './bench-line.ts';
import { BenchWorld } from './bench-world.ts';
import { benchBodies } from './bodies.ts';
import { benchClick } from './click.ts';
import { benchEveryMail } from './every-mail.ts';
import { benchFlagStorm } from './flag-storm.ts';
import { benchFirstSync } from './first-sync.ts';
import { benchImapRows } from './imap-rows.ts';
import { benchList } from './list.ts';
import { loadWords, machineWords } from './machine.ts';
import { benchMemory } from './memory.ts';
import { benchOnePercent } from './one-percent.ts';
import { benchOpen } from './open.ts';
import { benchResync } from './resync.ts';
import { benchScroll } from './scroll.ts';
import { benchScrollStorm } from './scroll-storm.ts';
import { benchSearch } from './search.ts';
import { benchStart } from './start.ts';

/*
 * `npm run bench [-- [--quick] [--write] [name …]]`: each bench prints its lines as it gets them. A full run of all
 * writes docs/benchmarks.md; `--write` writes those sections of it that were measured and leaves the others.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const benches: Bench[] = [
  { name: 'first-sync', title: 'First sync of headers', run: benchFirstSync },
  { name: 'bodies', title: 'Everything downloaded', run: benchBodies },
  { name: 'resync-200', title: 'Nothing changed', run: benchResync },
  { name: 'one-percent', title: 'One in a hundred changed', run: benchOnePercent },
  { name: 'flag-storm', title: 'A storm of flags', run: benchFlagStorm },
  { name: 'scroll-storm', title: 'Scrolling in a storm of flags', run: benchScrollStorm },
  { name: 'click', title: "A click's time", run: benchClick },
  { name: 'list', title: 'Lists', run: benchList },
  { name: 'scroll', title: 'Scrolling', run: benchScroll },
  { name: 'open', title: 'Opening a mail', run: benchOpen },
  { name: 'every-mail', title: 'Opening every mail', run: benchEveryMail },
  { name: 'start', title: 'Start', run: benchStart },
  { name: 'search', title: 'Search', run: benchSearch },
  { name: 'memory', title: 'Memory', run: benchMemory },
  { name: 'imap-rows', title: 'Reading header rows off the wire (no store)', run: benchImapRows },
];

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = named.filter((name) => benches.every((bench) => bench.name !== name));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (unknown.length > 0) {
  say(
    `There is no bench called ${unknown.join(', ')}. There are: ${benches.map((bench) => bench.name).join(', ')}.`,
  );
  process.exit(2);
}

const sections: Section[] = [];
const world = await BenchWorld.start();
let failed = false;
try {
  for (const bench of benches.filter(({ name }) => named.length === 0 || named.includes(name))) {
    const lines: Line[] = [];
    const section: Section = { title: bench.title, lines, when: now(), load: loadWords() };
    sections.push(section);
    say(`\n${bench.title}  (load ${loadWords()})`);
    const context: BenchContext = {
      quick,
      add(line) {
        lines.push(line);
        say(
          `  ${cells(line)
            .filter((cell) => cell !== '')
            .join(' | ')}`,
        );
      },
    };
    try {
      await bench.run(world, context);
    } catch (error) {
      failed = true;
      const why = error instanceof Error ? error.message : String(error);
      context.add({ what: `The rest of "${bench.title}"`, skipped: `failed: ${why.split('\n')[0] ?? ''}` });
      say(why);
    }
  }
} finally {
  await world.stop();
}

if ((!quick && named.length === 0) || args.includes('--write'))
  writeFileSync(join(root, 'docs', 'benchmarks.md'), document());
process.exit(failed ? 1 : 0);

interface Section {
  title: string;
  lines: Line[];
  when: string;
  load: string;
}

function now(): string {
  return new Date().toISOString().slice(0, 16).replace('T', ' ');
}

function document(): string {
  const table = ({ title, lines, when, load }: Section): string =>
    [
      `## ${title}`,
      '',
      `Measured ${when} UTC${quick ? ', small sizes' : ''}; load of the machine when it began: ${load}.`,
      '',
      '| What | Value | Floor or peer in the same run | Ratio | Target |',
      '|---|---|---|---|---|',
      ...lines.map(
        (line) =>
          `| ${cells(line)
            .map((cell) => cell.replaceAll('|', '\\|'))
            .join(' | ')} |`,
      ),
    ].join('\n');
  const kept = keptSections();
  const measured = benches.flatMap(({ title }) => {
    const section = sections.find((one) => one.title === title);
    return section === undefined ? (kept.get(title) ?? []) : table(section);
  });
  return `${[
    '# Benchmarks',
    'Written by `npm run bench`. Everything ran on loopback against a Dovecot of our own with warm caches; a rate counts rows that are committed, with References and order. Times move with the machine and with what else it does, so read the ratios: floor and peer were measured in the same run, in turns with us. A load above the number of processors means that other work took part of them.',
    machineWords(root)
      .map((words) => `- ${words}`)
      .join('\n'),
    ...measured,
  ].join('\n\n')}\n`;
}

/** Sections of the document as it stands, by title. */
function keptSections(): Map<string, string> {
  const path = join(root, 'docs', 'benchmarks.md');
  if (!existsSync(path)) return new Map();
  const blocks = readFileSync(path, 'utf8')
    .split(/^(?=## )/m)
    .slice(1);
  return new Map(blocks.map((block) => [block.slice(3, block.indexOf('\n')), block.trim()]));
}
