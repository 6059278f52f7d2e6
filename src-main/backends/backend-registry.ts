import { AppError } from '../../src-shared/error.ts';
import type { IncomingProtocol } from '../../src-shared/model/account.ts';
import type { Backend } from './backend.ts';
import type { PoolOptions } from './imap/connection-pool.ts';
import { createImapBackend } from './imap/imap-backend.ts';

export type BackendOptions = PoolOptions;

const factories: Record<IncomingProtocol, (options: BackendOptions) => Backend> = {
  imap: createImapBackend,
  pop3: () => {
    throw new AppError({
      code: 'not-yet',
      scope: 'account',
      next: 'tell-user',
      detail: 'Posthorn cannot collect mail by POP3 yet. If your provider also offers IMAP, use that.',
    });
  },
};

/** The backend for a protocol. Connects to nothing yet. @throws AppError `not-yet` */
export function createBackend(protocol: IncomingProtocol, options: BackendOptions): Backend {
  return factories[protocol](options);
}
