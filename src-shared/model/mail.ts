import type { Invitation, InvitationSource } from './invitation.ts';
import type { MailReport } from './mail-report.ts';
import type { MailAddress } from './message.ts';

/**
 * What reading a message gives. JSON-safe throughout: it crosses the worker's border and the contract.
 */

/** Everything that can be odd about a message, each with one sentence that a person can read. */
export const defectSentences = {
  'too-slow': 'This message took too long to read; only its header is shown.',
  unreadable: 'This message could not be read; only its header is shown.',
  'no-header': 'The message has no header.',
  'header-junk': 'The header has lines that are no header fields; they were skipped.',
  'header-too-large': 'The header is larger than Posthorn reads; the rest of it was left out.',
  'header-nul': 'The header has NUL characters; they were left out.',
  'header-8bit': 'The header has unencoded characters that are not UTF-8; they were guessed.',
  'header-duplicate':
    'What a message may say once stands in it several times; the first is shown, other programs may show another.',
  'header-bare-cr': 'A header field has a bare carriage return; it is read as a space.',
  'no-from': 'The message names no sender.',
  'address-odd': 'An address is written in a way that no server accepts.',
  'address-in-name': "The sender's name contains an address that is not the real one.",
  'addresses-too-many': 'There are more addresses than Posthorn shows; the rest was left out.',
  'no-date': 'The message has no date.',
  'bad-date': 'The date of the message cannot be read.',
  'boundary-missing': 'A part with several parts does not say how they are separated; it was guessed.',
  'boundary-unused': 'The separator of a part with several parts does not occur in it.',
  'multipart-unterminated': 'The mark at the end of the message is missing; it may be cut off.',
  'too-deep': 'Parts are nested deeper than Posthorn follows.',
  'too-many-parts': 'There are more parts than Posthorn follows; the rest was left out.',
  'encoding-unknown':
    'Part of the message is packed in a way that Posthorn does not know; it is shown as it is.',
  'encoding-broken': 'Part of the message is damaged; what could be read is shown.',
  'charset-unknown':
    'The text does not say in a known way which characters it is written in; they were guessed.',
  'charset-mislabelled': 'A text is in another character set than it says; it was guessed.',
  'charset-broken': 'Some characters of a text cannot be read.',
  'text-truncated': 'The text is longer than Posthorn shows; the rest can be saved as a file.',
  'html-unreadable': 'The HTML of the message could not be turned into plain text.',
  partial: 'This message was sent in pieces, of which this is one; what is in it is shown.',
  'external-body': 'A part of this message lies on another computer; Posthorn does not fetch it.',
  'calendar-unreadable': 'The calendar part of this message cannot be read; it can be saved as a file.',
  encrypted: 'This message is encrypted; Posthorn cannot decrypt it yet.',
  'filename-changed': 'The name of an attachment was changed to a safe one.',
} as const;
export type DefectCode = keyof typeof defectSentences;

export interface Defect {
  code: DefectCode;
  /** The sentence, with what it concerns when that helps. */
  detail: string;
}

/**
 * A part that somebody signed or encrypted. Nothing about it was checked: not a mark of trust, and what
 * stands beside it in the message has nothing to do with it.
 */
export interface MailProtection {
  /** The part that is signed or encrypted, "" for a message that is a multipart as a whole. */
  partId: string;
  what: 'signed' | 'encrypted';
  by: 'openpgp' | 'smime';
  /** A multipart (RFC 1847), one opaque part (RFC 8551 3), armour in a text, or a signature alone. */
  form: 'multipart' | 'opaque' | 'inline' | 'detached';
  /** All of the message is inside of it; else other parts stand beside it. */
  whole: boolean;
  /** For people. */
  sentence: string;
}

/** "This message is signed (OpenPGP); the signature was not checked." */
export function protectionSentence({
  what,
  by,
  whole,
}: Pick<MailProtection, 'what' | 'by' | 'whole'>): string {
  const name = by === 'openpgp' ? 'OpenPGP' : 'S/MIME';
  const subject = whole ? 'This message' : 'A part of this message, not all of it,';
  return what === 'signed'
    ? `${subject} is signed (${name}); Posthorn did not check the signature.`
    : `${subject} is encrypted (${name}); Posthorn cannot read it yet.`;
}

/**
 * A piece of the text that stands for itself: what one signature covers, or all outside of any. Pieces are
 * shown apart from each other, so that no style of one reaches another.
 */
export interface MailSection {
  /** Index in `protection`; null: nothing protects it. */
  protection: number | null;
  /** It is the text of a message inside of this one, shown for want of words outside of it. */
  enclosed: boolean;
  text: string;
  html: string | null;
}

export interface MailHeader {
  name: string;
  /** Unfolded, encoded words decoded, without control characters. */
  value: string;
}

export interface MailAttachment {
  /** IMAP part number ("2", "1.3"), or that and a file packed in it: "1.uu1", "1.yenc1", "2.hqx1", "3.tnef2", "4.apple1". */
  partId: string;
  /** Safe to show and to suggest for saving; never empty. */
  filename: string;
  /** Lower case, without parameters. */
  contentType: string;
  /** Decoded bytes; an estimate (±2) for base64. */
  size: number;
  disposition: 'attachment' | 'inline';
  /** Without angle brackets; null when the part has none. */
  contentId: string | null;
  /** The HTML shows it in its place: it need not be listed. */
  embedded: boolean;
}

/** A node of the MIME tree; offsets are bytes in the message (or in the decoded message around it). */
export interface MailPart {
  /** IMAP part number; "" for the message itself when it is a multipart. */
  partId: string;
  contentType: string;
  encoding: string;
  charset: string | null;
  disposition: 'attachment' | 'inline' | null;
  filename: string | null;
  contentId: string | null;
  headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  children: MailPart[];
}

export interface ReadMail {
  headers: MailHeader[];
  /** With angle brackets, "" when absent. */
  messageId: string;
  inReplyTo: string;
  /** Oldest first, with angle brackets. */
  references: string[];
  subject: string;
  from: MailAddress[];
  sender: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  /** ISO 8601 UTC; null when absent or unreadable, never "now". */
  date: string | null;
  text: string;
  /** As the sender wrote it: only the sanitiser may see it. null when the message has none. */
  html: string | null;
  attachments: MailAttachment[];
  /** Signed and encrypted parts, the outermost first. */
  protection: MailProtection[];
  /** `text` and `html` in pieces; more than one only when something is protected and something is not. */
  sections: MailSection[];
  /** What it reports about a mail that was sent; null for the mail of people. */
  report: MailReport | null;
  /** An event that it carries. */
  invitation: Invitation | null;
  /** What an answer to `invitation` repeats of it. */
  invitationSource: InvitationSource | null;
  /** Content-ID (without angle brackets) → partId of a picture. */
  inlineImages: Record<string, string>;
  /** What the HTML writes for a picture that comes with it ("cid:…", an address) → its `pictureName`. */
  shownPictures: Record<string, string>;
  /** First words for the list, at most 200 characters. */
  preview: string;
  /** Something a person would call an attachment: not embedded pictures, not signatures. */
  hasAttachments: boolean;
  defects: Defect[];
  tree: MailPart;
}
