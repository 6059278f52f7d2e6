import type { MessageContent } from '../../src-shared/ipc/areas/mail.ts';
import type { MailSection, ReadMail } from '../../src-shared/model/mail.ts';
import type { MimeReader } from './mime-reader.ts';
import { textBlock } from './read/text-block.ts';
import type { CleanOptions, Sanitised, Sanitiser } from './sanitiser.ts';

/** A message as the contract shows it, with the addresses of the pictures that were held back. */
export interface ShownMessage {
  content: MessageContent;
  mail: ReadMail;
  remoteUrls: string[];
}

type Piece = Pick<MailSection, 'text' | 'html'>;

/** Reads bytes in the MIME thread and cleans the HTML in its page. Never rejects on a hostile mail. */
export async function readMessage(
  bytes: Uint8Array,
  reader: MimeReader,
  sanitiser: Sanitiser,
): Promise<ShownMessage> {
  const mail = await reader.read(bytes);
  const pieces = piecesOf(mail);
  const cleaned = await cleanAll(pieces, sanitiser, { enclosed: mail.shownPictures });
  const unclean = pieces.some(({ html }, index) => html !== null && cleaned[index] === null);
  const remote = cleaned.flatMap((one) => (one === null ? [] : [one.remote]));
  return {
    mail,
    remoteUrls: [...new Set(remote.flatMap(({ urls }) => urls))],
    content: {
      headers: mail.headers,
      cc: mail.cc,
      bcc: mail.bcc,
      replyTo: mail.replyTo,
      text: mail.text,
      html: joined(pieces, cleaned),
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
        count: remote.reduce((sum, { count }) => sum + count, 0),
        hosts: [...new Set(remote.flatMap(({ hosts }) => hosts))],
        trackers: [
          ...new Map(
            remote
              .flatMap(({ trackers }) => trackers)
              .map((tracker) => [`${tracker.host} ${tracker.service ?? ''}`, tracker]),
          ).values(),
        ],
      },
      protection: mail.protection,
      sections: standsApart(mail)
        ? mail.sections.map((section, index) => ({ ...section, html: cleaned[index]?.html ?? null }))
        : [],
      report: mail.report,
      invitation: mail.invitation,
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

/** The HTML with pictures in it; `sections` as in `message.get`. `tokens`: address of a picture → where the window finds it. */
export async function withPictures(
  mail: ReadMail,
  sanitiser: Sanitiser,
  tokens: Record<string, string>,
): Promise<{ html: string | null; sections: (string | null)[] }> {
  const pieces = piecesOf(mail);
  const cleaned = await cleanAll(pieces, sanitiser, { remote: tokens, enclosed: mail.shownPictures });
  return {
    html: joined(pieces, cleaned),
    sections: standsApart(mail) ? cleaned.map((one) => one?.html ?? null) : [],
  };
}

function standsApart({ sections }: ReadMail): boolean {
  return sections.length > 1 || sections.some(({ enclosed }) => enclosed);
}

/** Each piece is cleaned by itself: a tag or comment that one leaves open ends with it. */
function piecesOf(mail: ReadMail): readonly Piece[] {
  return standsApart(mail) ? mail.sections : [{ text: mail.text, html: mail.html }];
}

async function cleanAll(
  pieces: readonly Piece[],
  sanitiser: Sanitiser,
  options: CleanOptions,
): Promise<(Sanitised | null)[]> {
  return await Promise.all(
    pieces.map(async ({ html }) => (html === null ? null : await sanitiser.clean(html, options))),
  );
}

function joined(pieces: readonly Piece[], cleaned: readonly (Sanitised | null)[]): string | null {
  if (cleaned.every((one) => one === null)) return null;
  return pieces.map(({ text }, index) => cleaned[index]?.html ?? textBlock(text)).join('\n');
}
