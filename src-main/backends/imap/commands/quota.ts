import { AppError } from '../../../../src-shared/error.ts';
import type { QuotaRoot } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { listOf, numberOf, rawOf } from '../port.ts';
import { type CommandContext, runOk } from './context.ts';

/** What the folder's quota roots allow and hold (RFC 9208). STORAGE comes in units of 1024 bytes. */
export async function quotaOf(context: CommandContext, path: string): Promise<QuotaRoot[]> {
  needs(context, 'QUOTA', 'does not tell how full the mailbox is');
  const roots = new Map<string, QuotaRoot>();
  await runOk(
    context,
    {
      name: 'GETQUOTAROOT',
      parts: ['GETQUOTAROOT ', mailboxArgument(path, context.port)],
      onUntagged: (response) => {
        if (response.name !== 'QUOTA') return;
        const name = Buffer.from(rawOf(response.values[0]), 'latin1').toString('utf8');
        roots.set(name, { name, resources: readResources(listOf(response.values[1])) });
      },
    },
    'look at how full the mailbox is',
  );
  return [...roots.values()];
}

function readResources(items: ReturnType<typeof listOf>): QuotaRoot['resources'] {
  const resources: QuotaRoot['resources'] = [];
  for (let i = 0; i + 2 < items.length; i += 3) {
    const resource = rawOf(items[i]).toLowerCase();
    const used = numberOf(items[i + 1]);
    const limit = numberOf(items[i + 2]);
    if (resource === '' || used === null || limit === null) continue;
    const unit = resource === 'storage' ? 1024 : 1;
    resources.push({ resource, used: used * unit, limit: limit * unit });
  }
  return resources;
}

/** @throws AppError in words when the server lacks the extension. */
export function needs({ port, place }: CommandContext, capability: string, lack: string): void {
  if (port.capabilities.has(capability)) return;
  throw new AppError({
    code: 'refused',
    scope: 'folder',
    next: 'tell-user',
    detail: `${place.host} ${lack}.`,
  });
}
