import { AppError } from '../../../src-shared/error.ts';
import { diskFilename } from '../../../src-shared/text/safe-filename.ts';
import type { MimeReader } from '../../mime/mime-reader.ts';
import type { PdfPages } from '../../mime/pdf-pages.ts';
import { saveInto, saveToDownloads, saveToFile } from '../../platform/save-file.ts';
import type { Shell } from '../../shell/shell.ts';
import type { Engines } from '../../sync/engines.ts';
import type { MessageSource } from '../message-source.ts';
import type { Handlers } from '../serve.ts';

export interface AttachmentHandlerPorts {
  source: MessageSource;
  reader: MimeReader;
  pdfPages: PdfPages;
  engines: Pick<Engines, 'all'>;
  shell: Pick<Shell, 'askSavePath'>;
}

export type AttachmentHandlers = Pick<
  Handlers,
  | 'message.attachment'
  | 'message.save'
  | 'message.saveAttachment'
  | 'message.saveAttachments'
  | 'message.stopFetching'
  | 'message.pdfPages'
>;

export function attachmentHandlers({
  source,
  reader,
  pdfPages,
  engines,
  shell,
}: AttachmentHandlerPorts): AttachmentHandlers {
  async function partOf(messageId: string, partId: string): Promise<{ bytes: Uint8Array; filename: string }> {
    const row = await source.rowOf(messageId);
    const first = await source.partsFirst(row);
    // A part that waits comes by itself, everything else of such a message is here; whole where that cannot be.
    const waits = first?.waiting.has(partId) === true;
    const alone = waits ? await source.partAlone(row, partId) : null;
    const whole = first !== null && waits === (alone !== null) ? null : (await source.shownOf(row)).bytes;
    const raw = whole ?? first?.bytes ?? Buffer.alloc(0);
    const mail = await reader.read(raw);
    const attachment = mail.attachments.find((part) => part.partId === partId);
    const bytes =
      whole === null && alone !== null ? await reader.part(alone, '1') : await reader.part(raw, partId);
    if (bytes === null)
      throw new AppError({
        code: 'not-found',
        scope: 'message',
        next: 'tell-user',
        detail: `That attachment cannot be read, or the message does not have it (its number is ${partId}).`,
      });
    return { bytes, filename: attachment?.filename ?? `part-${partId}` };
  }

  async function saveAsked(name: string, bytes: Uint8Array): Promise<{ file: string | null }> {
    const chosen = await shell.askSavePath(name);
    if (chosen === null) return { file: null };
    if (chosen === undefined) return { file: await saveToDownloads(name, bytes) };
    await saveToFile(chosen, bytes);
    return { file: chosen };
  }

  return {
    'message.attachment': async ({ messageId, partId, toFile }) => {
      const { bytes } = await partOf(messageId, partId);
      if (toFile === undefined) return { base64: Buffer.from(bytes).toString('base64') };
      await saveToFile(toFile, bytes);
      return { file: toFile };
    },
    'message.saveAttachment': async ({ messageId, partId }) => {
      const { bytes, filename } = await partOf(messageId, partId);
      return await saveAsked(diskFilename(filename), bytes);
    },
    'message.save': async ({ messageId }) => {
      const row = await source.rowOf(messageId);
      return await saveAsked(
        `${diskFilename(row.subject.slice(0, 80), 'message')}.eml`,
        await source.bytesOf(row),
      );
    },
    'message.saveAttachments': async ({ messageId, toDirectory, partIds }) => {
      const { bytes: raw } = await source.shownOf(await source.rowOf(messageId));
      const mail = await reader.read(raw);
      const files: string[] = [];
      for (const { partId, filename, embedded } of mail.attachments) {
        if (partIds === undefined ? embedded : !partIds.includes(partId)) continue;
        const bytes = await reader.part(raw, partId);
        if (bytes === null) continue;
        const name = diskFilename(filename);
        files.push(
          toDirectory === undefined
            ? await saveToDownloads(name, bytes)
            : await saveInto(toDirectory, name, bytes),
        );
      }
      return { files };
    },
    'message.stopFetching': ({ messageId }) => {
      for (const engine of engines.all()) engine.stopFetching(messageId);
      return Promise.resolve({});
    },
    'message.pdfPages': async ({ messageId, partId, from, count }) =>
      await pdfPages.draw((await partOf(messageId, partId)).bytes, from, count),
  };
}
