import { toAppError } from '../../../src-shared/error.ts';
import type { MailFormat, TransferView } from '../../../src-shared/ipc/areas/transfer.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import { namesFor, type GivenFile } from './given-files.ts';
import { handOver } from './hand-over.ts';

export const isOver = ({ state }: TransferView): boolean => state !== 'running' && state !== 'paused';

/** Exports and imports as the window knows them, whether their dialog is open or not. */
export class TransferDesk {
  all = $state.raw<readonly TransferView[]>([]);
  /** Part of the chosen files that main has, 0 to 1; null while none are on their way. */
  receiving = $state<number | null>(null);
  problem = $state<string | null>(null);
  /** Whoever looks at the list need not be told of what ends in it. */
  watched = false;
  readonly #app: AppState;
  #stop: AbortController | null = null;

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Follows main until what is returned is called. */
  follow(): () => void {
    void this.attempt(async () => {
      this.all = await this.#app.main.call('transfer.list', {});
    });
    return this.#app.main.on('transfer.changed', ({ transfers }) => {
      const ran = new Set(this.all.filter((one) => !isOver(one)).map(({ transferId }) => transferId));
      this.all = transfers;
      if (this.watched) return;
      for (const one of transfers)
        if (ran.has(one.transferId) && (one.state === 'done' || one.state === 'failed'))
          this.#app.toasts.show(one.sentences.join(' '), { kind: one.state === 'done' ? 'plain' : 'bad' });
    });
  }

  /** Null: the user gave up choosing a place, or it failed and `problem` says why. */
  async exportTo(folderId: string, format: MailFormat): Promise<string | null> {
    return await this.attempt(
      async () => (await this.#app.main.call('transfer.exportTo', { folderId, format })).transferId,
    );
  }

  /** Null: it was stopped, or it failed and `problem` says why. */
  async importFrom(
    folderId: string,
    format: MailFormat,
    files: readonly GivenFile[],
  ): Promise<string | null> {
    const given = namesFor(format, files);
    if (given.length === 0) {
      this.problem = t('transfer.noFiles');
      return null;
    }
    const stop = new AbortController();
    this.#stop = stop;
    this.receiving = 0;
    try {
      return await this.attempt(async () => {
        const { main } = this.#app;
        const uploadId = await handOver(main, given, (share) => (this.receiving = share), stop.signal);
        return (await main.call('transfer.importReceived', { uploadId, folderId, format })).transferId;
      }, stop.signal);
    } finally {
      this.receiving = null;
      this.#stop = null;
    }
  }

  stopReceiving(): void {
    this.#stop?.abort();
  }

  /** Stops what runs, dismisses what is over. */
  async cancel(transferId: string): Promise<void> {
    await this.attempt(() => this.#app.main.call('transfer.cancel', { transferId }));
  }

  async attempt<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | null> {
    this.problem = null;
    try {
      return await work();
    } catch (thrown) {
      if (signal?.aborted === true) return null;
      const { detail } = toAppError(thrown).data;
      this.problem = detail;
      if (!this.watched) this.#app.toasts.show(detail, { kind: 'bad' });
      return null;
    }
  }
}
