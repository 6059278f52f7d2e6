import { AppError } from '../../src-shared/error.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import { submitMail } from '../backends/smtp/submit-mail.ts';
import type { MailNetwork } from '../backends/socket/open-stream.ts';
import type { Credentials } from '../backends/socket/server-stream.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { AttemptPorts } from './attempt.ts';

export interface WirePorts {
  /** @throws AppError when there is no such account */
  needAccount(accountId: string): AccountSettings;
  credentials(accountId: string): Promise<Credentials>;
  network: MailNetwork;
  blobs: Blobs;
  clock: Clock;
  crash: CrashControl;
  onWire(line: string): void;
}

/** Brings the very bytes of an item to its account's server. */
export function overTheWire(ports: WirePorts): AttemptPorts['submit'] {
  return async (item, recipients, hooks, signal) => {
    const server = ports.needAccount(item.accountId).outgoing;
    if (server === null)
      throw new AppError({
        code: 'refused',
        scope: 'account',
        next: 'tell-user',
        detail: 'The account has no server for sending any more. The message is kept.',
      });
    const bytes = await ports.blobs.get(item.blob);
    if (bytes === null)
      throw new AppError({
        code: 'bug',
        scope: 'message',
        next: 'tell-user',
        detail:
          'The file that held this message is gone or damaged; it could not be sent. Take it back and send it again.',
      });
    const isKnown = server.username !== undefined || server.clientCertificate !== undefined;
    const credentials = isKnown ? await ports.credentials(item.accountId) : {};
    const { from, needsUtf8, needs8Bit } = item;
    const dsn = { wish: item.dsn, envelopeId: item.envelopeId };
    return await submitMail(
      { from, recipients, bytes, needsUtf8, needs8Bit, dsn },
      {
        server,
        credentials,
        network: ports.network,
        clock: ports.clock,
        signal,
        onWire(line) {
          ports.onWire(line);
          ports.crash.reach('outbox.wire');
        },
        ...hooks,
      },
    );
  };
}
