import {
  storeAnswersChannel,
  storeNoticesChannel,
  storeRequestsChannel,
  type StoreAnswer,
  type StoreNotice,
  type StoreParams,
  type StoreResult,
  type windowMethods,
} from '../../src-shared/cache-protocol.ts';

export type WindowMethod = (typeof windowMethods)[number];

export interface StoreClient {
  /** Resolves with the store's answer. Rejects when the store says no, or is silent for half a minute. */
  ask<M extends WindowMethod>(method: M, params: StoreParams<M>): Promise<StoreResult<M>>;
  onNotice(listener: (notice: StoreNotice) => void): void;
  close(): void;
}

interface Question {
  message: { windowId: string; id: number; method: WindowMethod; params: unknown };
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  sent: number;
}

/** A message on a BroadcastChannel that nobody hears is lost: it is sent again until the store is back. */
const againAfter = 3000;
const maxSent = 10;

export function createStoreClient(windowId: string = crypto.randomUUID()): StoreClient {
  const requests = new BroadcastChannel(storeRequestsChannel);
  const answers = new BroadcastChannel(storeAnswersChannel(windowId));
  const notices = new BroadcastChannel(storeNoticesChannel);
  const open = new Map<number, Question>();
  const listeners: ((notice: StoreNotice) => void)[] = [];
  let next = 1;

  const send = (question: Question): void => {
    question.sent += 1;
    requests.postMessage(question.message);
  };
  const repeat = setInterval(() => {
    for (const [id, question] of open) {
      if (question.sent < maxSent) {
        send(question);
        continue;
      }
      open.delete(id);
      question.reject(new Error('the store does not answer'));
    }
  }, againAfter);

  answers.onmessage = (event: MessageEvent<StoreAnswer>) => {
    const answer = event.data;
    const question = open.get(answer.id);
    if (question === undefined) return;
    open.delete(answer.id);
    if (answer.ok) question.resolve(answer.value);
    else question.reject(new Error(answer.error));
  };
  notices.onmessage = (event: MessageEvent<StoreNotice>) => {
    for (const listener of listeners) listener(event.data);
  };

  return {
    ask: <M extends WindowMethod>(method: M, params: StoreParams<M>) =>
      new Promise<StoreResult<M>>((resolve, reject) => {
        const id = next;
        next += 1;
        const question: Question = {
          // Proxies of reactive state cannot be cloned; what is asked is plain JSON anyway.
          message: { windowId, id, method, params: JSON.parse(JSON.stringify(params)) as unknown },
          resolve: (value) => resolve(value as StoreResult<M>),
          reject,
          sent: 0,
        };
        open.set(id, question);
        send(question);
      }),
    onNotice: (listener) => {
      listeners.push(listener);
    },
    close: () => {
      clearInterval(repeat);
      for (const channel of [requests, answers, notices]) channel.close();
      for (const question of open.values()) question.reject(new Error('the window is closing'));
      open.clear();
    },
  };
}
