import type { StoreClient } from '../../cache/store-client.ts';
import type { MainClient } from '../../ipc/client.ts';

/** Subjects and people's names that sentences about waiting changes are made with; asked for once each. */
export class KnownNames {
  #subjects = $state.raw<ReadonlyMap<string, string>>(new Map());
  #people = $state.raw<ReadonlyMap<string, string>>(new Map());
  readonly #asked = new Set<string>();
  readonly #main: MainClient;
  readonly #store: StoreClient;

  constructor(main: MainClient, store: StoreClient) {
    this.#main = main;
    this.#store = store;
  }

  subject(messageId: string | undefined): string | undefined {
    return messageId === undefined ? undefined : this.#subjects.get(messageId);
  }

  person(address: string): string {
    return this.#people.get(address.toLowerCase()) ?? address;
  }

  /** Nothing is told when it fails: the sentences are whole without. */
  async learnSubjects(messageIds: readonly string[]): Promise<void> {
    const wanted = messageIds.filter((id) => !this.#asked.has(id));
    if (wanted.length === 0) return;
    for (const id of wanted) this.#asked.add(id);
    const rows = await this.#store.ask('rows', { messageIds: wanted }).catch(() => []);
    this.#subjects = new Map([
      ...this.#subjects,
      ...rows.flatMap((row) => (row === null ? [] : [[row.messageId, row.subject] as const])),
    ]);
  }

  async learnPeople(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      const key = address.toLowerCase();
      if (this.#asked.has(key)) continue;
      this.#asked.add(key);
      const people = await this.#main.call('contact.search', { text: address, limit: 5 }).catch(() => []);
      const name = people.find((person) => person.address.toLowerCase() === key)?.name.trim() ?? '';
      if (name !== '') this.#people = new Map([...this.#people, [key, name]]);
    }
  }
}
