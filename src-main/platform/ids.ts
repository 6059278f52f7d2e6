import { randomBytes } from 'node:crypto';

let last = 0;

/**
 * A new id: `prefix`, 9 base-36 digits of a strictly growing time, 10 random ones. Sorts by age
 * within one run; letters and digits only, so that it can stand in file names and message ids.
 */
export function newId(prefix: string): string {
  last = Math.max(Date.now(), last + 1);
  const random = BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-10);
  return `${prefix}${last.toString(36).padStart(9, '0')}${random}`;
}
