import type { PersonalNamespace } from '../../backend.ts';
import { decodeMailboxName } from '../mailbox-name.ts';
import { type ImapPort, listOf, rawOf, type Untagged } from '../port.ts';

/**
 * Where folders of one's own are made (RFC 2342): the first personal namespace. Null where the server does not offer
 * to say, refuses, or says that there is none. Goes out with other commands, so that it costs no round trip; before
 * UTF8=ACCEPT is in force, for which names would have to be read another way.
 */
export async function askNamespace(
  port: Pick<ImapPort, 'run' | 'capabilities'>,
): Promise<PersonalNamespace | null> {
  if (!port.capabilities.has('NAMESPACE') && !port.capabilities.has('IMAP4REV2')) return null;
  let said: PersonalNamespace | null = null;
  await port.run({
    name: 'NAMESPACE',
    parts: ['NAMESPACE'],
    pipelined: true,
    onUntagged: (response) => {
      if (response.name === 'NAMESPACE') said = readNamespace(response);
    },
  });
  return said;
}

function readNamespace({ values }: Untagged): PersonalNamespace | null {
  const [first] = listOf(values[0]);
  const [prefixRaw, delimiterRaw] = listOf(first);
  if (prefixRaw === undefined) return null;
  const delimiter = rawOf(delimiterRaw).slice(0, 1) || null;
  const prefix = decodeMailboxName(rawOf(prefixRaw), { utf8: false, rawNames: new Map() });
  // Longer than any name, or not one that could be sent: nothing is made below it.
  if (prefix.length > 500 || /[\u0000-\u001f\u007f]/.test(prefix)) return null;
  // The RFC has the delimiter in the prefix; some servers leave it out.
  const whole = prefix === '' || delimiter === null || prefix.endsWith(delimiter);
  return { prefix: whole ? prefix : prefix + delimiter, delimiter };
}
