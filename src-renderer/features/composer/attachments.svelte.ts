import type { DraftSave } from '../../../src-shared/ipc/areas/sending.ts';
import type { DraftAttachment } from '../../../src-shared/ipc/areas/sending.ts';
import { formatSize } from '../../i18n/sizes.ts';
import { t } from '../../i18n/t.ts';

export type AttachmentInput = NonNullable<DraftSave['attachments']>[number];

/** Base64 of one file and the rest of a call must stay below the channel's 64 MiB. */
const largestFile = 45_000_000;
/** What most servers take, before base64. */
export const advisedTotal = 25_000_000;

export interface Attachment {
  key: number;
  filename: string;
  contentType: string;
  size: number;
  state: 'reading' | 'read' | 'kept' | 'failed';
  /** 0–100 while it is read. */
  progress: number;
  problem: string | null;
  /** How main gets it; null until it is read. */
  input: AttachmentInput | null;
}

let lastKey = 0;

/** The files of one draft: read one after the other, then kept by main under an id. */
export class Attachments {
  all = $state<Attachment[]>([]);
  readonly #changed: () => void;
  #queue: Promise<void> = Promise.resolve();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get total(): number {
    return this.all.reduce((sum, one) => sum + one.size, 0);
  }

  get reading(): boolean {
    return this.all.some((one) => one.state === 'reading');
  }

  get failed(): Attachment | null {
    return this.all.find((one) => one.state === 'failed') ?? null;
  }

  get inputs(): AttachmentInput[] {
    return this.all.flatMap((one) => (one.input === null ? [] : [one.input]));
  }

  addFiles(files: readonly File[]): void {
    for (const file of files) {
      const key = this.#push({
        filename: file.name === '' ? 'file' : file.name,
        contentType: file.type,
        size: file.size,
        state: 'reading',
        input: null,
      });
      if (file.size > largestFile) {
        this.#fail(
          key,
          t('compose.fileTooLarge', {
            name: file.name,
            size: formatSize(file.size),
            limit: formatSize(largestFile),
          }),
        );
        continue;
      }
      this.#queue = this.#queue.then(() => this.#read(key, file));
    }
  }

  /** Parts of a message we have, for forwarding. */
  addParts(
    messageId: string,
    parts: readonly { partId: string; filename: string; contentType: string; size: number }[],
  ): void {
    for (const part of parts) {
      this.#push({
        filename: part.filename,
        contentType: part.contentType,
        size: part.size,
        state: 'read',
        input: { messageId, partId: part.partId, filename: part.filename },
      });
    }
  }

  remove(key: number): void {
    this.all = this.all.filter((one) => one.key !== key);
    this.#changed();
  }

  /** What main keeps of the inputs that were sent to it, in their order. */
  kept(sent: readonly AttachmentInput[], kept: readonly DraftAttachment[]): void {
    if (sent.length !== kept.length) return;
    for (const [at, input] of sent.entries()) {
      const known = kept[at];
      // Proxies of $state differ from what was sent, so the place in the list decides.
      const mine = this.all.find((one) => one.input !== null && sameInput(one.input, input));
      if (mine === undefined || known === undefined || mine.state === 'kept') continue;
      mine.input = { attachmentId: known.attachmentId };
      mine.size = known.size;
      mine.state = 'kept';
    }
  }

  restore(kept: readonly DraftAttachment[]): void {
    this.all = kept.map((one) => {
      lastKey += 1;
      return {
        key: lastKey,
        filename: one.filename,
        contentType: one.contentType,
        size: one.size,
        state: 'kept',
        progress: 100,
        problem: null,
        input: { attachmentId: one.attachmentId },
      };
    });
  }

  #push(one: Omit<Attachment, 'key' | 'progress' | 'problem'>): number {
    lastKey += 1;
    this.all.push({ ...one, key: lastKey, progress: 0, problem: null });
    return lastKey;
  }

  #find(key: number): Attachment | undefined {
    return this.all.find((one) => one.key === key);
  }

  #fail(key: number, problem: string): void {
    const one = this.#find(key);
    if (one !== undefined) Object.assign(one, { state: 'failed', problem });
  }

  async #read(key: number, file: File): Promise<void> {
    if (this.#find(key) === undefined) return;
    try {
      const base64 = await readBase64(file, (progress) => {
        const one = this.#find(key);
        if (one !== undefined) one.progress = progress;
      });
      const one = this.#find(key);
      if (one === undefined) return;
      one.input = {
        filename: one.filename,
        base64,
        ...(one.contentType === '' ? {} : { contentType: one.contentType }),
      };
      one.state = 'read';
      this.#changed();
    } catch {
      this.#fail(key, t('compose.fileUnreadable', { name: file.name }));
    }
  }
}

function sameInput(a: AttachmentInput, b: AttachmentInput): boolean {
  if ('attachmentId' in a || 'attachmentId' in b)
    return 'attachmentId' in a && 'attachmentId' in b && a.attachmentId === b.attachmentId;
  if ('base64' in a && 'base64' in b) return a.filename === b.filename && a.base64 === b.base64;
  return 'partId' in a && 'partId' in b && a.partId === b.partId && a.messageId === b.messageId;
}

function readBase64(file: File, progress: (percent: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) progress(Math.round((event.loaded / event.total) * 100));
    };
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.onload = () => {
      const url = typeof reader.result === 'string' ? reader.result : '';
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.readAsDataURL(file);
  });
}
