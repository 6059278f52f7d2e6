import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import type { MailAddress, MessageRow } from '../../../src-shared/model/message.ts';
import { printedDate, writtenAt } from '../../i18n/dates.ts';
import { formatSize } from '../../i18n/sizes.ts';
import { t } from '../../i18n/t.ts';
import { printDocument, type PrintedMessage } from '../../message-html/print-document.ts';
import { preparePrintFrame, type PrintedPiece } from '../../message-html/print-frame.ts';
import { textToHtml } from '../../message-html/text-to-html.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { Look } from '../../state/reader.svelte.ts';
import { enclosedPictures } from './enclosed-pictures.ts';
import { whenHere } from './invitation-words.ts';
import { isEmptyHtml, isUnreadable, listedFiles, messagePieces } from './message-pieces.ts';
import { reportSentence } from './report-words.ts';
import { toldDefects } from './told-defects.ts';
import { loudWarnings } from './trust-words.ts';

/** The frame whose dialog is open, or being made. */
let underWay: Promise<void> = Promise.resolve();
let shown: HTMLIFrameElement | null = null;

/** Prints the unfolded messages of the conversation that is read, in its order, in a document of their own. */
export function printOpenMessages(app: AppState): Promise<void> {
  underWay = underWay.then(() => app.attempt(() => print(app)).then(() => undefined));
  return underWay;
}

async function print(app: AppState): Promise<void> {
  const { reader } = app;
  const { chosen } = reader;
  if (chosen === null) return;
  const rows = reader.rows.filter(({ messageId }) => reader.unfolded.has(messageId));
  const parts = await Promise.all((rows.length === 0 ? [chosen] : rows).map((row) => printed(app, row)));
  const frame = await preparePrintFrame(
    printDocument({
      subject: subjectOf(app, chosen) || t('list.noSubject'),
      messages: parts.map(({ message }) => message),
      origin: location.origin,
    }),
    parts.flatMap(({ pieces }) => pieces),
  );
  shown?.remove();
  shown = frame;
  const view = frame.contentWindow;
  // Taken away in a task of its own: the browser is not done with the document while it tells of it.
  view?.addEventListener('afterprint', () => setTimeout(() => frame.remove()), { once: true });
  view?.print();
}

function subjectOf(app: AppState, row: MessageRow): string {
  const loaded = app.reader.loaded[row.messageId];
  return loaded?.state === 'ready' ? loaded.message.subject : row.subject;
}

async function printed(
  app: AppState,
  row: MessageRow,
): Promise<{ message: PrintedMessage; pieces: PrintedPiece[] }> {
  const loaded = app.reader.loaded[row.messageId];
  const read =
    loaded?.state === 'ready'
      ? loaded.message
      : await app.main.call('message.get', { messageId: row.messageId }).catch(() => null);
  if (read === null) {
    const message = { rows: headRows(row, null), notes: [t('reader.failed')], pieces: [] };
    return { message, pieces: [] };
  }
  // What is odd about the sender belongs on the paper that somebody acts by.
  const trust = await app.main.call('message.trust', { messageId: row.messageId }).catch(() => null);
  const look = app.reader.looks.get(row.messageId);
  const pieces = isUnreadable(read) ? [] : messagePieces(read, look?.withImages ?? null);
  const pictures = await enclosedPictures(app.main, read);
  return {
    message: {
      rows: headRows(row, read),
      notes: [...trustNotes(trust, read), ...notesOf(read), ...lackNotes(read, look)],
      pieces,
    },
    pieces: pieces.map((piece) => {
      const { html, text } = piece;
      return html !== null && look?.asText !== true && !isEmptyHtml(piece)
        ? { html, pictures }
        : { html: textToHtml(text.trim() === '' ? t('reader.noText') : text) };
    }),
  };
}

const person = ({ name, address }: MailAddress): string =>
  name === '' ? address : address === '' ? name : `${name} <${address}>`;
const people = (all: readonly MailAddress[]): string => all.map(person).join(', ');

function headRows(row: MessageRow, read: FullMessage | null): { name: string; text: string }[] {
  const files = read === null ? [] : listedFiles(read);
  const head = read ?? row;
  return [
    { name: t('reader.rowFrom'), text: head.from.length === 0 ? t('list.noSender') : people(head.from) },
    { name: t('reader.rowTo'), text: people(head.to) },
    { name: t('reader.rowCc'), text: people(read?.cc ?? []) },
    { name: t('reader.rowBcc'), text: people(read?.bcc ?? []) },
    { name: t('reader.rowReplyTo'), text: people(read?.replyTo ?? []) },
    { name: t('reader.rowDate'), text: writtenAt(head.sentAt, row, printedDate) },
    {
      name: t('reader.attachments'),
      text: files.map(({ filename, size }) => `${filename} (${formatSize(size)})`).join(', '),
    },
  ].filter(({ text }) => text !== '');
}

/** As over the message itself. */
function trustNotes(trust: MessageTrust | null, read: FullMessage): string[] {
  if (trust === null) return [];
  return [
    ...(trust.verdict === 'failed' ? [`${trust.sentence}. ${trust.reason}`] : []),
    ...loudWarnings(trust, read).map(({ detail }) => detail),
  ];
}

/** What the reader's cards and notes say; what can only be pressed is left out. */
function notesOf({ protection, report, invitation }: FullMessage): string[] {
  return [
    ...protection.map(({ sentence }) => sentence),
    ...(report?.recipients.map(reportSentence) ?? []),
    ...(invitation === null
      ? []
      : [
          [invitation.summary, invitation.sentence, whenHere(invitation).here, invitation.place]
            .filter((words) => words !== '')
            .join(' · '),
        ]),
  ];
}

/** Who reads the paper must know that something is not on it. */
function lackNotes(read: FullMessage, look: Look | undefined): string[] {
  const { words, damaged } = toldDefects(read);
  const held = read.html !== null && look?.asText !== true && (look?.withImages ?? null) === null;
  return [
    words === '' ? '' : damaged ? `${t('reader.damaged')} ${words}` : words,
    held && read.remoteImages.count > 0 ? t('reader.images', { count: read.remoteImages.count }) : '',
  ].filter((note) => note !== '');
}
