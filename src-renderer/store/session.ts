import { Bodies } from './bodies.ts';
import { Contacts } from './contacts.ts';
import type { Databases } from './databases.ts';
import { StoreMemory } from './memory.ts';
import { Queries } from './queries.ts';
import { SegmentTexts } from './segment-texts.ts';
import { ServerQueries } from './server-queries.ts';
import { Snapshots } from './snapshots.ts';
import { Views } from './views.ts';

/** One opened cache with all that hangs on it; made anew after a failed transaction. */
export class Session {
  readonly databases: Databases;
  readonly memory = new StoreMemory();
  readonly texts: SegmentTexts;
  readonly queries: Queries;
  readonly server: ServerQueries;
  readonly bodies: Bodies;
  readonly contacts: Contacts;
  readonly snapshots: Snapshots;

  constructor(databases: Databases) {
    this.databases = databases;
    this.texts = new SegmentTexts(databases, this.memory);
    this.queries = new Queries(this.memory, this.texts, new Views(this.memory));
    this.server = new ServerQueries(this.memory, this.texts);
    this.bodies = new Bodies(databases, this.memory);
    this.contacts = new Contacts(databases);
    this.snapshots = new Snapshots(this.memory, this.queries);
  }
}
