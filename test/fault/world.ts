import type { Dovecot } from '../../src-main/demo/dovecot.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import { until, type Headless } from '../harness/headless.ts';
import { addAccountInClear, folderNamed, mail, rowsOf } from '../integration/sync-world.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { ImapMeddler } from '../servers/imap-meddler.ts';
import { poorAddress } from '../servers/poor-servers.ts';
import { RawImap, type RawMessage } from '../servers/raw-imap.ts';
import { Ledger, sha256 } from './ledger.ts';
import type { ServerKind } from './scenario.ts';

export const addressOf: Readonly<Record<ServerKind, string>> = { full: '127.0.0.1', ...poorAddress };

/** One account of a batch: its user on the server, the faults before it, its ledger, and verbs by subject. */
export class World {
  readonly user: string;
  readonly peer: RawImap;
  readonly proxy: FaultProxy;
  readonly meddler: ImapMeddler;
  readonly ledger = new Ledger();
  readonly dovecot: Dovecot;
  accountId = '';
  #posthorn: Headless | null = null;

  private constructor(
    dovecot: Dovecot,
    user: string,
    peer: RawImap,
    meddler: ImapMeddler,
    proxy: FaultProxy,
  ) {
    this.dovecot = dovecot;
    this.user = user;
    this.peer = peer;
    this.meddler = meddler;
    this.proxy = proxy;
  }

  static async open(dovecot: Dovecot, user: string, kind: ServerKind): Promise<World> {
    const meddler = await ImapMeddler.start({ host: addressOf[kind], port: dovecot.imapPort });
    const proxy = await FaultProxy.start({ targetPort: meddler.port });
    const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
    return new World(dovecot, user, peer, meddler, proxy);
  }

  async close(): Promise<void> {
    await this.peer.close().catch(() => undefined);
    await this.proxy.stop();
    await this.meddler.stop();
  }

  get posthorn(): Headless {
    if (this.#posthorn === null) throw new Error('Posthorn does not run');
    return this.#posthorn;
  }

  /** The program that runs now; another after each kill. */
  use(posthorn: Headless): void {
    this.#posthorn = posthorn;
  }

  async addAccount(): Promise<void> {
    this.accountId = await addAccountInClear(this.posthorn, this.proxy.port, this.user);
  }

  // ---- the server's side
  /** A mail of its own kind, put on the server and into the ledger. */
  async put(label: string | number, folder = 'INBOX', options: PutOptions = {}): Promise<void> {
    const bytes = mail(label, options);
    this.ledger.put(String(label), bytes);
    await this.peer.append(folder, bytes, options.flags ?? []);
  }

  /**
   * Into a folder that was made anew. While another session still has the old one open, Dovecot may say NO
   * ("Mailbox was deleted under us"): asked again until it says OK.
   */
  async putAgain(message: RawMessage, folder: string): Promise<void> {
    await until(
      async () => {
        const hand = await RawImap.open({ port: this.dovecot.imapPort, user: this.user, password: 'secret' });
        const date = `"${message.internalDate}"`;
        const { status } = await hand.command('APPEND', folder, '()', date, message.bytes);
        await hand.close();
        return status === 'OK';
      },
      `${subjectOf(message)} is in the folder made anew`,
    );
  }

  async uid(label: string | number, folder = 'INBOX'): Promise<number> {
    const found = (await this.peer.messages(folder)).find(
      (message) => subjectOf(message) === `Mail ${label}`,
    );
    if (found === undefined) throw new Error(`no ${label} in ${folder} on the server`);
    await this.peer.select(folder);
    return found.uid;
  }

  /** What the server holds, without what is only marked for deletion. */
  async onServer(): Promise<Placed[]> {
    const placed: Placed[] = [];
    // A connection of its own: Dovecot's older ones fail on a folder that was deleted and made anew.
    const eye = await RawImap.open({ port: this.dovecot.imapPort, user: this.user, password: 'secret' });
    for (const folder of await eye.folders()) {
      if (folder.attributes.some((word) => /noselect|nonexistent/i.test(word))) continue;
      for (const message of await eye.messages(folder.path))
        if (!message.flags.includes('\\Deleted'))
          placed.push({
            where: folder.path,
            subject: subjectOf(message),
            sha: message.sha256,
            flags: message.flags.toSorted().join(' '),
          });
    }
    await eye.close();
    return placed;
  }

  /** `doveadm` for this user. */
  async doveadm(...words: string[]): Promise<void> {
    const [command = '', sub = '', ...rest] = words;
    await this.dovecot.doveadm([command, sub, '-u', this.user, ...rest]);
  }

  async where(label: string | number): Promise<string[]> {
    return (await this.onServer())
      .filter((mail) => mail.subject === `Mail ${label}`)
      .map((mail) => mail.where)
      .toSorted();
  }

  // ---- the user's side
  /** A draft whose copy belongs into Drafts. */
  async draft(label: string, draftId?: string, text = `Words of ${label}`): Promise<string> {
    this.ledger.made(`Draft ${label}`);
    const saved = await this.posthorn.call('draft.save', {
      accountId: this.accountId,
      to: 'bob@example.test',
      subject: `Draft ${label}`,
      text,
      ...(draftId === undefined ? {} : { draftId }),
    });
    return saved.draftId;
  }

  async folder(path: string): Promise<string> {
    return (await folderNamed(this.posthorn, this.accountId, path)).folderId;
  }

  async row(label: string | number, folder = 'INBOX'): Promise<MessageRow> {
    const rows = await rowsOf(this.posthorn, await this.folder(folder));
    const [found, ...more] = rows.filter((row) => row.subject === `Mail ${label}`);
    if (found === undefined || more.length > 0)
      throw new Error(`${more.length + (found === undefined ? 0 : 1)} rows “Mail ${label}” in ${folder}`);
    return found;
  }

  async ids(labels: readonly (string | number)[], folder = 'INBOX'): Promise<string[]> {
    return await Promise.all(labels.map(async (label) => (await this.row(label, folder)).messageId));
  }

  async flag(label: string | number, change: { add?: string[]; remove?: string[] }, folder = 'INBOX') {
    await this.posthorn.call('message.setFlags', { messageIds: await this.ids([label], folder), ...change });
  }

  async move(labels: readonly (string | number)[], to: string, from = 'INBOX'): Promise<void> {
    await this.posthorn.call('message.move', {
      messageIds: await this.ids(labels, from),
      folderId: await this.folder(to),
    });
  }

  async copy(label: string | number, to: string, from = 'INBOX'): Promise<void> {
    await this.posthorn.call('message.copy', {
      messageIds: await this.ids([label], from),
      folderId: await this.folder(to),
    });
    this.ledger.changed(String(label), 1);
  }

  /** For good, at once. */
  async destroy(label: string | number, folder = 'INBOX'): Promise<void> {
    await this.posthorn.call('message.delete', {
      messageIds: await this.ids([label], folder),
      permanent: true,
    });
    this.ledger.changed(String(label), -1);
  }

  /** Operations that the server refused and that the user must decide about. */
  async parked(): Promise<string[]> {
    return (await this.journal()).filter((op) => op.state === 'parked').map((op) => op.kind);
  }

  async journal() {
    return await this.posthorn.call('journal.list', { accountId: this.accountId });
  }

  /** What Posthorn shows, with the bytes that it gives; as above without what is only marked for deletion. */
  async shown(): Promise<Placed[]> {
    const placed: Placed[] = [];
    for (const folder of await this.posthorn.call('folder.list', { accountId: this.accountId })) {
      if (!folder.selectable) continue;
      for (const row of await rowsOf(this.posthorn, folder.folderId)) {
        if (row.flags.includes('\\Deleted')) continue;
        const source = await this.posthorn.call('message.source', { messageId: row.messageId });
        placed.push({
          where: folder.path,
          subject: row.subject,
          sha: sha256(Buffer.from('base64' in source ? source.base64 : '', 'base64')),
          flags: row.flags.toSorted().join(' '),
        });
      }
    }
    return placed;
  }
}

export interface PutOptions {
  messageId?: string | null;
  extra?: string;
  flags?: string[];
}

export interface Placed {
  where: string;
  subject: string;
  sha: string;
  flags: string;
}

const subjectOf = (message: RawMessage): string =>
  /^Subject: (.*?)\r?$/m.exec(message.bytes.toString('latin1'))?.[1] ?? '';
