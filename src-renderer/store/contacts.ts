import type { Contact, StoreParams } from '../../src-shared/cache-protocol.ts';
import type { Changes } from './changes.ts';
import type { ContactRecord } from './database.ts';
import type { Databases } from './databases.ts';

/** Being written to says more of a person than having written. */
const sentWeight = 5;
/** Sightings are written together, so many people or so much later: a first sync must not wait for them. */
const writeAfterPeople = 3000;
const writeAfterMs = 5000;

/** People seen. Only a crash in the midst of work loses the last sightings; the next mails bring them again. */
export class Contacts {
  readonly #databases: Databases;
  #people: Map<string, ContactRecord> | null = null;
  #seen = new Map<string, ContactRecord>();
  #written = Date.now();

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  note(changes: Changes): void {
    for (const { accountId, row, sent } of changes.contacts) {
      const people = sent ? [...row.envelope.to, ...row.envelope.cc] : row.envelope.from;
      for (const { name, address } of people) {
        if (!address.includes('@')) continue;
        const key = `${accountId}\n${address.toLowerCase()}`;
        const known = this.#seen.get(key);
        const weight = (known?.weight ?? 0) + (sent ? sentWeight : 1);
        this.#seen.set(key, {
          a: accountId,
          address,
          name: name === '' ? (known?.name ?? '') : name,
          weight,
        });
      }
    }
  }

  /** Somebody was seen who is not written yet. */
  get isWaiting(): boolean {
    return this.#seen.size > 0;
  }

  get isDue(): boolean {
    return (
      this.#seen.size >= writeAfterPeople || (this.isWaiting && Date.now() - this.#written >= writeAfterMs)
    );
  }

  async write(): Promise<void> {
    if (this.#seen.size === 0) return;
    this.#written = Date.now();
    const people = await this.#load();
    const seen = this.#seen;
    this.#seen = new Map();
    const records = [...seen].map(([key, now]) => {
      const before = people.get(key);
      const record =
        before === undefined
          ? { ...now, address: now.address.toLowerCase() }
          : { ...before, name: now.name === '' ? before.name : now.name, weight: before.weight + now.weight };
      people.set(key, record);
      return record;
    });
    const { disk, volatile } = this.#databases;
    // People of an account kept only on the server are known as long as this worker lives.
    await disk.contacts.bulkPut(records.filter((record) => !volatile.has(record.a)));
  }

  /** People whose name (any word of it) or address begins with the text, the weightiest first. */
  async find({ text, limit }: StoreParams<'contacts'>): Promise<Contact[]> {
    await this.write();
    const wanted = text.trim().toLowerCase();
    const found = new Map<string, Contact>();
    for (const { name, address, weight } of (await this.#load()).values()) {
      if (!address.startsWith(wanted) && !` ${name.toLowerCase()}`.includes(` ${wanted}`)) continue;
      const known = found.get(address);
      if (known === undefined) found.set(address, { name, address, weight });
      else {
        known.weight += weight;
        if (known.name === '') known.name = name;
      }
    }
    return [...found.values()]
      .sort((a, b) => b.weight - a.weight || (a.address < b.address ? -1 : 1))
      .slice(0, limit);
  }

  forgetAccount(accountId: string): void {
    this.#people = null;
    for (const [key, { a }] of this.#seen) if (a === accountId) this.#seen.delete(key);
  }

  async #load(): Promise<Map<string, ContactRecord>> {
    this.#people ??= new Map(
      (await this.#databases.disk.contacts.toArray()).map((record) => [
        `${record.a}\n${record.address}`,
        record,
      ]),
    );
    return this.#people;
  }
}
