import * as v from 'valibot';
import { method } from '../method.ts';

/** A page of a PDF file as main had it drawn. */
export interface DrawnPdfPage {
  /** In points (1/72 inch). */
  width: number;
  height: number;
  /** WebP. */
  base64: string;
  text: string;
}

const part = { messageId: v.string(), partId: v.string() };

export const attachmentMethods = {
  'message.attachment': method<{ base64: string } | { file: string }>()({
    params: v.object({ ...part, toFile: v.optional(v.string()) }),
    doc: 'The exact bytes of one attachment, decoded.',
    returns: '{base64} or {file}',
  }),
  'message.saveAttachment': method<{ file: string | null }>()({
    params: v.object(part),
    doc: 'Saves an attachment where the user says, else under a safe, unused name in the downloads folder. Never opens it.',
    returns: '{file}; null when the user cancelled',
    only: 'window',
  }),
  'message.save': method<{ file: string | null }>()({
    params: v.object({ messageId: v.string() }),
    doc: 'Saves a message as it is, byte for byte, as an .eml file where the user says, else under a safe, unused name in the downloads folder. Fetches it when it is not here.',
    returns: '{file}; null when the user cancelled',
    only: 'window',
  }),
  'message.saveAttachments': method<{ files: string[] }>()({
    params: v.object({
      messageId: v.string(),
      toDirectory: v.optional(v.pipe(v.string(), v.minLength(1))),
      partIds: v.optional(v.pipe(v.array(v.string()), v.maxLength(10_000))),
    }),
    doc: 'Saves all attachments of a message, or those named by `partIds`, into a folder that is there (without one: the downloads folder), under safe and unused names. Replaces and opens nothing.',
    returns: '{files: [path]}, in the order of the attachments',
  }),
  'message.stopFetching': method<Record<string, never>>()({
    params: v.object({ messageId: v.string() }),
    doc: 'Stops fetching a large message (event `message.progress`): whoever waits for it gets error `cancelled`. What came is kept, also over a new start; asking again goes on from there.',
    returns: '{}',
  }),
  'message.pdfPages': method<{ total: number; pages: DrawnPdfPage[] }>()({
    params: v.object({
      ...part,
      from: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)),
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)),
    }),
    doc: 'Pages of an attached PDF file as pictures (WebP) with their words, from page `from` (0 is the first). Nothing in the file acts: no script, form, link or embedded file.',
    returns: '{total, pages: [{width, height, base64, text}]}; width and height in points',
  }),
};
