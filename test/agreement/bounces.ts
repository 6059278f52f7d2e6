import { readMail } from '../../src-main/mime/read/read-mail.ts';
import { corpusMails } from './corpora.ts';

/** Actions that need no reason. */
const good = new Set(['delivered', 'relayed', 'expanded', 'read']);

/** Reads the bounces of sisimai-bounces: `told` give each recipient's address with the reason in words. */
export function readBounces(): { mails: number; told: number; untold: string[]; mistaken: string[] } {
  const untold: string[] = [];
  const mistaken: string[] = [];
  let mails = 0;
  for (const { path, source, bytes } of corpusMails()) {
    if (source !== 'sisimai-bounces' || path.includes('/mailbox/size-')) continue;
    const { report } = readMail(bytes);
    if (path.includes('is-not-bounce')) {
      if (report !== null) mistaken.push(path);
      continue;
    }
    mails++;
    const told = report?.recipients.every(
      ({ address, reason, action }) =>
        /^[^\s@]+@[^\s@]+$/.test(address) && (reason !== null || good.has(action)),
    );
    if (told !== true) untold.push(path);
  }
  return { mails, told: mails - untold.length, untold, mistaken };
}
