import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import '../../src-main/mime/worker.ts';

/* The reading thread, which also says what it holds after it has thrown away what it can. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const asked = new BroadcastChannel('posthorn-measured-worker');
asked.onmessage = ({ data }: MessageEvent): void => {
  if (data !== 'how much?') return;
  collect();
  asked.postMessage({ heap: process.memoryUsage().heapUsed });
};
