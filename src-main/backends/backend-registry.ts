import type { NewRow } from '../../src-shared/model/message.ts';
import type { IncomingProtocol } from '../../src-shared/model/account.ts';
import type { Backend } from './backend.ts';
import { createImapBackend, type ImapBackendOptions } from './imap/imap-backend.ts';
import { createPop3Backend } from './pop3/pop3-backend.ts';

export interface BackendOptions extends ImapBackendOptions {
  /** What a list shows of a message or its header, where the server does not say it (POP3). Never rejects. */
  rowOf(bytes: Uint8Array): Promise<Omit<NewRow, 'uid' | 'flags' | 'internalDate' | 'size'>>;
}

const factories: Record<IncomingProtocol, (options: BackendOptions) => Backend> = {
  imap: createImapBackend,
  pop3: createPop3Backend,
};

/** The backend for a protocol. Connects to nothing yet. */
export function createBackend(protocol: IncomingProtocol, options: BackendOptions): Backend {
  return factories[protocol](options);
}
