import type { Dovecot } from '../../../src-main/demo/dovecot.ts';
import { mail } from '../../integration/sync-world.ts';
import { quoted, RawImap } from '../../servers/raw-imap.ts';
import type { Random } from './random.ts';
import type { Tale } from './tale.ts';

export const flags = ['\\Seen', '\\Flagged', '\\Answered', '$Work'];

/** Another mail program, one without a cache: each act looks at the server and then does one thing. */
export class PeerActor {
  readonly #dovecot: Dovecot;
  readonly #user: string;
  readonly #random: Random;
  readonly #tale: Tale;
  #folders = 0;

  constructor(dovecot: Dovecot, user: string, random: Random, tale: Tale) {
    this.#dovecot = dovecot;
    this.#user = user;
    this.#random = random;
    this.#tale = tale;
  }

  async act(): Promise<void> {
    // A connection an act: Dovecot's older ones fail on folders that were deleted and made anew.
    const peer = await RawImap.open({ port: this.#dovecot.imapPort, user: this.#user, password: 'secret' });
    try {
      if (this.#random.once(40)) await this.#changeFolders(peer);
      else await this.#changeMail(peer);
    } catch (error) {
      // What it looked at left before it acted: as for any program.
      this.#tale.tell(`      … refused: ${String(error)}`);
    } finally {
      await peer.close();
    }
  }

  async #ordinary(peer: RawImap): Promise<string[]> {
    return (await peer.folders())
      .filter((folder) => folder.attributes.every((word) => !/noselect|nonexistent/i.test(word)))
      .map((folder) => folder.path)
      .filter((path) => !['Drafts', 'Sent', 'Junk', 'Trash', 'Archive'].includes(path));
  }

  async #changeFolders(peer: RawImap): Promise<void> {
    const random = this.#random;
    const made = (await this.#ordinary(peer)).filter((path) => path.startsWith('F'));
    const what = random.below(4);
    if (what === 0 || made.length === 0) {
      this.#folders += 1;
      this.#tale.tell(`peer: makes F${this.#folders}`);
      await peer.create(`F${this.#folders}`);
      return;
    }
    const path = random.pick(made);
    if (what === 1) {
      this.#folders += 1;
      this.#tale.tell(`peer: renames ${path} to F${this.#folders}`);
      await peer.ok('RENAME', quoted(path), quoted(`F${this.#folders}`));
    } else if (what === 2) {
      this.#tale.tell(`peer: deletes ${path} with what is in it`);
      for (const messageId of await peer.deleteFolder(path)) this.#tale.removed.add(messageId);
    } else {
      const validity = String(1_900_000_000 + random.below(99_000_000));
      this.#tale.tell(`peer: ${path} gets UIDVALIDITY ${validity}`);
      await this.#dovecot.doveadm(['mailbox', 'update', '-u', this.#user, '--uid-validity', validity, path]);
    }
  }

  async #changeMail(peer: RawImap): Promise<void> {
    const random = this.#random;
    const folders = await this.#ordinary(peer);
    const name = random.pick(folders);
    const messages = await peer.messages(name);
    const message = messages.length === 0 ? undefined : random.pick(messages);
    const what = random.below(5);
    if (what === 0 || message === undefined) {
      const n = this.#tale.newMail();
      this.#tale.tell(`peer: new ${n} in ${name}`);
      await peer.append(name, mail(n), random.once(2) ? ['\\Seen'] : []);
      return;
    }
    await peer.select(name);
    if (what === 1) {
      this.#tale.tell(`peer: ${message.messageId} leaves ${name} for good`);
      this.#tale.removed.add(message.messageId);
      await peer.expunge(message.uid);
    } else if (what === 2) {
      const to = random.pick(folders.filter((other) => other !== name));
      this.#tale.tell(`peer: ${message.messageId} ${name} → ${to}`);
      await peer.move(message.uid, to);
    } else {
      const flag = random.pick(flags);
      const how = random.once(2) ? '+FLAGS' : '-FLAGS';
      this.#tale.tell(`peer: ${message.messageId} in ${name} ${how} ${flag}`);
      await peer.store(message.uid, how, [flag]);
    }
  }
}
