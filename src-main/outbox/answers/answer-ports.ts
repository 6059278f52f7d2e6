import type { AccountSettings } from '../../../src-shared/model/account.ts';
import type { FolderRole } from '../../../src-shared/model/folder.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Outbox } from '../outbox.ts';
import type { AnswerStore } from './answer-store.ts';

export interface AnswerPorts {
  store: AnswerStore;
  outbox: Pick<Outbox, 'send'>;
  accountOf(accountId: string): AccountSettings | undefined;
  roleOf(row: MessageRow): Promise<FolderRole | null>;
  /** @throws AppError `not-found`, `not-cached` */
  open(messageId: string): Promise<OpenedMail>;
  setFlags(
    messageIds: readonly string[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<unknown>;
  clock: Clock;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface OpenedMail {
  row: MessageRow;
  mail: ReadMail;
}
