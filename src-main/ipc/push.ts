import { eventNames, type EventName, type Events } from '../../src-shared/ipc/contract.ts';

export type EventListener = <E extends EventName>(event: E, params: Events[E]) => void;

/** Main's news for whoever listens: windows, and the automation interface. */
export interface Push {
  tell: EventListener;
  listen(listener: EventListener): () => void;
}

export function createPush(): Push {
  const listeners = new Set<EventListener>();
  return {
    tell(event, params) {
      for (const listener of listeners) listener(event, params);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function isEventName(name: string): name is EventName {
  return (eventNames as readonly string[]).includes(name);
}
