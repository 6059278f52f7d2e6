import { createImapBackend } from '../../src-main/backends/imap/imap-backend.ts';
import { createPop3DropBox } from '../../src-main/backends/pop3/pop3-drop-box.ts';
import { submitMail } from '../../src-main/backends/smtp/submit-mail.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { TlsMode } from '../../src-shared/model/account.ts';

export type Protocol = 'imap' | 'pop3' | 'smtp';
export const protocols: readonly Protocol[] = ['imap', 'pop3', 'smtp'];

export interface SignIn {
  host?: string;
  port: number;
  tls: TlsMode;
  password: string;
  /** PEM of authorities that are trusted besides the system's. */
  extraCa?: string[];
}

/** Signs in as `ann`, with SMTP to send a mail: how that is refused by us. Throws where it is not. */
export async function refusedSignIn(protocol: Protocol, to: SignIn): Promise<AppErrorData> {
  const server = { host: to.host ?? '127.0.0.1', port: to.port, tls: to.tls, username: 'ann' };
  const network = createNetwork({
    extraCa: to.extraCa ?? [],
    connectTo: [],
    log: () => undefined,
    clock: systemClock,
  });
  const common = { server, network, clock: systemClock };
  const given = { password: to.password };
  const credentials = (): Promise<{ password: string }> => Promise.resolve(given);
  const signal = new AbortController().signal;
  let close = (): void => undefined;
  const work = async (): Promise<unknown> => {
    if (protocol === 'imap') {
      const backend = createImapBackend({ ...common, credentials });
      close = () => backend.disconnect();
      return backend.connect({ lane: 'interactive', signal });
    }
    if (protocol === 'pop3') return createPop3DropBox({ ...common, credentials }).open(signal);
    return submitMail(
      {
        from: 'ann@x.test',
        recipients: ['bob@x.test'],
        bytes: Buffer.from('Subject: x\r\n\r\nx\r\n'),
        needsUtf8: false,
        needs8Bit: false,
      },
      {
        ...common,
        credentials: given,
        beforeFinalDot: () => Promise.resolve(),
        afterFinalDot: () => undefined,
      },
    );
  };
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError) return error.data;
    throw error;
  } finally {
    close();
  }
  throw new Error('it signed in');
}
