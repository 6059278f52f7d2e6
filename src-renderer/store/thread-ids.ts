import { canonicalMessageId } from '../../src-shared/text/message-ids.ts';

/** Where hashing stands: two numbers of 32 bits. */
interface Mixing {
  a: number;
  b: number;
}

const begun: Mixing = { a: 0xdeadbeef, b: 0x41c6ce57 };

function mix({ a, b }: Mixing, text: string): Mixing {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return { a, b };
}

let lastAccount = '';
let afterAccount: Mixing = begun;

/**
 * A number of 53 bits (cyrb53) from "account⏎id"; two different Message-IDs of 10 M meet with p ≈ 0.5 %. The account's
 * part is mixed once for all rows of a batch.
 */
export function idHash(accountId: string, messageIdHeader: string): number {
  const id = canonicalMessageId(messageIdHeader);
  if (accountId !== lastAccount) {
    afterAccount = mix(begun, `${accountId}\n`);
    lastAccount = accountId;
  }
  return finish(mix(afterAccount, id));
}

function finish({ a, b }: Mixing): number {
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** A thousand references are a way to make us slow; these many are kept, oldest first and newest. */
const maxReferences = 40;

/**
 * Hashes of the Message-IDs that a message points to. The account is part of every hash, so that
 * conversations of two accounts never become one.
 */
export function referenceHashes(
  accountId: string,
  references: readonly string[],
  inReplyTo: string,
): number[] {
  const ids =
    references.length > maxReferences
      ? [...references.slice(0, 10), ...references.slice(10 - maxReferences)]
      : references;
  const hashes = new Set<number>();
  for (const id of ids) if (id !== '') hashes.add(idHash(accountId, id));
  if (inReplyTo !== '' && inReplyTo !== ids.at(-1)) hashes.add(idHash(accountId, inReplyTo));
  return [...hashes];
}
