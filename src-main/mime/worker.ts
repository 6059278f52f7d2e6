import { parentPort } from 'node:worker_threads';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import { TextPacker } from '../platform/pack-bytes.ts';
import { readFacts, readMail, readPart } from './read/read-mail.ts';

/** What main asks of the thread that parses strangers' mail. One question at a time. */
export type MimeQuestion =
  | { id: number; ask: 'read'; bytes: Uint8Array; headersOnly: boolean }
  | { id: number; ask: 'part'; bytes: Uint8Array; partId: string }
  /** Several messages, one behind the other. */
  | { id: number; ask: 'facts'; packed: Uint8Array; ends: number[] };
export type MimeAnswer =
  | { id: 0 }
  | { id: number; mail: ReadMail }
  | { id: number; part: Uint8Array | null }
  | { id: number; facts: MailFacts[]; texts: Uint8Array<ArrayBuffer>; ends: number[] };

/** What the list wants to know of a message. */
export type MailFacts = Pick<ReadMail, 'preview' | 'hasAttachments'>;

/** More text than this of one message is not searched. */
const longestText = 500_000;

const port = parentPort;
if (port !== null) {
  port.on('message', (question: MimeQuestion) => {
    if (question.ask === 'read') {
      port.postMessage({
        id: question.id,
        mail: readMail(question.bytes, { headersOnly: question.headersOnly }),
      } satisfies MimeAnswer);
      return;
    }
    if (question.ask === 'facts') {
      const { packed, ends } = question;
      const texts = new TextPacker(packed.length);
      const facts = ends.map((end, at) => {
        const { preview, hasAttachments, text } = readFacts(packed.subarray(ends[at - 1] ?? 0, end));
        texts.add(text.length > longestText ? text.slice(0, longestText) : text);
        return { preview, hasAttachments };
      });
      const { packed: own, ends: ownEnds } = texts.finish();
      port.postMessage({ id: question.id, facts, texts: own, ends: ownEnds } satisfies MimeAnswer, [
        own.buffer,
      ]);
      return;
    }
    const part = readPart(question.bytes, question.partId);
    // A copy of its own: what is posted must not be a window on the whole message.
    const own = part === null ? null : Uint8Array.from(part);
    port.postMessage({ id: question.id, part: own } satisfies MimeAnswer, own === null ? [] : [own.buffer]);
  });
  // Loaded: from here on the time limit counts.
  port.postMessage({ id: 0 } satisfies MimeAnswer);
}
