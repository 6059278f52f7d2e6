import type { FullMessage, MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import { shownInPlace } from './enclosed-pictures.ts';
import { captionOf, shownAsCard } from './protection-words.ts';

/** One run of a message's text that must not mix with the others. */
export interface MessagePiece {
  /** What is said over it; null where the message is one piece. */
  caption: string | null;
  text: string;
  html: string | null;
}

/** The text in its pieces; `withImages` with its remote pictures in it, null as it came. */
export function messagePieces(
  message: FullMessage,
  withImages: { html: string; sections: (string | null)[] } | null,
): MessagePiece[] {
  return message.sections.length === 0
    ? [{ caption: null, text: textOf(message), html: withImages?.html ?? message.html }]
    : message.sections.map((section, index) => ({
        caption: captionOf(message, section),
        text: section.text,
        html: withImages?.sections[index] ?? section.html,
      }));
}

/** An invitation may be all that a mail holds: what it says of its event is then its text. */
function textOf({ text, html, invitation }: FullMessage): string {
  return text.trim() === '' && html === null && invitation !== null ? invitation.description : text;
}

const pictures = /<img\b|<hr\b|url\(|\bbackground=|\bbgcolor=/i;
/** Behind a tag a letter that is seen: no blank of any kind, nothing without width. */
const words =
  /(?:^|>)(?:[\s\u00ad\u200b-\u200f\ufeff]|&nbsp;)*(?:[^<\s&\u00ad\u200b-\u200f\ufeff]|&(?!nbsp;))/;

/**
 * HTML that shows neither words nor pictures: an empty sheet would look as if something were missing. There may be words
 * all the same, in the plain text or in what a browser does not show (a comment that is never closed, a title).
 */
export function isEmptyHtml({ text, html }: MessagePiece): boolean {
  if (html === null || pictures.test(html)) return false;
  return text.trim() === '' || !words.test(html.replace(/^<style>[^]*?<\/style>/, ''));
}

/** The text is what cannot be read: letters that only another program makes words of. */
export function isUnreadable({ protection }: FullMessage): boolean {
  return protection.some(({ what, form, whole }) => what === 'encrypted' && whole && form === 'inline');
}

/** The attachments that are listed: no card stands for them, and the text does not show them in their place. */
export function listedFiles(message: FullMessage): MessagePart[] {
  const asCards = shownAsCard(message);
  const inPlace = shownInPlace(message);
  return message.attachments.filter(
    (part) => !asCards.has(part.partId) && !inPlace(part) && !isListedTwice(message, part),
  );
}

const calendarFile = /^(?:text\/calendar|application\/ics)$/;

/** Calendars send an invitation once for programs and once more as a file: the file is listed, a card stands for it. */
function isListedTwice({ invitation, attachments }: FullMessage, part: MessagePart): boolean {
  return (
    part.partId === invitation?.partId &&
    attachments.some(
      (other) =>
        other.partId !== part.partId &&
        calendarFile.test(other.contentType) &&
        // The ends of lines may differ.
        Math.abs(other.size - part.size) < 0.1 * part.size,
    )
  );
}
