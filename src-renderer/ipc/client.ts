import { AppError } from '../../src-shared/error.ts';
import {
  eventNames,
  type EventName,
  type Events,
  type MethodName,
  type Params,
  type Result,
} from '../../src-shared/ipc/contract.ts';
import type { WindowAnswer, WindowCall, WindowEvent } from '../../src-shared/ipc/window-messages.ts';
import type { PosthornBridge } from '../page-bridge/bridge.ts';

/** Main as a window sees it: the contract's methods and what main tells by itself. */
export interface MainClient {
  /** Rejects with AppError. */
  call<M extends MethodName>(
    method: M,
    ...params: Params<M> extends undefined
      ? []
      : undefined extends Params<M>
        ? [params?: Params<M>]
        : [params: Params<M>]
  ): Promise<Result<M>>;
  /** Gives a function that stops listening. */
  on<E extends EventName>(event: E, listener: (params: Events[E]) => void): () => void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

/** Speaks the contract over the page's bridge and tells main that this window listens. */
export function createMainClient(bridge: PosthornBridge): MainClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<EventName, Set<(params: unknown) => void>>(
    eventNames.map((name) => [name, new Set()]),
  );
  let lastCall = 0;

  bridge.onMessage((message) => {
    if (isAnswer(message)) {
      const asked = waiting.get(message.call);
      waiting.delete(message.call);
      if (message.ok) asked?.resolve(message.value);
      else asked?.reject(new AppError(message.error));
    } else if (isEvent(message)) {
      for (const listener of listeners.get(message.event) ?? []) listener(message.params);
    }
  });
  bridge.ready();

  return {
    call(method, ...params) {
      return new Promise((resolve, reject) => {
        lastCall += 1;
        // The answer's shape is main's promise: it checks what it sends against the contract.
        waiting.set(lastCall, { resolve, reject });
        const message: WindowCall = { call: lastCall, method, params: params[0] };
        bridge.send(message);
      });
    },
    on(event, listener) {
      const set = listeners.get(event);
      // `event` says what shape its params have.
      const heard = listener as (params: unknown) => void;
      set?.add(heard);
      return () => set?.delete(heard);
    },
  };
}

function isAnswer(message: unknown): message is WindowAnswer {
  return typeof message === 'object' && message !== null && 'call' in message && 'ok' in message;
}

function isEvent(message: unknown): message is WindowEvent {
  return typeof message === 'object' && message !== null && 'event' in message && 'params' in message;
}
