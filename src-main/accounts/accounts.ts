import { AppError } from '../../src-shared/error.ts';
import type { AccountView } from '../../src-shared/ipc/areas/account.ts';
import type { CheckedParams } from '../../src-shared/ipc/contract.ts';
import type { AccountMode, AccountSettings } from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Engines } from '../sync/engines.ts';
import type { FolderRegister } from '../sync/folder-register.ts';
import type { SyncTimes } from '../sync/sync-times.ts';
import type { AccountStore } from './account-store.ts';
import { accountView } from './account-view.ts';
import { takeCertificate } from './certificate-file.ts';
import { keepInMemory } from './erase-copies.ts';
import { sentCopyFor } from './providers.ts';
import { finishRemoving, removeAccount } from './remove-account.ts';
import {
  mergeIncoming,
  mergeOutgoing,
  secretsFor,
  serverOf,
  withCertificate,
  withoutUndefined,
  type ServerCheck,
} from './server-settings.ts';
import type { ModePreview, SwitchMode } from './switch-mode.ts';
import { credentialsFor, replaceSecrets, type Secrets } from './secrets.ts';

export interface AccountsPorts {
  store: AccountStore;
  secrets: Secrets;
  engines: Engines;
  journal: Journal;
  register: FolderRegister;
  syncTimes: SyncTimes;
  crash: CrashControl;
  cache: CachePort;
  /** Signs in and out again; rejects with what is wrong. */
  checkIncoming(check: ServerCheck, protocol: AccountSettings['incoming']['protocol']): Promise<void>;
  checkOutgoing(check: ServerCheck): Promise<void>;
  /** What makes changes of its own in the account comes to an end. */
  endTransfers(accountId: string): Promise<void>;
  /** Things outside the journal that belong to an account and go with it. */
  forget(account: AccountSettings): Promise<void>;
  modes: SwitchMode;
  onChange(): void;
}

export interface Accounts {
  list(): AccountView[];
  add(params: CheckedParams<'account.add'>): Promise<string>;
  update(params: CheckedParams<'account.update'>): Promise<void>;
  setPassword(params: CheckedParams<'account.setPassword'>): Promise<void>;
  /** What would be moved or removed, and how much, before anything is. */
  preview(accountId: string, mode: AccountMode): Promise<ModePreview>;
  setMode(accountId: string, mode: AccountMode, options: Parameters<SwitchMode['change']>[2]): Promise<void>;
  remove(accountId: string): Promise<void>;
  /** Removals that an earlier run began; gives a sentence for each that cannot be finished now. */
  finishRemovals(log: Log): Promise<string[]>;
  /** The settings of an account, or a refusal that names what is wrong. */
  need(accountId: string): AccountSettings;
}

export function createAccounts(ports: AccountsPorts): Accounts {
  const { store, secrets, engines, cache } = ports;

  function need(accountId: string): AccountSettings {
    const account = store.get(accountId);
    if (account === undefined)
      throw new AppError({
        code: 'not-found',
        scope: 'account',
        next: 'tell-user',
        detail: 'There is no such account.',
      });
    return account;
  }

  /** Checks both servers at once; the incoming one's answer comes first when both fail. */
  async function check(
    account: AccountSettings,
    incoming: ServerCheck,
    outgoing: ServerCheck | null,
  ): Promise<void> {
    const [inResult, outResult] = await Promise.allSettled([
      ports.checkIncoming(incoming, account.incoming.protocol),
      outgoing === null ? Promise.resolve() : ports.checkOutgoing(outgoing),
    ]);
    if (inResult.status === 'rejected') throw inResult.reason;
    if (outResult.status === 'rejected') throw outResult.reason;
  }

  return {
    need,
    list: () => store.all().map((account) => accountView(account, ports)),
    async add(params) {
      const inCertificate = await takeCertificate(params.incoming.auth?.clientCertificate);
      const outCertificate = await takeCertificate(params.outgoing?.auth?.clientCertificate);
      const used = new Set(store.all().map((account) => account.color));
      const color =
        [0, 1, 2, 3, 4, 5, 6, 7].find((candidate) => !used.has(candidate)) ?? store.all().length % 8;
      const name = params.name ?? '';
      const account: AccountSettings = {
        accountId: newId('a'),
        address: params.address,
        // The label in the folder list; the person's name belongs to the identity, and may be the same in all accounts.
        name: params.address,
        color,
        mode: params.mode,
        incoming: {
          protocol: params.incoming.protocol,
          ...serverOf(params.incoming, params.trustFingerprint256, inCertificate),
          username: params.incoming.username,
        },
        outgoing:
          params.outgoing === null
            ? null
            : serverOf(params.outgoing, params.trustFingerprint256, outCertificate),
        identities: [{ identityId: newId('i'), name, address: params.address, signature: '' }],
        sentCopy: sentCopyFor(params.incoming.host),
        bodies: { days: 30, maxBytes: 65_536 },
        notify: true,
        ...withoutUndefined({ leaveOnServer: params.leaveOnServer, leaveLargerThan: params.leaveLargerThan }),
      };
      const inSecrets = {
        password: params.incoming.password,
        token: params.incoming.auth?.token,
        certificate: inCertificate?.certificate,
      };
      const outSecrets = {
        password: params.outgoing?.password ?? params.incoming.password,
        token: params.outgoing?.auth?.token,
        certificate: outCertificate?.certificate,
      };
      await check(
        account,
        { server: account.incoming, ...inSecrets },
        account.outgoing === null ? null : { server: account.outgoing, ...outSecrets },
      );
      const { accountId } = account;
      await replaceSecrets(secrets, accountId, 'incoming', noSecrets, inSecrets);
      if (account.outgoing !== null)
        await replaceSecrets(secrets, accountId, 'outgoing', noSecrets, outSecrets);
      await store.put(account);
      if (account.mode === 'online') await keepInMemory(store, cache);
      engines.start(account);
      ports.onChange();
      return accountId;
    },
    async update(params) {
      const account = need(params.accountId);
      const { accountId: _id, incoming, outgoing, ...rest } = params;
      let next: AccountSettings = {
        ...account,
        ...withoutUndefined(rest),
        incoming: mergeIncoming(account.incoming, incoming ?? {}),
        outgoing:
          outgoing === undefined
            ? account.outgoing
            : outgoing === null
              ? null
              : mergeOutgoing(account.outgoing, outgoing),
      };
      const serversChanged = incoming !== undefined || outgoing !== undefined;
      if (serversChanged) {
        const inCertificate = await takeCertificate(incoming?.auth?.clientCertificate);
        const outCertificate = await takeCertificate(outgoing?.auth?.clientCertificate);
        const keptIn = await credentialsFor(secrets, account.accountId, 'incoming');
        const keptOut = await credentialsFor(secrets, account.accountId, 'outgoing');
        const inSecrets = secretsFor(account.incoming, incoming, keptIn, inCertificate);
        const outSecrets = secretsFor(account.outgoing, outgoing ?? undefined, keptOut, outCertificate);
        next = {
          ...next,
          incoming: withCertificate(next.incoming, inSecrets, inCertificate),
          outgoing:
            next.outgoing === null ? null : withCertificate(next.outgoing, outSecrets, outCertificate),
        };
        await check(
          next,
          { server: next.incoming, ...inSecrets },
          next.outgoing === null ? null : { server: next.outgoing, ...outSecrets },
        );
        await replaceSecrets(secrets, account.accountId, 'incoming', keptIn, inSecrets);
        await replaceSecrets(secrets, account.accountId, 'outgoing', keptOut, outSecrets);
      }
      await store.put(next);
      if (serversChanged) engines.restart(next);
      ports.onChange();
    },
    async setPassword(params) {
      const account = need(params.accountId);
      let shared: boolean;
      try {
        const old = await secrets.get(account.accountId, 'incoming');
        shared = old === null || old === (await secrets.get(account.accountId, 'outgoing'));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'locked') throw error;
        shared = account.outgoing?.username === account.incoming.username;
      }
      // A token that stayed would be tried first.
      const replace = async (kind: 'incoming' | 'outgoing', password: string): Promise<void> => {
        await secrets.set(account.accountId, kind, password);
        await secrets.remove(account.accountId, `${kind}-token`);
      };
      if (params.incoming !== undefined) await replace('incoming', params.incoming);
      const outgoing = params.outgoing ?? (shared ? params.incoming : undefined);
      if (outgoing !== undefined) await replace('outgoing', outgoing);
      if (params.incoming !== undefined) engines.restart(account);
      ports.onChange();
    },
    preview: (accountId, mode) => ports.modes.preview(need(accountId), mode),
    setMode: (accountId, mode, options) => ports.modes.change(need(accountId), mode, options),
    async remove(accountId) {
      const account = need(accountId);
      // What an import wrote down after the journal forgot the account would lie there for ever.
      await ports.endTransfers(accountId);
      engines.stop(accountId);
      try {
        await removeAccount(account, ports);
      } finally {
        ports.onChange();
      }
    },
    finishRemovals: (log) => finishRemoving({ ...ports, log }),
  };
}

const noSecrets = { password: undefined, token: undefined, certificate: undefined };
