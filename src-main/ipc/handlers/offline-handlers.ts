import type { OfflineEstimate, OfflineFolder } from '../../../src-shared/ipc/areas/offline.ts';
import { keepsMailHere, type AccountSettings } from '../../../src-shared/model/account.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SpaceGuard } from '../../platform/free-space.ts';
import { bodyWishes } from '../../sync/body-wishes.ts';
import type { Engines } from '../../sync/engines.ts';
import type { FolderRegister } from '../../sync/folder-register.ts';
import type { Handlers } from '../serve.ts';

export interface OfflineHandlerPorts {
  /** The account, or all; refuses an unknown one. */
  accounts(accountId: string | undefined): AccountSettings[];
  cache: CachePort;
  register: FolderRegister;
  engines: Engines;
  space: SpaceGuard;
  clock: Clock;
}

export type OfflineHandlers = Pick<Handlers, 'offline.estimate' | 'offline.prepare'>;

/** “Prepare to go offline”: what is to be readable without a network, and whether it is. */
export function offlineHandlers(ports: OfflineHandlerPorts): OfflineHandlers {
  const { cache, register, engines, space, clock } = ports;

  async function estimate(accounts: readonly AccountSettings[], trouble: string[]): Promise<OfflineEstimate> {
    const folders: OfflineFolder[] = [];
    const sentences = [...trouble];
    let complete = true;
    for (const account of accounts) {
      const { accountId } = account;
      if (account.mode === 'online') {
        complete = false;
        sentences.push(
          `“${account.name}” keeps its mail only on the server: nothing of it can be read without a network.`,
        );
        continue;
      }
      const records = await cache.call('folders', { accountId });
      let unlisted = 0;
      for (const entry of register.all(accountId)) {
        if (!entry.selectable || entry.local) continue;
        const record = records.find(({ folderId }) => folderId === entry.folderId);
        if (record?.complete !== true) unlisted += 1;
        const policy = keepsMailHere(account)
          ? { ...account.bodies, maxBytes: 25 * 1024 * 1024 }
          : account.bodies;
        const wishes = [...bodyWishes(entry, policy, clock.now())];
        const found = await cache.call('bodiesEstimate', { folderId: entry.folderId, wishes });
        // What is taken home lies in files of ours, whatever the cache has of it.
        const missing = keepsMailHere(account) ? { missing: 0, missingBytes: 0 } : {};
        folders.push({ folderId: entry.folderId, path: entry.path, ...found, ...missing });
      }
      if (unlisted > 0 || records.length === 0) {
        complete = false;
        sentences.push(`Of “${account.name}” ${folderWords(unlisted, records.length)}.`);
      }
    }
    const sum = (key: 'messages' | 'bytes' | 'missing' | 'missingBytes'): number =>
      folders.reduce((total, folder) => total + folder[key], 0);
    const missing = sum('missing');
    if (missing > 0)
      sentences.push(
        `${missing.toLocaleString('en')} message${missing === 1 ? ' is' : 's are'} still to be fetched (${megabytes(sum('missingBytes'))}).`,
      );
    const free = await space.free();
    if (free !== null && missing > 0 && sum('missingBytes') > free)
      sentences.push(`The disk has only ${megabytes(free)} free: not all of it has room.`);
    return {
      messages: sum('messages'),
      bytes: sum('bytes'),
      missing,
      missingBytes: sum('missingBytes'),
      free,
      ready: complete && missing === 0 && trouble.length === 0,
      sentences,
      folders,
    };
  }

  return {
    'offline.estimate': ({ accountId }) => estimate(ports.accounts(accountId), []),
    'offline.prepare': async ({ accountId }) => {
      const accounts = ports.accounts(accountId);
      const reports = await engines.sync(
        accounts.filter(({ mode }) => mode !== 'online').map((account) => account.accountId),
        { bodies: 'policy' },
      );
      const trouble = reports.flatMap((report) => report.errors.map((error) => error.detail));
      return await estimate(accounts, [...new Set(trouble)]);
    },
  };
}

function folderWords(unlisted: number, known: number): string {
  if (known === 0) return 'nothing was listed yet';
  return unlisted === 1
    ? 'one folder is not listed to its end yet'
    : `${unlisted} folders are not listed to their end yet`;
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
