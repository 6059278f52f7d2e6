import type { MessageIdentity } from '../../backend.ts';
import { fetchItems } from '../fetch-items.ts';
import { rawOf } from '../port.ts';
import { splitSet } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureSelected } from './select.ts';

const batch = 1_000;

/** What tells each message of a UID set apart: a tenth of what its row costs. */
export async function fetchIdentities(
  context: CommandContext,
  path: string,
  uids: string,
  onIdentities: (some: MessageIdentity[]) => Promise<void>,
): Promise<void> {
  await ensureSelected(context, path);
  const emailId = context.port.capabilities.has('OBJECTID') ? ' EMAILID' : '';
  let some: MessageIdentity[] = [];
  for (const set of splitSet(uids))
    await runOk(
      context,
      {
        name: 'UID FETCH',
        parts: [
          `UID FETCH ${set} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]${emailId})`,
        ],
        onUntagged: (response) => {
          if (response.name !== 'FETCH') return undefined;
          const items = fetchItems(response);
          // News of flags alone may stand between the answers.
          if (items.uid === 0 || items.body === undefined) return undefined;
          some.push({
            uid: items.uid,
            flags: items.flags ?? [],
            internalDate: items.internalDate,
            size: items.size,
            messageIdHeader: headerValue(rawOf(items.body)),
            ...(items.emailId === null ? {} : { emailId: items.emailId }),
          });
          if (some.length < batch) return undefined;
          const full = some;
          some = [];
          return onIdentities(full);
        },
      },
      'list the messages',
    );
  if (some.length > 0) await onIdentities(some);
}

/** The field's value without its name, as ENVELOPE gives it. */
function headerValue(field: string): string {
  return field.replace(/^message-id:/i, '').trim();
}
