import { AppError } from '../../../../src-shared/error.ts';
import type { RemoteStatus } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { type ImapPort, listOf, numberOf, rawOf, type Value } from '../port.ts';
import { type CommandContext, runOk } from './context.ts';
import { modseq, objectId } from '../object-id.ts';

export function statusItems({ capabilities, profile }: ImapPort): string {
  const modseqs = capabilities.has('CONDSTORE') ? ' HIGHESTMODSEQ' : '';
  const ids = capabilities.has('OBJECTID') && !profile.distrusted.has('status-mailboxid') ? ' MAILBOXID' : '';
  return `(MESSAGES UNSEEN UIDNEXT UIDVALIDITY${modseqs}${ids})`;
}

export function readStatus(value: Value | undefined): RemoteStatus {
  const status: RemoteStatus = { exists: 0, unseen: 0, uidNext: 0, uidValidity: 0, highestModseq: null };
  const items = listOf(value);
  for (let i = 0; i + 1 < items.length; i += 2) {
    const name = rawOf(items[i]).toUpperCase();
    const number = numberOf(items[i + 1]) ?? 0;
    if (name === 'MESSAGES') status.exists = number;
    else if (name === 'UNSEEN') status.unseen = number;
    else if (name === 'UIDNEXT') status.uidNext = number;
    else if (name === 'UIDVALIDITY') status.uidValidity = number;
    else if (name === 'MAILBOXID') status.mailboxId = objectId(items[i + 1]);
    else if (name === 'HIGHESTMODSEQ') status.highestModseq = modseq(rawOf(items[i + 1]));
  }
  return status;
}

/**
 * STATUS of the mailbox that is selected here says what this session has seen of it, not what is there now
 * (Dovecot 2.3; RFC 9051 6.3.11 warns of it): NOOP lets the session see.
 */
export async function catchUp({ port }: CommandContext): Promise<void> {
  await port.run({ name: 'NOOP', parts: ['NOOP'] });
}

export async function status(context: CommandContext, path: string): Promise<RemoteStatus> {
  let answer: RemoteStatus | null = null;
  if (context.port.selected?.path === path) await catchUp(context);
  await runOk(
    context,
    {
      name: 'STATUS',
      parts: ['STATUS ', mailboxArgument(path, context.port), ` ${statusItems(context.port)}`],
      pipelined: true,
      onUntagged: (response) => {
        if (response.name === 'STATUS') answer = readStatus(response.values[1]);
      },
    },
    'look at the folder',
  );
  if (answer === null) {
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'retry',
      detail: `${context.place.host} gave no answer about a folder. Posthorn asks again.`,
    });
  }
  return answer;
}
