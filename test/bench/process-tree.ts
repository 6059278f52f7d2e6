import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that descend from it, as Linux tells; only the process itself elsewhere. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of numbersIn('/proc')) {
    const parent = Number(statOf(`/proc/${name}/stat`)[1]);
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [name]);
    else known.push(name);
  }
  const all = [root];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** The fields of a stat file after the name, which may hold blanks: state, parent, … */
function statOf(path: string): string[] {
  try {
    const stat = readFileSync(path, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** What a process is in our program. */
function kindOf(pid: number, root: number): string {
  if (pid === root) return 'main';
  const type = /--type=([\w-]+)/.exec(read(`/proc/${pid}/cmdline`))?.[1];
  return type === 'renderer' ? 'renderer' : 'browser';
}

/** Linux counts processor time in ticks of 10 ms. */
const tickMs = 10;

/** Processor milliseconds so far by thread: "main: WorkerThread 4711". */
export function threadTimes(root: number): Map<string, number> {
  const times = new Map<string, number>();
  for (const pid of processTree(root)) {
    const kind = kindOf(pid, root);
    for (const tid of numbersIn(`/proc/${pid}/task`)) {
      const fields = statOf(`/proc/${pid}/task/${tid}/stat`);
      const name = read(`/proc/${pid}/task/${tid}/comm`).trim();
      times.set(`${kind}: ${name} ${tid}`, (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs);
    }
  }
  return times;
}

export interface TreeMemory {
  /** Resident bytes of the first process. */
  main: number;
  /** Proportional bytes of all: pages that several share count once. */
  all: number;
}

export function memoryOf(root: number): TreeMemory {
  const kilobytes = (pid: number, field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return {
    main: kilobytes(root, 'Rss') * 1024,
    all: processTree(root).reduce((sum, pid) => sum + kilobytes(pid, 'Pss') * 1024, 0),
  };
}
