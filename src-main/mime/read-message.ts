import type { MessageContent } from '../../src-shared/ipc/areas/mail.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MimeReader } from './mime-reader.ts';
import type { Sanitiser } from './sanitiser.ts';

/** A message as the contract shows it, with the addresses of the pictures that were held back. */
export interface ShownMessage {
  content: MessageContent;
  mail: ReadMail;
  remoteUrls: string[];
}

/** Reads bytes in the MIME thread and cleans the HTML in its page. Never rejects on a hostile mail. */
export async function readMessage(
  bytes: Uint8Array,
  reader: MimeReader,
  sanitiser: Sanitiser,
): Promise<ShownMessage> {
  const mail = await reader.read(bytes);
  const clean = mail.html === null ? null : await sanitiser.clean(mail.html);
  const unclean = mail.html !== null && clean === null;
  return {
    mail,
    remoteUrls: clean?.remote.urls ?? [],
    content: {
      headers: mail.headers,
      cc: mail.cc,
      bcc: mail.bcc,
      replyTo: mail.replyTo,
      text: mail.text,
      html: clean?.html ?? null,
      attachments: mail.attachments.map(
        ({ partId, filename, contentType, size, disposition, contentId, embedded }) => ({
          partId,
          filename,
          contentType,
          size,
          disposition,
          contentId,
          embedded,
        }),
      ),
      remoteImages: {
        count: clean?.remote.count ?? 0,
        hosts: clean?.remote.hosts ?? [],
        trackers: clean?.remote.trackers ?? [],
      },
      protection: mail.protection,
      report: mail.report,
      inReplyTo: mail.inReplyTo,
      references: mail.references,
      defects: unclean
        ? [
            ...mail.defects,
            {
              code: 'html-unsafe',
              detail: 'The HTML of this message could not be made safe in time; its text is shown instead.',
            },
          ]
        : mail.defects,
    },
  };
}
