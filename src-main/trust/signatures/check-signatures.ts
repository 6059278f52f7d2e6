import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.ts';
import { organisation } from '../own-results.ts';
import { notAsked, type Signature } from './verify-signatures.ts';
import type { FromSignatureThread, ToSignatureThread } from './worker.ts';

export interface SignatureCheckOptions {
  clock: Clock;
  /** TXT records of a name. @throws as node:dns does */
  txt(name: string): Promise<string[][]>;
  log(level: 'warn', message: string): void;
}

/** The thread's start and the look-ups; a message of 50 MB is hashed within a second. */
const timeLimitMs = 15_000;
/** A sender signs once or twice. */
const mostLookUps = 4;
const keyName =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){1,20}_domainkey\.((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,20}[a-z0-9-]{2,63})$/;

/**
 * Checks the signatures of a message in a thread of its own, which ends with it: main itself parses nothing that
 * strangers sent. Of the outside only `domain` is asked, the sender's own (or one of its organisation): others could
 * not vouch for the sender, and a mail must not make us look up names of its choice. Null: it took too long or broke.
 */
export async function checkSignatures(
  bytes: Uint8Array,
  domain: string,
  { clock, txt, log }: SignatureCheckOptions,
): Promise<Signature[] | null> {
  const thread = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'posthorn-signatures',
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 12, stackSizeMb: 4 },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {},
    stdin: false,
  });
  const tell = (message: ToSignatureThread): void => thread.postMessage(message);
  let lookUps = 0;
  async function answer(id: number, name: string): Promise<void> {
    const signer = keyName.exec(name.toLowerCase())?.[1];
    if (signer === undefined || organisation(signer) !== organisation(domain) || lookUps >= mostLookUps) {
      tell({ id, code: notAsked });
      return;
    }
    lookUps++;
    try {
      tell({ id, records: await txt(name) });
    } catch (error) {
      tell({ id, code: (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN' });
    }
  }
  const found = await new Promise<Signature[] | null>((resolve) => {
    const timer = clock.setTimeout(() => end('took too long'), timeLimitMs);
    const end = (why: string): void => {
      timer.cancel();
      log('warn', `checking the signatures of a message ${why}`);
      resolve(null);
    };
    thread.on('message', (message: FromSignatureThread) => {
      if ('name' in message) {
        void answer(message.id, message.name);
        return;
      }
      timer.cancel();
      resolve(message.signatures);
    });
    thread.on('error', () => end('failed'));
    thread.on('exit', () => {
      timer.cancel();
      resolve(null);
    });
    tell({ bytes });
  });
  await thread.terminate();
  return found;
}
