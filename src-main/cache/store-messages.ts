import type { StoreAnswer, StoreNotice } from '../../src-shared/cache-protocol.ts';

/* What comes from the store's page, told apart. */

export function isWorkerError(message: unknown): message is { workerError: string } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'workerError' in message &&
    typeof message.workerError === 'string'
  );
}

export function isNotice(message: unknown): message is StoreNotice {
  return typeof message === 'object' && message !== null && 'notice' in message;
}

export function isAnswer(message: unknown): message is StoreAnswer {
  return typeof message === 'object' && message !== null && 'id' in message && 'ok' in message;
}
