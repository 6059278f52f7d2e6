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
  const stored = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
  const accounts = keptValue(path, stored?.accounts ?? [], (list) =>
    JSON.stringify({ version: 1, accounts: list }, null, 2),
  );

  async function putAll(changed: readonly AccountSettings[]): Promise<void> {
    await accounts.change((list) => {
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
      await accounts.change((list) => list.filter((account) => account.accountId !== accountId));
    },
  };
}
