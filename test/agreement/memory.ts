import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { createMimeReader } from '../../src-main/mime/mime-reader.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { corpusMails } from './corpora.ts';

/** Megabytes after what can be thrown away was thrown away. */
export interface Held {
  when: string;
  /** Of the whole process, as the system counts it. */
  resident: number;
  /** Of main's part, with its buffers. */
  main: number;
  /** Of the reading thread; null: there is none. */
  reader: number | null;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What main and its reading thread hold before, after one and after three passes over all mails, and once nobody reads. */
export async function measureMemory(): Promise<{ held: Held[]; p50: number; p99: number }> {
  const clock = new AdvanceableClock();
  let threadEnded: Promise<unknown> = Promise.resolve();
  const follow = (thread: Worker): void => {
    threadEnded = once(thread, 'exit');
  };
  process.on('worker', follow);
  const reader = createMimeReader({
    clock,
    log: () => undefined,
    workerUrl: new URL('./measured-worker.ts', import.meta.url),
  });
  const asking = new BroadcastChannel('posthorn-measured-worker');
  const held: Held[] = [];
  const times: number[] = [];
  const note = async (when: string, threadIsThere: boolean): Promise<void> => {
    const heap = threadIsThere
      ? await new Promise<number>((resolve) => {
          asking.onmessage = ({ data }: MessageEvent<{ heap: number }>) => resolve(data.heap);
          asking.postMessage('how much?');
        })
      : null;
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    held.push({
      when,
      resident: rss / 1e6,
      main: (heapUsed + external) / 1e6,
      reader: heap === null ? null : heap / 1e6,
    });
  };
  const pass = async (): Promise<void> => {
    for (const { bytes } of corpusMails()) {
      const begin = performance.now();
      const { defects } = await reader.read(bytes);
      times.push(performance.now() - begin);
      if (defects.some(({ code }) => code === 'unreadable' || code === 'too-slow'))
        throw new Error('a mail could not be read');
    }
  };
  try {
    await reader.read(Buffer.from('Subject: first\r\n\r\n'));
    await note('before', true);
    await pass();
    await note('after one pass', true);
    await pass();
    await pass();
    await note('after three passes', true);
    // Nobody reads for a minute: the thread is ended.
    clock.advance(60_000);
    await threadEnded;
    await note('a minute later', false);
  } finally {
    process.off('worker', follow);
    asking.close();
    await reader.close();
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { held, p50: at(0.5), p99: at(0.99) };
}
