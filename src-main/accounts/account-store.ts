import * as v from 'valibot';
import { accountSettingsSchema, type AccountSettings } from '../../src-shared/model/account.ts';
import { readJsonFile } from '../platform/atomic-file.ts';
import { keptValue } from '../platform/kept-value.ts';

const fileSchema = v.object({ version: v.literal(1), accounts: v.array(accountSettingsSchema) });

/** The accounts, without secrets, in accounts.json. */
export interface AccountStore {
  /** Without those that are being removed: nothing is done with them any more. */
  all(): AccountSettings[];
  removing(): AccountSettings[];
  get(accountId: string): AccountSettings | undefined;
  /** Durable when it resolves. */
  put(account: AccountSettings): Promise<void>;
  /** Several at once, all or none. */
  putAll(changed: readonly AccountSettings[]): Promise<void>;
  remove(accountId: string): Promise<void>;
}

export async function openAccountStore(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<AccountStore> {
  const parse = (value: unknown): AccountSettings[] => v.parse(fileSchema, value).accounts;
  const format = (list: AccountSettings[]): string => JSON.stringify({ version: 1, accounts: list }, null, 2);
  let damaged = false;
  let stored = await readJsonFile(path, parse, (...what) => {
    damaged = true;
    onDamage(...what);
  });
  // Without its account mail that was taken home is seen nowhere: a disk that spoils one file must not do that.
  if (damaged) stored = await readJsonFile(copyOf(path), parse, () => undefined);
  const accounts = keptValue(path, stored ?? [], format);
  const copy = keptValue<AccountSettings[]>(copyOf(path), [], format);
  if (damaged && stored !== null) await accounts.change((list) => list);

  async function change(by: (list: AccountSettings[]) => AccountSettings[]): Promise<void> {
    const list = await accounts.change(by);
    // Kept already: a disk that has no room for the copy changes nothing about that.
    await copy.change(() => list).catch(() => undefined);
  }

  async function putAll(changed: readonly AccountSettings[]): Promise<void> {
    await change((list) => {
      const added = changed.filter(({ accountId }) => list.every((other) => other.accountId !== accountId));
      return [
        ...list.map((old) => changed.find(({ accountId }) => accountId === old.accountId) ?? old),
        ...added,
      ];
    });
  }

  const all = (): AccountSettings[] => accounts.get().filter((account) => account.removing !== true);

  return {
    all,
    removing: () => accounts.get().filter((account) => account.removing === true),
    get: (accountId) => all().find((account) => account.accountId === accountId),
    put: (account) => putAll([account]),
    putAll,
    async remove(accountId) {
      await change((list) => list.filter((account) => account.accountId !== accountId));
    },
  };
}

/** The same once more, written after it. */
const copyOf = (path: string): string => `${path}.copy`;
