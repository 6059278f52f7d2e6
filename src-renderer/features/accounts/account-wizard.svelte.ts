import type { AppErrorData } from '../../../src-shared/error.ts';
import { toAppError } from '../../../src-shared/error.ts';
import type { Candidate, Discovery, TriedSource } from '../../../src-shared/ipc/areas/account.ts';
import type { AccountMode, IncomingProtocol } from '../../../src-shared/model/account.ts';
import type { MainClient } from '../../ipc/client.ts';
import { t } from '../../i18n/t.ts';
import { leaveFrom } from '../../state/leave-on-server.ts';
import { accountNameFor } from './account-name.ts';
import {
  addParams,
  domainOf,
  emptyForm,
  fillFrom,
  isAddress,
  speak,
  trust,
  type AccountForm,
} from './server-form.ts';
import { serverProblem } from '../../ui/server-place.ts';

export type WizardStep = 'address' | 'search' | 'result' | 'foreign' | 'manual' | 'mode' | 'certificate';

/** The way from an address to a kept account. No password leaves before `add`, and none goes to a foreign host unasked. */
export class AccountWizard {
  step = $state<WizardStep>('address');
  form = $state<AccountForm>(emptyForm());
  yourName = $state('');
  accountName = $state('');
  color = $state(0);
  mode = $state<AccountMode>('disconnected');
  /** What becomes of mail on the server in mode `offline`, as its choice has it. */
  leave = $state('remove');
  discovery = $state<Discovery | null>(null);
  tried = $state<TriedSource[]>([]);
  candidate = $state<Candidate | null>(null);
  busy = $state(false);
  /** What the last sign-in or search said; shown where it is mended. */
  error = $state<AppErrorData | null>(null);
  fieldProblem = $state<string | null>(null);
  #foreignAgreed = new Set<string>();
  /** A search that was left must not change the page that came after it. */
  #search = 0;
  readonly #main: MainClient;

  constructor(main: MainClient, color: number) {
    this.#main = main;
    this.color = color;
  }

  get domain(): string {
    return domainOf(this.form.address);
  }

  /** Hosts outside the address's domain that were not agreed to yet. */
  get foreignHosts(): string[] {
    const asked = new Set((this.discovery?.confirmHosts ?? []).map((host) => host.toLowerCase()));
    const used = [this.form.incoming.host, ...(this.form.receiveOnly ? [] : [this.form.outgoing.host])];
    return [
      ...new Set(
        used.filter((host) => asked.has(host.toLowerCase()) && !this.#foreignAgreed.has(host.toLowerCase())),
      ),
    ];
  }

  async search(): Promise<void> {
    if (!isAddress(this.form.address)) {
      this.fieldProblem = t('wizard.addressWrong');
      return;
    }
    const mine = ++this.#search;
    this.form.address = this.form.address.trim();
    this.fieldProblem = null;
    this.error = null;
    this.discovery = null;
    this.candidate = null;
    this.tried = [];
    this.step = 'search';
    this.busy = true;
    const stop = this.#main.on('discover.progress', (source) => {
      if (mine === this.#search)
        this.tried = [...this.tried.filter((one) => one.source !== source.source), source];
    });
    try {
      const found = await this.#main.call('account.discover', { address: this.form.address });
      if (mine !== this.#search) return;
      this.discovery = found;
      this.tried = found.tried;
      const best = found.candidates[0];
      if (best !== undefined) this.choose(best);
    } catch (thrown) {
      if (mine === this.#search) this.error = toAppError(thrown).data;
    } finally {
      stop();
      if (mine === this.#search) this.busy = false;
    }
  }

  choose(candidate: Candidate): void {
    this.candidate = candidate;
    this.form = fillFrom(this.form, candidate);
    this.error = null;
    this.step = 'result';
  }

  /** The ways to fetch mail that were found, the better one first. */
  get offeredProtocols(): IncomingProtocol[] {
    return [...new Set((this.discovery?.candidates ?? []).map(({ incoming }) => incoming.protocol))];
  }

  /** The best answer that speaks it; where none does, only the port follows. */
  speak(protocol: IncomingProtocol): void {
    if (protocol === this.form.protocol) return;
    const best = this.discovery?.candidates.find(({ incoming }) => incoming.protocol === protocol);
    if (this.step === 'result' && best !== undefined) this.choose(best);
    else this.form = speak(this.form, protocol);
  }

  /** Stops asking; discovery then answers with what it has. */
  async stopSearch(): Promise<void> {
    await this.#main.call('account.discoverAbort', {}).catch(() => undefined);
  }

  leaveSearch(): void {
    this.#search += 1;
    if (this.busy) void this.stopSearch();
    this.busy = false;
    this.step = 'address';
  }

  byHand(): void {
    this.#search += 1;
    if (this.busy) void this.stopSearch();
    this.busy = false;
    const address = this.form.address.trim();
    if (this.form.incoming.username === '') this.form.incoming.username = address;
    if (this.form.outgoing.username === '') this.form.outgoing.username = address;
    this.fieldProblem = null;
    this.step = 'manual';
  }

  /** From the page with the password on. */
  toMode(): void {
    const { incoming, outgoing, receiveOnly, sameSignIn } = this.form;
    // By hand a domain without a dot will do ("ina@nas"): nobody looks it up.
    if (!/^[^\s@<>"]+@[^\s@<>"/]+$/u.test(this.form.address.trim()))
      this.fieldProblem = t('wizard.addressWrong');
    else if (
      serverProblem(incoming, true) !== null ||
      (!receiveOnly && serverProblem(outgoing, !sameSignIn) !== null)
    ) {
      this.fieldProblem = null;
      this.step = 'manual';
      return;
    } else if (this.form.password === '' && incoming.certificate === null)
      this.fieldProblem = t('wizard.passwordMissing');
    else {
      this.fieldProblem = null;
      this.error = null;
      if (this.accountName === '') this.accountName = accountNameFor(this.form.address);
      this.step = this.foreignHosts.length > 0 ? 'foreign' : 'mode';
    }
  }

  agreeForeign(): void {
    for (const host of this.foreignHosts) this.#foreignAgreed.add(host.toLowerCase());
    this.step = 'mode';
  }

  /** Back to where servers and password stand. */
  toServers(): void {
    this.step = this.candidate === null ? 'manual' : 'result';
  }

  trustCertificate(): Promise<string | null> {
    const facts = this.error?.certificate;
    if (facts !== undefined) this.form = trust(this.form, facts);
    this.error = null;
    this.step = 'mode';
    return this.add();
  }

  /** Signs in and keeps the account: its id, or null with the reason on the page that can mend it. */
  async add(): Promise<string | null> {
    if (this.busy) return null;
    this.busy = true;
    this.error = null;
    try {
      const { accountId } = await this.#main.call('account.add', {
        ...addParams(this.form, this.yourName, this.mode),
        ...(this.mode === 'offline' ? { leaveOnServer: leaveFrom(this.leave) } : {}),
      });
      this.form.password = '';
      this.form.outgoing.password = '';
      // The account is there; a name or colour that could not be kept can be set again in the settings.
      await this.#main
        .call('account.update', {
          accountId,
          color: this.color,
          ...(this.accountName.trim() === '' ? {} : { name: this.accountName.trim() }),
        })
        .catch(() => undefined);
      return accountId;
    } catch (thrown) {
      this.error = toAppError(thrown).data;
      if (this.error.code === 'tls-certificate' && this.error.certificate !== undefined)
        this.step = 'certificate';
      else this.toServers();
      return null;
    } finally {
      this.busy = false;
    }
  }
}
