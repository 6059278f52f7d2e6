import type { ServerSettings } from '../../../src-shared/model/account.ts';
import type { Clock } from '../../platform/clock.ts';
import type { MailNetwork } from '../socket/open-stream.ts';
import type { Credentials } from '../socket/server-stream.ts';
import { signIn } from './sign-in.ts';

export interface ImapCheck {
  /** Capabilities after signing in, upper case. */
  capabilities: string[];
}

/** Connects, signs in and says goodbye: what `account.add` does before it keeps anything. @throws AppError */
export async function checkImapServer(options: {
  server: ServerSettings;
  credentials: Credentials;
  network: MailNetwork;
  clock: Clock;
  signal?: AbortSignal | undefined;
  onWire?: ((line: string) => void) | undefined;
}): Promise<ImapCheck> {
  const { clock, onWire } = options;
  const wire = await signIn({
    ...options,
    connection: { clock, inactivityMs: 15_000, onWire, rawNames: new Map() },
    compress: 'never',
  });
  const capabilities = [...wire.capabilities].sort();
  await wire.logout();
  return { capabilities };
}
