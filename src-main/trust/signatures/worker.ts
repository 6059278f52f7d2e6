import { parentPort } from 'node:worker_threads';
import { verifySignatures, type Signature } from './verify-signatures.ts';

/** From main: the message, then an answer to each question. */
export type ToSignatureThread =
  | { bytes: Uint8Array }
  | { id: number; records: string[][] }
  /** `code`: as node:dns has it. */
  | { id: number; code: string };
/** To main: for the TXT records of a key, then what was found. */
export type FromSignatureThread = { id: number; name: string } | { signatures: Signature[] };

const port = parentPort;
if (port !== null) {
  const waiting = new Map<number, { resolve(records: string[][]): void; reject(error: Error): void }>();
  let asked = 0;
  const askMain = (name: string): Promise<string[][]> =>
    new Promise((resolve, reject) => {
      asked++;
      waiting.set(asked, { resolve, reject });
      port.postMessage({ id: asked, name } satisfies FromSignatureThread);
    });
  port.on('message', (message: ToSignatureThread) => {
    if ('bytes' in message) {
      void verifySignatures(message.bytes, askMain).then((signatures) =>
        port.postMessage({ signatures } satisfies FromSignatureThread),
      );
      return;
    }
    const question = waiting.get(message.id);
    waiting.delete(message.id);
    if ('records' in message) question?.resolve(message.records);
    else question?.reject(Object.assign(new Error(message.code), { code: message.code }));
  });
}
