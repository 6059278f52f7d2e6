import type { Headless } from '../../harness/headless.ts';
import { addAccount, Profile, rowsOf, synced } from '../../integration/sync-world.ts';
import type { Dovecot } from '../../../src-main/demo/dovecot.ts';
import { flags } from './peer-actor.ts';
import type { Random } from './random.ts';
import type { Tale } from './tale.ts';

/** A refusal that is right: what was looked at had just left. */
const fair =
  /not here any more|does not exist any more|is being deleted|is not there|no such folder|There is no|already/i;

/** One Posthorn on its own computer: acts, goes off the network and on again, is killed and started. */
export class ProgramActor {
  readonly name: string;
  readonly profile: Profile;
  posthorn: Headless;
  accountId = '';
  readonly #random: Random;
  readonly #tale: Tale;
  #online = true;
  #folders = 0;

  constructor(name: string, dovecot: Dovecot, random: Random, tale: Tale) {
    this.name = name;
    this.#random = random;
    this.#tale = tale;
    this.profile = new Profile(['--extra-ca', dovecot.ca]);
    this.posthorn = this.profile.start();
  }

  async begin(dovecot: Dovecot, user: string): Promise<void> {
    this.accountId = await addAccount(this.posthorn, dovecot, user);
    await synced(this.posthorn, this.accountId);
  }

  async act(): Promise<void> {
    const random = this.#random;
    if (random.once(90)) {
      this.#tale.tell(`${this.name}: killed`);
      await this.posthorn.kill();
      this.posthorn = this.profile.start();
    }
    if (random.once(14)) {
      this.#online = !this.#online;
      this.#tale.tell(`${this.name}: ${this.#online ? 'online' : 'offline'}`);
      await this.posthorn.call('connectivity.set', { online: this.#online });
    }
    try {
      if (random.once(40)) await this.#changeFolders();
      else await this.#changeMail();
    } catch (error) {
      if (!fair.test(String(error))) throw error;
      this.#tale.tell(`      … ${this.name}: it had just left`);
    }
  }

  async #ordinary() {
    return (await this.posthorn.call('folder.list', { accountId: this.accountId })).filter(
      (folder) =>
        folder.selectable && folder.pending !== 'delete' && (folder.role === null || folder.role === 'inbox'),
    );
  }

  async #changeFolders(): Promise<void> {
    const random = this.#random;
    const made = (await this.#ordinary()).filter((folder) => folder.path.startsWith('F'));
    const what = random.below(3);
    this.#folders += 1;
    const path = `F${this.name}${this.#folders}`;
    if (what === 0 || made.length === 0) {
      this.#tale.tell(`${this.name}: makes ${path}`);
      await this.posthorn.call('folder.create', { accountId: this.accountId, path });
      return;
    }
    const folder = random.pick(made);
    if (what === 1) {
      this.#tale.tell(`${this.name}: renames ${folder.path} to ${path}`);
      await this.posthorn.call('folder.rename', { folderId: folder.folderId, path });
      return;
    }
    // Only an empty one: what another program puts there meanwhile would be ours to have removed.
    if ((await rowsOf(this.posthorn, folder.folderId)).length > 0) return;
  }

  async #changeMail(): Promise<void> {
    const random = this.#random;
    const folders = await this.#ordinary();
    const from = random.pick(folders);
    const rows = await rowsOf(this.posthorn, from.folderId);
    if (rows.length === 0) return;
    const row = random.pick(rows);
    const messageIds = [row.messageId];
    const others = folders.filter((folder) => folder.folderId !== from.folderId);
    const to = others.length === 0 ? from : random.pick(others);
    const id = row.messageIdHeader;
    const tell = (words: string): void => this.#tale.tell(`${this.name}: ${id} in ${from.path} ${words}`);
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2: {
        const flag = random.pick(flags);
        const add = random.once(2);
        tell(`${add ? '+' : '-'}${flag}`);
        await this.posthorn.call('message.setFlags', {
          messageIds,
          ...(add ? { add: [flag] } : { remove: [flag] }),
        });
        return;
      }
      case 3:
      case 4:
        tell(`→ ${to.path}`);
        await this.posthorn.call('message.move', { messageIds, folderId: to.folderId });
        return;
      case 5:
        tell(`copied to ${to.path}`);
        this.#tale.copied(id);
        await this.posthorn.call('message.copy', { messageIds, folderId: to.folderId });
        return;
      case 6:
        tell('to Trash');
        await this.posthorn.call('message.delete', { messageIds });
        return;
      default:
        tell('for good');
        this.#tale.removed.add(id);
        await this.posthorn.call('message.delete', { messageIds, permanent: true });
    }
  }

  /** Off the network no more, and nothing waits: what was refused is given up, which undoes it. */
  async comeToRest(settled: (posthorn: Headless, accountId: string) => Promise<void>): Promise<void> {
    await this.posthorn.call('connectivity.set', { online: true });
    await settled(this.posthorn, this.accountId);
    for (const op of await this.posthorn.call('journal.list')) {
      this.#tale.tell(`${this.name}: parked: ${op.sentence}: ${op.error?.detail ?? ''}`);
      await this.posthorn.call('journal.cancel', { opId: op.opId });
    }
    await settled(this.posthorn, this.accountId);
  }
}
