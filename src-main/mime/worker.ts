import { parentPort } from 'node:worker_threads';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import { readMail, readPart } from './read/read-mail.ts';

/** What main asks of the thread that parses strangers' mail. One question at a time. */
export type MimeQuestion =
  | { id: number; ask: 'read'; bytes: Uint8Array; headersOnly: boolean }
  | { id: number; ask: 'part'; bytes: Uint8Array; partId: string };
export type MimeAnswer = { id: 0 } | { id: number; mail: ReadMail } | { id: number; part: Uint8Array | null };

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
    const part = readPart(question.bytes, question.partId);
    // A copy of its own: what is posted must not be a window on the whole message.
    const own = part === null ? null : Uint8Array.from(part);
    port.postMessage({ id: question.id, part: own } satisfies MimeAnswer, own === null ? [] : [own.buffer]);
  });
  // Loaded: from here on the time limit counts.
  port.postMessage({ id: 0 } satisfies MimeAnswer);
}
