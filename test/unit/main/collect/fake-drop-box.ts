import type { DropBox, DropBoxEntry } from '../../../../src-main/backends/drop-box.ts';
import { AppError } from '../../../../src-shared/error.ts';

export interface Dropped {
  key: string | null;
  text: string;
  /** The server does not give it. */
  poison?: boolean;
}

/** A maildrop in memory: what is marked goes with `commit` alone. */
export class FakeDropBox implements DropBox {
  mails: Dropped[] = [];
  downloads = 0;
  top = true;
  /** Put before what is given whole, and not before what TOP gives. */
  added = '';
  /** Thrown instead of the answer to `commit`; `after`: once everything was removed. */
  lost: 'before' | 'after' | null = null;

  texts(): string[] {
    return this.mails.map(({ text }) => text);
  }

  open() {
    const listed = [...this.mails];
    const at = (handle: number): Dropped => listed[handle - 1] ?? { key: null, text: '' };
    const marked = new Set<Dropped>();
    return Promise.resolve({
      list: () =>
        Promise.resolve(
          listed.map(({ key, text }, i): DropBoxEntry => ({ key, handle: i + 1, size: text.length })),
        ),
      top: (handle: number) =>
        Promise.resolve(this.top ? Buffer.from(at(handle).text.split('\r\n\r\n', 1).join('')) : null),
      retrieve: async (handle: number, onChunk: (chunk: Uint8Array) => Promise<void>) => {
        this.downloads += 1;
        if (at(handle).poison === true)
          throw new AppError({ code: 'refused', scope: 'message', next: 'tell-user', detail: 'No.' });
        await onChunk(Buffer.from(this.added + at(handle).text));
      },
      remove: (handles: readonly number[]) => {
        for (const handle of handles) marked.add(at(handle));
        return Promise.resolve();
      },
      commit: () => {
        const error = new AppError({ code: 'connection-lost', scope: 'account', next: 'retry', detail: 'x' });
        if (this.lost === 'before') return Promise.reject(error);
        this.mails = this.mails.filter((mail) => !marked.has(mail));
        return this.lost === 'after' ? Promise.reject(error) : Promise.resolve();
      },
      abandon: () => undefined,
    });
  }
}
