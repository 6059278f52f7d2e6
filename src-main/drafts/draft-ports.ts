import { AppError } from '../../src-shared/error.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { DraftCopies } from './draft-copies.ts';
import type { DraftStore } from './draft-store.ts';

export interface DraftPorts {
  store: DraftStore;
  copies: DraftCopies;
  blobs: Blobs;
  clock: Clock;
  crash: CrashControl;
  /** @throws AppError when there is no such account */
  needAccount(accountId: string): void;
  rowOf(messageId: string): Promise<MessageRow | null>;
  /** Exact bytes, here or fetched. @throws AppError `not-cached` */
  rawOf(messageId: string): Promise<Uint8Array>;
  read(bytes: Uint8Array): Promise<ReadMail>;
  part(bytes: Uint8Array, partId: string): Promise<Uint8Array | null>;
  /** Null: it could not be made safe. */
  cleanHtml(html: string): Promise<string | null>;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

export function notFound(detail: string): AppError {
  return new AppError({ code: 'not-found', scope: 'message', next: 'tell-user', detail });
}
