import { publicError } from '../../src-shared/error.ts';
import type { AccountView } from '../../src-shared/ipc/areas/account.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import { countOps, type Journal } from '../journal/journal.ts';
import type { Engines } from '../sync/engines.ts';
import type { FolderRegister } from '../sync/folder-register.ts';

/** An account as windows see it: its settings, and how it stands. */
export function accountView(
  account: AccountSettings,
  { engines, journal, register }: { engines: Engines; journal: Journal; register: FolderRegister },
): AccountView {
  const engine = engines.get(account.accountId)?.state();
  const { pending, parked } = countOps(journal, account.accountId);
  return {
    accountId: account.accountId,
    address: account.address,
    name: account.name,
    color: account.color,
    mode: account.mode,
    state: engine?.state ?? 'offline',
    stateDetail: engine?.error?.detail ?? null,
    error: engine?.error == null ? null : publicError(engine.error),
    lastSyncAt: engine?.lastSyncAt ?? null,
    lastHeardAt: engine?.lastHeardAt ?? null,
    failures: [...(engine?.failures ?? [])].map(([folderId, error]) => ({
      folderId,
      folderName: register.get(folderId)?.name ?? '',
      error: publicError(error),
    })),
    pendingOps: pending,
    parkedOps: parked,
    progress: engine?.progress ?? null,
    settings: account,
  };
}
