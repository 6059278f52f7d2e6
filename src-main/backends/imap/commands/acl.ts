import { AppError } from '../../../../src-shared/error.ts';
import type { FolderAcl } from '../../backend.ts';
import { mailboxArgument, quoted } from '../mailbox-name.ts';
import { joinText, type Part, rawOf } from '../port.ts';
import { type CommandContext, runOk } from './context.ts';
import { needs } from './quota.ts';

const lack = 'does not let Posthorn share folders with others';

/** Who may do what with the folder, and what we may (RFC 4314). */
export async function getAcl(context: CommandContext, path: string): Promise<FolderAcl> {
  needs(context, 'ACL', lack);
  const name = mailboxArgument(path, context.port);
  const acl: FolderAcl = { entries: [], own: '' };
  await runOk(
    context,
    {
      name: 'MYRIGHTS',
      parts: ['MYRIGHTS ', name],
      onUntagged: (response) => {
        if (response.name === 'MYRIGHTS') acl.own = rawOf(response.values[1]);
      },
    },
    'look at what you may do with the folder',
  );
  // GETACL takes the right "a"; without it our own rights are all there is to know.
  if (!acl.own.includes('a')) return acl;
  await runOk(
    context,
    {
      name: 'GETACL',
      parts: ['GETACL ', name],
      onUntagged: (response) => {
        if (response.name !== 'ACL') return;
        const pairs = response.values.slice(1).map((value) => utf8Of(rawOf(value)));
        for (let i = 0; i + 1 < pairs.length; i += 2)
          acl.entries.push({ identifier: pairs[i] ?? '', rights: pairs[i + 1] ?? '' });
      },
    },
    'look at who shares the folder',
  );
  return acl;
}

export async function setAcl(
  context: CommandContext,
  path: string,
  identifier: string,
  rights: string,
): Promise<void> {
  needs(context, 'ACL', lack);
  if (!/^[a-z0-9]*$/.test(rights)) throw badParams('Rights are small letters, such as "lrs".');
  const parts: Part[] = ['SETACL ', mailboxArgument(path, context.port), ' ', identifierArgument(identifier)];
  await runOk(
    context,
    { name: 'SETACL', parts: joinText([...parts, ` ${rights === '' ? '""' : rights}`]) },
    'change who shares the folder',
  );
}

export async function deleteAcl(context: CommandContext, path: string, identifier: string): Promise<void> {
  needs(context, 'ACL', lack);
  const parts: Part[] = [
    'DELETEACL ',
    mailboxArgument(path, context.port),
    ' ',
    identifierArgument(identifier),
  ];
  await runOk(context, { name: 'DELETEACL', parts: joinText(parts) }, 'stop sharing the folder');
}

function identifierArgument(identifier: string): Part {
  if (identifier === '' || /[\u0000-\u001f\u007f]/.test(identifier))
    throw badParams('A name to share with cannot be empty or hold line breaks.');
  return /^[ -~]*$/.test(identifier) ? quoted(identifier) : Buffer.from(identifier, 'utf8');
}

function utf8Of(raw: string): string {
  return Buffer.from(raw, 'latin1').toString('utf8');
}

function badParams(detail: string): AppError {
  return new AppError({ code: 'bad-params', scope: 'folder', next: 'tell-user', detail });
}
