import { listOf, rawOf, type Value } from './port.ts';

/** A mod-sequence is 63 bits: it stays a decimal string. */
export function modseq(text: string): string | null {
  return /^[1-9]\d{0,18}$/.test(text) ? text : null;
}

/** RFC 8474 4: "(M2d3)", up to 255 of these characters. Anything else is no id. */
export function objectId(value: Value | undefined): string | null {
  const text = rawOf(listOf(value)[0]);
  return /^[\w-]{1,255}$/.test(text) ? text : null;
}
