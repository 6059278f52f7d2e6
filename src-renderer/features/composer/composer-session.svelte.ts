import { toAppError } from '../../../src-shared/error.ts';
import type { Params } from '../../../src-shared/ipc/contract.ts';
import type { MainClient } from '../../ipc/client.ts';
import {
  addRecipients,
  formatAddress,
  parseAddressList,
  sameAddress,
  type Recipient,
} from './address-list.ts';
import type { Sender } from './answering.ts';
import { Attachments } from './attachments.svelte.ts';
import { SaveSoon } from './save-soon.ts';
import type { SessionStart } from './session-start.ts';
import { signInConverted, swapHtmlSignature, swapTextSignature } from './signature.ts';
import { htmlForMail, textToHtml } from './text-body.ts';
import type { WarningId } from './warnings.ts';

export type Field = 'to' | 'cc' | 'bcc';

/** One message being written: what it holds, when it was kept, and how it leaves. */
export class ComposerSession {
  sender = $state.raw<Sender>() as Sender;
  to = $state.raw<Recipient[]>([]);
  cc = $state.raw<Recipient[]>([]);
  bcc = $state.raw<Recipient[]>([]);
  subject = $state('');
  rich = $state(true);
  text = $state('');
  html = $state('');
  /** Counts what the session itself put into the body: then the editor reads it anew. */
  bodyVersion = $state(0);
  showsCc = $state(false);
  showsBcc = $state(false);
  /** A report is asked for when it is delivered, not only when it is not. */
  wantsReport = $state(false);
  savedAt = $state<number | null>(null);
  saving = $state(false);
  dirty = $state(false);
  saveProblem = $state<string | null>(null);
  sending = $state(false);
  problem = $state<string | null>(null);
  fromNoticeClosed = $state(false);
  readonly attachments = new Attachments(() => this.changed());
  readonly warned = new Set<WarningId>();
  readonly inReplyTo: string | null;
  readonly forwardOf: string | null;
  readonly expectedFrom: string | null;
  readonly list: string | null;
  draftId: string | null;
  readonly #main: MainClient;
  readonly #worthKeeping: boolean;
  #touched = false;
  #version = 0;
  readonly #soon = new SaveSoon(() => void this.save());
  #queue: Promise<boolean> = Promise.resolve(true);
  #closed = false;
  #closing = false;

  constructor(main: MainClient, start: SessionStart) {
    this.#main = main;
    this.sender = start.sender;
    this.to = start.to ?? [];
    this.cc = start.cc ?? [];
    this.bcc = start.bcc ?? [];
    this.showsCc = this.cc.length > 0;
    this.showsBcc = this.bcc.length > 0;
    this.subject = start.subject ?? '';
    this.wantsReport = start.wantsReport ?? false;
    this.rich = start.rich;
    this.text = start.text;
    this.html = start.html;
    this.inReplyTo = start.inReplyTo ?? null;
    this.forwardOf = start.forwardOf ?? null;
    this.draftId = start.draftId ?? null;
    this.savedAt = start.savedAt === undefined ? null : Date.parse(start.savedAt);
    this.problem = start.problem ?? null;
    this.expectedFrom = start.expectedFrom ?? null;
    this.list = start.list ?? null;
    this.#worthKeeping = start.worthKeeping ?? false;
  }

  get recipients(): Recipient[] {
    return [...this.to, ...this.cc, ...this.bcc];
  }

  get invalid(): number {
    return this.recipients.filter((one) => !one.valid).length;
  }

  setField(field: Field, value: Recipient[]): void {
    this[field] = value;
    this.changed();
  }

  add(field: Field, text: string): void {
    this.setField(field, addRecipients(this[field], parseAddressList(text)));
  }

  remove(field: Field, one: Recipient): void {
    this.setField(
      field,
      this[field].filter((other) => !sameAddress(other, one)),
    );
  }

  moveToBcc(): void {
    this.bcc = addRecipients(this.bcc, [...this.to, ...this.cc]);
    this.to = [];
    this.cc = [];
    this.showsBcc = true;
    this.changed();
  }

  /** Another sender brings another signature. */
  setSender(next: Sender): void {
    const before = this.sender.identity.signature;
    const after = next.identity.signature;
    this.sender = next;
    if (before !== after) {
      this.html = swapHtmlSignature(this.html, after);
      this.text = swapTextSignature(this.text, before, after);
      this.bodyVersion += 1;
    }
    this.changed();
  }

  /** Every word goes over: the editor keeps `text` beside `html` all the time. */
  setRich(rich: boolean): void {
    if (rich === this.rich) return;
    if (rich) this.html = signInConverted(textToHtml(this.text), this.sender.identity.signature);
    this.rich = rich;
    this.bodyVersion += 1;
    this.changed();
  }

  setWantsReport(wanted: boolean): void {
    this.wantsReport = wanted;
    this.changed();
  }

  changed(): void {
    this.#touched = true;
    this.#version += 1;
    this.dirty = true;
    if (!this.#closed) this.#soon.begin();
  }

  /** True when everything is kept. Saves follow one another; a later one never overtakes. */
  save(): Promise<boolean> {
    this.#soon.stop();
    this.#queue = this.#queue.then(() => this.#save());
    return this.#queue;
  }

  async #save(): Promise<boolean> {
    if (!this.dirty) return true;
    const version = this.#version;
    const entries = this.#entries();
    this.saving = true;
    try {
      const kept = await this.#main.call('draft.save', this.#closing ? { ...entries, close: true } : entries);
      this.draftId = kept.draftId;
      this.savedAt = Date.now();
      this.saveProblem = null;
      this.attachments.kept(entries.attachments ?? [], kept.attachments);
      if (version === this.#version) this.dirty = false;
      return !this.dirty;
    } catch (thrown) {
      this.saveProblem = toAppError(thrown).data.detail;
      if (!this.#closed) this.#soon.begin();
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** Keeps it when there is something to keep. False: it could not be kept and must stay open. */
  async close(): Promise<boolean> {
    const worth = this.#worthKeeping || this.#touched || this.draftId !== null;
    if (worth && !this.#touched && this.draftId === null) this.changed();
    if (worth) {
      // The last save says so: main then puts the copy into the Drafts folder at once.
      this.#closing = true;
      if (this.#touched) this.dirty = true;
      // A change can come in while a save is under way.
      while (this.dirty) {
        if ((await this.save()) || this.saveProblem === null) continue;
        this.#closing = false;
        return false;
      }
    }
    this.end();
    return true;
  }

  /** No timer of this session runs on. */
  end(): void {
    this.#closed = true;
    this.#soon.stop();
  }

  reopen(): void {
    this.#closed = false;
    this.#closing = false;
    if (this.dirty) this.changed();
  }

  get isKept(): boolean {
    return this.draftId !== null;
  }

  /** Hands it to the outbox, for `sendAt` when that is given; rejects with AppError, and the draft stays. */
  async send(undoSeconds: number, sendAt: number | null): Promise<{ outboxId: string }> {
    this.#soon.stop();
    await this.#queue;
    this.sending = true;
    try {
      const sent = await this.#main.call('message.send', {
        ...this.#entries(),
        ...(undoSeconds > 0 && sendAt === null ? { undoSeconds } : {}),
        ...(sendAt === null ? {} : { sendAt: new Date(sendAt).toISOString() }),
      });
      this.end();
      this.dirty = false;
      return sent;
    } catch (thrown) {
      void this.save();
      throw thrown;
    } finally {
      this.sending = false;
    }
  }

  #entries(): Params<'draft.save'> {
    return {
      ...(this.draftId === null ? {} : { draftId: this.draftId }),
      accountId: this.sender.account.accountId,
      identityId: this.sender.identity.identityId,
      to: this.to.map(formatEntry),
      cc: this.cc.map(formatEntry),
      bcc: this.bcc.map(formatEntry),
      subject: this.subject,
      text: this.text,
      html: this.rich ? htmlForMail(this.html) : null,
      attachments: $state.snapshot(this.attachments.inputs),
      dsn: this.wantsReport ? 'delivery' : 'failure',
      ...(this.inReplyTo === null ? {} : { inReplyTo: this.inReplyTo }),
      ...(this.forwardOf === null ? {} : { forwardOf: this.forwardOf }),
    };
  }
}

const formatEntry = (one: Recipient): string => (one.valid ? formatAddress(one) : one.address);
