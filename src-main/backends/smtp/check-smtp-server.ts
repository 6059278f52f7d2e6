import { connectionFailure } from '../socket/socket-errors.ts';
import { openSession, type SessionOptions } from './open-session.ts';

/** Connects, signs in and says goodbye: what `account.add` does before it keeps anything. @throws AppError */
export async function checkSmtpServer(options: SessionOptions): Promise<{ extensions: string[] }> {
  const session = await openSession(options);
  try {
    await session.wire.say('QUIT', 2_000).catch(() => undefined);
    return { extensions: [...session.extensions.keys()].sort() };
  } catch (error) {
    throw connectionFailure(error, options.server);
  } finally {
    session.close();
  }
}
