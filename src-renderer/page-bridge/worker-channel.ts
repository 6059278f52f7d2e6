/** The part of a dedicated worker's global scope that the channel needs. */
export interface WorkerPort {
  postMessage(text: string): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface WorkerChannel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** The worker's end of `relayToWorker`: `workerChannel(self)`. Only texts are its messages; ports and the like are not touched. */
export function workerChannel(port: WorkerPort): WorkerChannel {
  return {
    send: (message) => port.postMessage(JSON.stringify(message)),
    onMessage: (listener) =>
      port.addEventListener('message', (event) => {
        if (typeof event.data === 'string') listener(JSON.parse(event.data));
      }),
  };
}
