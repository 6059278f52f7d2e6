import { decodeMailboxName } from '../mailbox-name.ts';
import { type ImapPort, rawOf, type Untagged } from '../port.ts';
import type { CommandContext } from './context.ts';

export function mayNotify(port: ImapPort): boolean {
  return port.capabilities.has('NOTIFY') && !port.profile.distrusted.has('notify');
}

/**
 * News of every folder on this connection (RFC 5465): of the selected one as always, of the others as STATUS. False
 * where the server does not do it; IDLE and the sweep then remain. The RFC binds MessageNew to MessageExpunge, and
 * FlagChange to both.
 */
export async function notifyOfAll({ port }: CommandContext): Promise<boolean> {
  if (!mayNotify(port)) return false;
  const tagged = await port.run({
    name: 'NOTIFY',
    parts: [
      'NOTIFY SET (SELECTED (MessageNew MessageExpunge FlagChange)) (PERSONAL (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange))',
    ],
  });
  return tagged.status === 'OK';
}

/** Which folder an unasked response is a hint of; null: the list of folders; undefined: it speaks of the selected one. */
export function elsewhere(response: Untagged, port: ImapPort): string | null | undefined {
  // Dovecot 2.3 sends these names as UTF-8, which it does not take back: nothing is learnt from their bytes.
  if (response.name === 'STATUS')
    return decodeMailboxName(rawOf(response.values[0]), { utf8: port.utf8, rawNames: new Map() });
  // "* OK [NOTIFICATIONOVERFLOW]": the server gave up telling (RFC 5465 5.8); everything is asked again.
  if (response.name === 'LIST' || response.code?.name === 'NOTIFICATIONOVERFLOW') return null;
  return undefined;
}
