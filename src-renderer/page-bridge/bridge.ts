/**
 * What a shell puts into each of our pages as `window.posthorn` before its first script runs. Frames
 * inside a page never have it. Messages arrive in the order in which they were sent, at most 64 MiB
 * of JSON each.
 */
export interface PosthornBridge {
  readonly shell: 'chromium' | 'electron';
  /** Tells main that this page listens now. What main sent earlier was kept and follows. */
  ready(): void;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The same channel as JSON text: for handing messages to a worker without reading them on the way. */
  sendText(json: string): void;
  onText(listener: (json: string) => void): void;
}

declare global {
  interface Window {
    readonly posthorn: PosthornBridge;
  }
}

/** Connects a dedicated worker (see worker-channel.ts) to main. The page passes text through and reads nothing. */
export function relayToWorker(bridge: PosthornBridge, worker: Worker): void {
  worker.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string') bridge.sendText(event.data);
  });
  bridge.onText((json) => worker.postMessage(json));
  bridge.ready();
}
