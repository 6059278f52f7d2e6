import type { AccountView } from '../../src-shared/ipc/areas/account.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';

export class Accounts {
  all = $state.raw<readonly AccountView[]>([]);
  readonly #byId = $derived(new Map(this.all.map((account) => [account.accountId, account])));
  readonly #own = $derived(
    new Set(
      this.all
        .flatMap((account) => [
          account.address,
          ...account.settings.identities.map((identity) => identity.address),
        ])
        .map((address) => address.toLowerCase()),
    ),
  );

  byId(accountId: string): AccountView | undefined {
    return this.#byId.get(accountId);
  }

  color(accountId: string): number {
    return this.byId(accountId)?.color ?? 5;
  }

  name(accountId: string): string {
    const account = this.byId(accountId);
    return account === undefined ? '' : account.name === '' ? account.address : account.name;
  }

  isOwn(address: MailAddress): boolean {
    return this.#own.has(address.address.toLowerCase());
  }

  replace(changed: readonly AccountView[]): void {
    this.all = changed;
  }
}
