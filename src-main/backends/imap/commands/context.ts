import type { ErrorScope } from '../../../../src-shared/error.ts';
import type { MailAddress } from '../../../../src-shared/model/message.ts';
import type { ServerPlace } from '../../socket/socket-errors.ts';
import { refusal } from '../errors.ts';
import type { Command, ImapPort, Tagged } from '../port.ts';

/** What every command works with: a connection, and what is known about the account beside it. */
export interface CommandContext {
  port: ImapPort;
  place: ServerPlace;
  /** UIDVALIDITY as `select` last reported it: work on another generation's UIDs is refused. */
  validity: ReadonlyMap<string, number>;
  /** MAILBOXIDs found out by opening the folder, by UIDVALIDITY and path. Shared by an account's connections. */
  mailboxIds: Map<string, string>;
  /** The same mailbox read another way, for rows that our reader cannot read. */
  fallback?: (() => Promise<ImapPort>) | undefined;
  /** Who sent a message by a header that servers read in several ways; null: it could not be read. Never rejects. */
  senderOf?: ((header: Uint8Array) => Promise<MailAddress[] | null>) | undefined;
}

/** Runs a command and turns NO and BAD into an AppError. `what` completes "could not …". */
export async function runOk(
  context: CommandContext,
  command: Command,
  what: string,
  scope: ErrorScope = 'folder',
): Promise<Tagged> {
  const tagged = await context.port.run(command);
  if (tagged.status !== 'OK') throw refusal(tagged, what, scope, context.place);
  return tagged;
}
