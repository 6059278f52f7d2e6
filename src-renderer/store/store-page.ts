import { relayToWorker } from '../page-bridge/bridge.ts';

const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
  type: 'module',
  name: 'posthorn-store',
});

// A worker that cannot run at all answers nothing: loading the page anew tells main so (its `onReload`).
worker.addEventListener('error', (event) => {
  event.preventDefault();
  window.posthorn.send({ workerError: event.message });
});

relayToWorker(window.posthorn, worker);
