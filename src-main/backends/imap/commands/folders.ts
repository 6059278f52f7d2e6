import { mailboxArgument } from '../mailbox-name.ts';
import { type CommandContext, runOk } from './context.ts';

/** CREATE, and SUBSCRIBE so that other clients show it too. */
export async function createFolder(context: CommandContext, path: string): Promise<void> {
  const name = mailboxArgument(path, context.port);
  await runOk(context, { name: 'CREATE', parts: ['CREATE ', name] }, 'create the folder');
  await context.port.run({ name: 'SUBSCRIBE', parts: ['SUBSCRIBE ', name] });
}

/** RENAME, with the subscription moved along (RFC 9051 leaves it on the old name). */
export async function renameFolder(context: CommandContext, from: string, to: string): Promise<void> {
  const oldName = mailboxArgument(from, context.port);
  const newName = mailboxArgument(to, context.port);
  await leave(context, from);
  await runOk(context, { name: 'RENAME', parts: ['RENAME ', oldName, ' ', newName] }, 'rename the folder');
  await context.port.run({ name: 'SUBSCRIBE', parts: ['SUBSCRIBE ', newName] });
  await context.port.run({ name: 'UNSUBSCRIBE', parts: ['UNSUBSCRIBE ', oldName] });
}

export async function deleteFolder(context: CommandContext, path: string): Promise<void> {
  const name = mailboxArgument(path, context.port);
  await leave(context, path);
  await runOk(context, { name: 'DELETE', parts: ['DELETE ', name] }, 'delete the folder');
  await context.port.run({ name: 'UNSUBSCRIBE', parts: ['UNSUBSCRIBE ', name] });
}

export async function subscribe(context: CommandContext, path: string, subscribed: boolean): Promise<void> {
  const verb = subscribed ? 'SUBSCRIBE' : 'UNSUBSCRIBE';
  await runOk(
    context,
    { name: verb, parts: [`${verb} `, mailboxArgument(path, context.port)] },
    'change what is subscribed',
  );
}

/** A mailbox that is open here cannot be renamed or deleted on every server. CLOSE would expunge. */
async function leave(context: CommandContext, path: string): Promise<void> {
  const { port } = context;
  if (port.selected?.path !== path) return;
  port.selected = null;
  if (port.capabilities.has('UNSELECT')) await port.run({ name: 'UNSELECT', parts: ['UNSELECT'] });
  else await port.run({ name: 'SELECT', parts: ['SELECT "INBOX"'] });
}
