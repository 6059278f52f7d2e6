import { type BenchContext, median } from './bench-line.ts';
import type { BenchWorld, Size } from './bench-world.ts';
import { memoryOf } from './process-tree.ts';

/** A known account at the next start: from the process's start to the first page of its list. */
export async function benchStart(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size: Size = quick ? 5_000 : 100_000;
  const { profile, inbox } = await world.synced(size);
  const times: number[] = [];
  let memory = { main: 0, all: 0 };
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    const start = performance.now();
    const app = world.open(profile);
    try {
      const page = await app.call('message.list', { folderId: inbox, limit: 100 });
      times.push(performance.now() - start);
      if (page.total !== size || page.rows.length !== 100) throw new Error('the first page is not whole');
      await app.call('sync.run', { bodies: 'none' });
      memory = memoryOf(app.child.pid ?? 0);
    } finally {
      await app.quit();
    }
  }
  const n = size.toLocaleString('en');
  const typical = median(times);
  add({
    what: `Start of the program to a usable list of ${n}`,
    value: typical,
    unit: 'ms',
    target: { words: '≤ 2,000 ms', met: typical <= 2_000 },
    note: `slowest of ${times.length}: ${Math.round(Math.max(...times))} ms`,
  });
  add({
    what: `Memory with a folder of ${n} known: all processes (PSS)`,
    value: memory.all / 1e6,
    unit: 'MB',
    note: `main ${Math.round(memory.main / 1e6)} MB resident`,
  });
}
