import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { bulkMails } from '../../src-main/demo/mails/bulk-mails.ts';
import { Headless } from '../harness/headless.ts';
import { rawStream, rowItems } from './raw-stream.ts';

export const password = 'secret';
export const passphrase = 'bench';
/** Mailboxes of these many messages, each a user of its own. */
export const sizes = [2_000, 5_000, 10_000, 50_000, 100_000] as const;
export type Size = (typeof sizes)[number];
export const foldersUser = 'folders';
export const bodiesUser = 'bodies';
/** Mails to be read one after the other. */
export const readingUser = 'reading';
/** Everything that the corpora hold. */
export const corpusUser = 'corpora';
/** Changed by another client. Three benches fill mailboxes of their own. */
export const changingUsers = ['percent', 'storm', 'scrolled'] as const;
/** Ten accounts. */
export const manyUsers = Array.from({ length: 10 }, (_, at) => `many${at}`);

export interface SyncedProfile {
  profile: string;
  accountId: string;
  inbox: string;
}

/** As `npm start` and `npm run headless` start it; those scripts are plain JavaScript without types. */
const { programArguments, programEnvironment } = (await import(
  new URL('../../src-main/setup/node24.mjs', import.meta.url).href
)) as { programArguments: string[]; programEnvironment: Record<string, string> };

const pauseWatcher = fileURLToPath(new URL('./watch-pauses.ts', import.meta.url));
export const userOf = (size: Size): string => `m${size}`;

/** The server that all benches share, and profiles that were synced from it. */
export class BenchWorld {
  readonly dovecot: Dovecot;
  readonly #seeded = new Set<Size>();
  readonly #profiles = new Map<Size, SyncedProfile>();
  readonly #folders: string[] = [];

  private constructor(dovecot: Dovecot) {
    this.dovecot = dovecot;
  }

  static async start(): Promise<BenchWorld> {
    const users = [
      ...sizes.map(userOf),
      foldersUser,
      bodiesUser,
      readingUser,
      corpusUser,
      ...changingUsers,
      ...manyUsers,
    ].map((name) => ({
      name,
      password,
    }));
    return new BenchWorld(await startDovecot({ users }));
  }

  async stop(): Promise<void> {
    await this.dovecot.stop();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  newProfile(): string {
    const profile = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
    this.#folders.push(profile);
    return profile;
  }

  /** Fills the mailbox and has the server read it once: what comes after is the server at its best. */
  async mailbox(size: Size): Promise<string> {
    const user = userOf(size);
    if (this.#seeded.has(size)) return user;
    this.dovecot.seedMaildir(
      user,
      'INBOX',
      bulkMails(size, 7, { to: `${user}@example.test`, smallBodies: true }),
    );
    await rawStream({ ...this.plain(user), command: `UID FETCH 1:* ${rowItems}` });
    this.#seeded.add(size);
    return user;
  }

  plain(user: string): { port: number; tls: boolean; user: string; password: string } {
    return { port: this.dovecot.imapPort, tls: false, user, password };
  }

  /** A real Posthorn on a profile; `pauses` is where it writes the pauses of its event loop. */
  open(profile: string): Headless {
    return new Headless({
      profile,
      passphrase,
      flags: ['--extra-ca', this.dovecot.ca],
      nodeFlags: [...programArguments, '--import', pauseWatcher],
      env: { ...programEnvironment, POSTHORN_BENCH_PAUSES: pausesFile(profile) },
    });
  }

  /** Adds the account and resolves when it is there; its first sync has begun. */
  async addAccount(app: Headless, user: string, port: number, tls: 'none' | 'implicit'): Promise<string> {
    const { accountId } = await app.call('account.add', {
      address: `${user}@example.test`,
      mode: 'disconnected',
      incoming: { protocol: 'imap', host: 'localhost', port, tls, username: user, password },
      outgoing: null,
    });
    return accountId;
  }

  remember(size: Size, profile: SyncedProfile): void {
    this.#profiles.set(size, profile);
  }

  /** A profile, closed, with all rows of the mailbox in its cache. */
  async synced(size: Size): Promise<SyncedProfile> {
    const known = this.#profiles.get(size);
    if (known !== undefined) return known;
    const user = await this.mailbox(size);
    const profile = this.newProfile();
    const app = this.open(profile);
    await app.call('app.info');
    const accountId = await this.addAccount(app, user, this.dovecot.imapPort, 'none');
    await app.call('sync.run', { accountId, bodies: 'none' });
    const synced = { profile, accountId, inbox: await inboxOf(app, accountId, size) };
    await app.quit();
    this.remember(size, synced);
    return synced;
  }
}

export const pausesFile = (profile: string): string => join(profile, 'bench-pauses.json');

/** The inbox's id. Throws when its cache is not complete with `size` rows: a number for half the work is worth nothing. */
export async function inboxOf(app: Headless, accountId: string, size: number): Promise<string> {
  const folders = await app.call('folder.list', { accountId });
  const inbox = folders.find((folder) => folder.role === 'inbox');
  if (inbox === undefined || inbox.cached !== size || !inbox.complete)
    throw new Error(
      `the inbox holds ${inbox?.cached ?? 'no'} of ${size} messages\n${app.stderr.slice(-2000)}`,
    );
  return inbox.folderId;
}
