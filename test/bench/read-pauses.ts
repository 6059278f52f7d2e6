import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pausesFile } from './bench-world.ts';

/** What main tells of itself since it was asked last (see watch-pauses.ts); milliseconds and bytes. */
export interface Pauses {
  p99: number;
  max: number;
  busiest: number;
  memory: { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
}

export async function readPauses(pid: number, profile: string): Promise<Pauses> {
  const read = (): string => {
    try {
      return readFileSync(pausesFile(profile), 'utf8');
    } catch {
      return '';
    }
  };
  const before = read();
  process.kill(pid, 'SIGUSR2');
  for (let tries = 0; tries < 200; tries += 1) {
    const text = read();
    if (text !== '' && text !== before) return JSON.parse(text) as Pauses;
    await sleep(10);
  }
  throw new Error('main did not tell its pauses');
}
