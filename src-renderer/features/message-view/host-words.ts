import { parse } from 'tldts';

/** Endings that are no domain's but are written as if (RFC 2606, RFC 6762, RFC 7686, and what offices call their own). */
const apart = /\.(?:example|test|invalid|localhost|local|onion|internal|intranet|lan|corp)$/i;
/** A blank was forgotten behind a full stop. What ends in these is read as an address all the same. */
const nextSentence = /(?:^|\.)\p{Ll}[\p{L}\p{N}-]*\.(?!(?:Com|Net|Org)$)\p{Lu}\p{Ll}+$/u;

/**
 * Whether words with a full stop in them can be the name of a host: "bank.rs" can, "Mr.Smith" and "state.value" cannot.
 * Loaded when first asked for: the list of all endings is a tenth of the window's program.
 */
export function isHostName(words: string): boolean {
  if (apart.test(words)) return true;
  return parse(words).isIcann === true && !nextSentence.test(words);
}
