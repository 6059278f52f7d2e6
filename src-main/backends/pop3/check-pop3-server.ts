import { connectionFailure } from '../socket/socket-errors.ts';
import { openPop3, type Pop3Options } from './open-pop3.ts';

/** Connects, signs in and says goodbye: what `account.add` does before it keeps anything. @throws AppError */
export async function checkPop3Server(options: Pop3Options): Promise<{ capabilities: string[] }> {
  const session = await openPop3(options);
  try {
    await session.wire.say('QUIT', 5_000).catch(() => undefined);
    return { capabilities: [...(session.capabilities?.keys() ?? [])].sort() };
  } catch (error) {
    throw connectionFailure(error, options.server);
  } finally {
    session.close();
  }
}
