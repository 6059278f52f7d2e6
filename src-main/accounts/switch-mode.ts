import { AppError } from '../../src-shared/error.ts';
import type { ModePreview } from '../../src-shared/ipc/areas/account.ts';
import {
  keepsMailHere,
  leavePolicyOf,
  type AccountMode,
  type AccountSettings,
  type LeaveOnServer,
} from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import { isWaiting, mayBeOnTheWire } from '../journal/op.ts';
import type { Journal } from '../journal/journal.ts';
import type { LocalMails } from '../local-mail/local-mails.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { newId } from '../platform/ids.ts';
import type { Engines } from '../sync/engines.ts';
import type { FolderRegister } from '../sync/folder-register.ts';
import type { AccountStore } from './account-store.ts';
import { eraseCopies, keepInMemory, type ErasePorts } from './erase-copies.ts';

export type { ModePreview };

export interface SwitchModePorts {
  store: AccountStore;
  engines: Engines;
  journal: Journal;
  cache: CachePort;
  register: FolderRegister;
  localMails: LocalMails;
  /** The search index forgets the account, in its file too. */
  eraseIndex: ErasePorts['eraseIndex'];
  crash: CrashControl;
  onChange(): void;
}

export interface SwitchMode {
  preview(account: AccountSettings, mode: AccountMode): Promise<ModePreview>;
  /** @throws AppError `refused` while changes wait and the user has not said what is to become of them */
  change(
    account: AccountSettings,
    mode: AccountMode,
    options: { pending?: 'send-first' | 'discard' | undefined; leaveOnServer?: LeaveOnServer | undefined },
  ): Promise<void>;
}

/**
 * Changing how an account keeps its mail. What changes hands is said first; nothing is done while changes wait for
 * the server; and mail that only this computer has stays on it, whatever the new mode is.
 */
export function createSwitchMode(ports: SwitchModePorts): SwitchMode {
  const { store, engines, journal, cache, register, localMails } = ports;

  const waiting = (accountId: string) =>
    journal.ops().filter((op) => op.accountId === accountId && isWaiting(op));

  async function held(account: AccountSettings): Promise<{ messages: number; bytes: number }> {
    if (keepsMailHere(account)) {
      const { state } = await localMails.open(account.localStore ?? account.accountId);
      const all = [...state.folders.values()].flatMap((folder) => [...folder.messages.values()]);
      return { messages: all.length, bytes: all.reduce((sum, { size }) => sum + size, 0) };
    }
    const folders = await cache.call('folders', { accountId: account.accountId });
    return { messages: folders.reduce((sum, { cached }) => sum + cached, 0), bytes: 0 };
  }

  /** Messages whose header alone is here. */
  async function headersOnly(account: AccountSettings): Promise<number> {
    const { state } = await localMails.open(account.localStore ?? account.accountId);
    const all = [...state.folders.values()].flatMap((folder) => [...folder.messages.values()]);
    return all.filter(({ stub }) => stub === true).length;
  }

  async function decide(
    account: AccountSettings,
    pending: 'send-first' | 'discard' | undefined,
  ): Promise<void> {
    const { accountId } = account;
    if (waiting(accountId).length > 0 && pending === 'send-first')
      await engines.get(accountId)?.sync({ bodies: 'none' });
    const ops = waiting(accountId);
    if (ops.length === 0) return;
    const onTheWire = ops.filter(mayBeOnTheWire).length;
    if (pending !== 'discard' || onTheWire > 0) {
      throw new AppError({
        code: 'refused',
        scope: 'account',
        next: 'tell-user',
        detail:
          onTheWire > 0 && pending === 'discard'
            ? `${count(onTheWire, 'change')} may have reached the server already: what became of them must be looked up first. Nothing was changed.`
            : `${count(ops.length, 'change')} of this account ${ops.length === 1 ? 'waits' : 'wait'} for the server. Send or discard them first. Nothing was changed.`,
      });
    }
    // With what was to follow in other accounts: an original leaves only after its copy is elsewhere.
    const taken = await journal.cancel(ops.map(({ opId }) => opId));
    await cache.call('dropPending', { opIds: taken });
  }

  return {
    async preview(account, mode) {
      const pending = waiting(account.accountId).length;
      if (mode === account.mode)
        return { messages: 0, bytes: 0, pending, sentences: ['The account is in this mode already.'] };
      const { messages, bytes } = await held(account);
      const next: AccountSettings = { ...account, mode };
      const sentences: string[] = [];
      if (keepsMailHere(account) && !keepsMailHere(next)) {
        if (messages > 0)
          sentences.push(
            `${count(messages, 'message')} that are on this computer stay on it, as “${nameHere(account)}”. Nothing of them is removed or uploaded.`,
          );
        const stubs = await headersOnly(account);
        if (stubs > 0)
          sentences.push(
            `Of ${count(stubs, 'large message')} only the header was fetched: the rest stays on the server and is read there.`,
          );
      } else if (messages > 0 && !keepsMailHere(account))
        sentences.push(
          mode === 'online'
            ? `The copies of ${count(messages, 'message')} on this computer are erased. They stay on the server and can be read only with a network.`
            : `The copies of ${count(messages, 'message')} here are made anew, from what is taken home.`,
        );
      if (keepsMailHere(next) && !keepsMailHere(account)) sentences.push(homeSentence(leavePolicyOf(next)));
      if (mode === 'online')
        sentences.push('Drafts and mail that waits to be sent stay on this computer until they are sent.');
      if (pending > 0)
        sentences.push(`${count(pending, 'change')} still wait for the server: send or discard them first.`);
      return { messages, bytes, pending, sentences };
    },
    async change(account, mode, { pending, leaveOnServer }) {
      if (mode === account.mode) {
        if (leaveOnServer !== undefined) await store.put({ ...account, leaveOnServer });
        ports.onChange();
        return;
      }
      if (account.incoming.protocol === 'local')
        throw new AppError({
          code: 'refused',
          scope: 'account',
          next: 'tell-user',
          detail:
            'This mail is only on this computer: no server belongs to it, so there is no other way to keep it.',
        });
      await decide(account, pending);
      const { accountId } = account;
      engines.stop(accountId);
      const next: AccountSettings = {
        ...account,
        mode,
        ...(leaveOnServer === undefined ? {} : { leaveOnServer }),
      };
      const changes: AccountSettings[] = [next];
      if (keepsMailHere(account) && !keepsMailHere(next) && (await held(account)).messages > 0) {
        changes.push(companionOf(account));
        // Taken home again one day, it begins anew.
        next.localStore = newId('l');
      }
      // One write: there is no moment at which the mail on this computer belongs to nobody.
      if (mode === 'online') next.erasing = true;
      await store.putAll(changes);
      ports.crash.reach('mode.marked');
      if (mode === 'online') await eraseCopies(next, ports);
      else {
        await cache.call('removeAccount', { accountId });
        await ports.eraseIndex(accountId);
        register.removeAccount(accountId);
        await register.save();
        await keepInMemory(store, cache);
      }
      for (const changed of changes) engines.start(store.get(changed.accountId) ?? changed);
      ports.onChange();
      // What stays here is shown in its new account before this is said to be done, also after a restart at once.
      for (const { accountId: kept } of changes)
        if (kept !== accountId) await engines.get(kept)?.sync({ bodies: 'none' });
    },
  };
}

const nameHere = (account: AccountSettings): string => `${account.name} (on this computer)`;

/** The account that the mail on this computer belongs to from now on: no server, nothing to sign in to. */
function companionOf(account: AccountSettings): AccountSettings {
  return {
    ...account,
    accountId: newId('a'),
    name: nameHere(account),
    mode: 'offline',
    incoming: { protocol: 'local', host: 'localhost', port: 1, tls: 'none', username: '' },
    outgoing: null,
    localStore: account.localStore ?? account.accountId,
    notify: false,
  };
}

function homeSentence(policy: LeaveOnServer): string {
  const home = 'All mail is taken home to this computer, checked, and kept in local folders.';
  switch (policy.kind) {
    case 'remove':
      return `${home} Then it is removed from the server: other devices do not see it any more.`;
    case 'days':
      return `${home} It is removed from the server ${policy.days} days later.`;
    case 'until-deleted':
      return `${home} It stays on the server until you delete it here.`;
    case 'always':
      return `${home} It stays on the server too.`;
  }
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}
