import type { Dovecot } from '../../../src-main/demo/dovecot.ts';
import type { Headless } from '../../harness/headless.ts';
import { folderNamed, mail, rowsOf } from '../../integration/sync-world.ts';
import type { Random } from '../convergence/random.ts';
import { sha256 } from '../ledger.ts';
import { Possible, type Told, ToldMail } from './told.ts';

/** What the story is about: an account in disconnected mode that also sends, and one that takes its mail home. */
export interface Accounts {
  accountId: string;
  user: string;
  homeId: string;
  homeUser: string;
}

/** A refusal that is right: what was looked at had just left. */
const fair =
  /not here any more|does not exist any more|is being deleted|is not there|no such folder|There is no|already/i;

/** Somebody at the keyboard who does not wait: several things are asked for before the first is answered. */
export class Story {
  readonly #posthorn: Headless;
  readonly #dovecot: Dovecot;
  readonly #accounts: Accounts;
  readonly #random: Random;
  readonly #told: Told;
  /** One change of a mail or draft at a time, so that the last answer is the truth. */
  readonly #busy = new Set<string>();
  readonly #asked = new Set<Promise<void>>();
  /** Errors that are nobody's fair answer. */
  readonly wrong: string[] = [];
  #count = 0;
  #over = false;

  constructor(posthorn: Headless, dovecot: Dovecot, accounts: Accounts, random: Random, told: Told) {
    this.#posthorn = posthorn;
    this.#dovecot = dovecot;
    this.#accounts = accounts;
    this.#random = random;
    this.#told = told;
  }

  /** Acts on and on until `end`; at most so many questions are open at once. */
  async tellUntil(end: () => boolean): Promise<void> {
    while (!end()) {
      const asked: Promise<void> = this.#act()
        .catch((error: unknown) => {
          if (!this.#over && !fair.test(String(error))) this.wrong.push(String(error));
        })
        .finally(() => this.#asked.delete(asked));
      this.#asked.add(asked);
      if (this.#asked.size >= 6) await Promise.race(this.#asked);
    }
  }

  /** The power is gone: what is refused from now on is nobody's fault. */
  async cut(ended: Promise<unknown>): Promise<void> {
    this.#over = true;
    await ended;
    await Promise.allSettled(this.#asked);
  }

  async #act(): Promise<void> {
    const { accountId } = this.#accounts;
    this.#count += 1;
    const what = this.#random.below(20);
    if (what < 10) await this.#changeMail(what);
    else if (what < 13) await this.#write();
    else if (what < 15) await this.#send();
    else if (what === 15) await this.#mailComes();
    else if (what === 16) await this.#posthorn.call('connectivity.set', { online: !this.#random.once(3) });
    else if (what === 17) await this.#makeFolder();
    else if (what === 18) await this.#posthorn.call('test.clock', { advanceMs: 11_000 });
    else await this.#rename(accountId);
  }

  async #alone(key: string, change: () => Promise<void>): Promise<void> {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    try {
      await change();
    } finally {
      this.#busy.delete(key);
    }
  }

  async #changeMail(what: number): Promise<void> {
    const { accountId } = this.#accounts;
    const from = await folderNamed(this.#posthorn, accountId, this.#random.pick(['INBOX', 'INBOX', 'Box']));
    const box = await folderNamed(this.#posthorn, accountId, 'Box');
    const to = from.path === 'INBOX' ? box : await folderNamed(this.#posthorn, accountId, 'INBOX');
    const rows = await rowsOf(this.#posthorn, from.folderId);
    if (rows.length === 0) return;
    const { messageId, messageIdHeader: id } = this.#random.pick(rows);
    const told = this.#told.mails.get(id);
    if (told === undefined || told.loose) return;
    await this.#alone(id, async () => {
      const messageIds = [messageId];
      if (what < 4) {
        const flagged = this.#random.once(2);
        told.flagged.maybe(flagged);
        await this.#posthorn.call('message.setFlags', {
          messageIds,
          ...(flagged ? { add: ['\\Flagged'] } : { remove: ['\\Flagged'] }),
        });
        told.flagged.is(flagged);
        this.#told.tell(`${id} is ${flagged ? '' : 'not '}starred`);
      } else if (what < 8) {
        told.folder.maybe(to.path);
        await this.#posthorn.call('message.move', { messageIds, folderId: to.folderId });
        told.folder.is(to.path);
        this.#told.tell(`${id} lies in ${to.path}`);
      } else if (what === 8) {
        told.loose = true;
        told.atMost += 1;
        await this.#posthorn.call('message.copy', { messageIds, folderId: to.folderId });
        told.atLeast += 1;
        this.#told.tell(`${id} is copied`);
      } else {
        told.loose = true;
        told.atLeast -= 1;
        await this.#posthorn.call('message.delete', { messageIds, permanent: true });
        told.atMost -= 1;
        this.#told.tell(`${id} is deleted for good`);
      }
    });
  }

  async #write(): Promise<void> {
    const old = this.#random.once(2) ? [...this.#told.drafts.keys()] : [];
    const draftId = old.length === 0 ? undefined : this.#random.pick(old);
    const text = `Draft ${this.#count} ${'z'.repeat(this.#random.below(3_000))}`;
    await this.#alone(draftId ?? `new ${this.#count}`, async () => {
      const known = draftId === undefined ? undefined : this.#told.drafts.get(draftId);
      known?.maybe(text);
      const saved = await this.#posthorn.call('draft.save', {
        accountId: this.#accounts.accountId,
        ...(draftId === undefined ? {} : { draftId }),
        subject: `Draft of ${draftId ?? this.#count}`,
        text,
      });
      if (known === undefined) this.#told.drafts.set(saved.draftId, new Possible(text));
      else known.is(text);
      this.#told.tell(`draft ${saved.draftId} says ${text.slice(0, 20)}`);
    });
  }

  async #send(): Promise<void> {
    const bytes = Buffer.alloc(this.#random.below(5_000), this.#count);
    const { messageIdHeader, outboxId } = await this.#posthorn.call('message.send', {
      accountId: this.#accounts.accountId,
      to: 'zoe@example.test',
      subject: `Sent ${this.#count}`,
      text: `Words ${this.#count}`,
      ...(this.#random.once(3)
        ? { attachments: [{ filename: 'a.bin', base64: bytes.toString('base64') }] }
        : {}),
    });
    this.#told.sent.set(messageIdHeader, outboxId);
    this.#told.tell(`${messageIdHeader} is to be sent`);
  }

  async #mailComes(): Promise<void> {
    const { homeId, homeUser } = this.#accounts;
    const label = `home-${this.#count}`;
    const bytes = mail(label, { extra: 'y'.repeat(this.#random.below(4_000)) });
    this.#told.home.set(`<m${label}@sync.test>`, sha256(bytes));
    await this.#dovecot.deliver(`${homeUser}@example.test`, bytes);
    await this.#posthorn.call('sync.run', { accountId: homeId });
  }

  async #makeFolder(): Promise<void> {
    const path = `Made ${this.#count}`;
    await this.#posthorn.call('folder.create', { accountId: this.#accounts.accountId, path });
    this.#told.folders.push(path);
    this.#told.tell(`there is a folder ${path}`);
  }

  async #rename(accountId: string): Promise<void> {
    await this.#alone('account', async () => {
      const name = `Name ${this.#count}`;
      this.#told.accountName.maybe(name);
      await this.#posthorn.call('account.update', { accountId, name });
      this.#told.accountName.is(name);
    });
  }
}

/** Puts so many mails into the inbox's ledger and gives their bytes. */
export function firstMails(told: Told, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const bytes = mail(`first-${n}`);
    told.mails.set(`<mfirst-${n}@sync.test>`, new ToldMail(bytes));
    return bytes;
  });
}
