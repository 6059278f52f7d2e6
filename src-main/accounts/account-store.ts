import * as v from 'valibot';
import { accountSettingsSchema, type AccountSettings } from '../../src-shared/model/account.ts';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';

const fileSchema = v.object({ version: v.literal(1), accounts: v.array(accountSettingsSchema) });

/** The accounts, without secrets, in accounts.json. */
export interface AccountStore {
  all(): AccountSettings[];
  get(accountId: string): AccountSettings | undefined;
  /** Durable when it resolves. */
  put(account: AccountSettings): Promise<void>;
  remove(accountId: string): Promise<void>;
}

export async function openAccountStore(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<AccountStore> {
  const stored = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
  let accounts = stored?.accounts ?? [];
  let writing: Promise<void> = Promise.resolve();

  async function save(next: AccountSettings[]): Promise<void> {
    writing = writing
      .catch(() => undefined)
      .then(() => writeFileAtomic(path, JSON.stringify({ version: 1, accounts: next }, null, 2)));
    await writing;
    accounts = next;
  }

  return {
    all: () => accounts,
    get: (accountId) => accounts.find((account) => account.accountId === accountId),
    put: (account) =>
      save(
        accounts.some((other) => other.accountId === account.accountId)
          ? accounts.map((other) => (other.accountId === account.accountId ? account : other))
          : [...accounts, account],
      ),
    remove: (accountId) => save(accounts.filter((account) => account.accountId !== accountId)),
  };
}
