import { makeFromLine } from './from-line.ts';

/** How an mbox file marks lines of a message that begin with "From ". */
export type MboxVariant =
  /** Every such line, quoted or not, gets one more ">": nothing is lost. What we write. */
  | 'mboxrd'
  /** Only "From " itself gets one: ">From " may have been either. */
  | 'mboxo'
  /** As mboxo, with the length of the body in Content-Length. */
  | 'mboxcl'
  /** The length alone; no line is changed. */
  | 'mboxcl2';

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/**
 * One message as an mboxrd file has it, with its From_ line and the empty line at its end. Line ends become LF, as
 * RFC 4155 and every program of the kind want; `readBack` makes CRLF of them again, so that nothing that a mail server
 * gave is lost. A message without a line end at its end gets one.
 */
export function mboxEntry(bytes: Uint8Array, sender: string, at: number): Buffer {
  const text = latin1(bytes)
    .replaceAll('\r\n', '\n')
    .replace(/(^|\n)(>*From )/g, '$1>$2');
  return Buffer.from(`${makeFromLine(sender, at)}\n${text}${text.endsWith('\n') ? '' : '\n'}\n`, 'latin1');
}

/** The message of an mbox file, without its From_ line and the empty line at its end: marks taken off, CRLF. */
export function readBack(bytes: Uint8Array, variant: MboxVariant): Buffer {
  let text = latin1(bytes);
  if (variant === 'mboxrd') text = text.replace(/(^|\n)>(>*From )/g, '$1$2');
  else if (variant !== 'mboxcl2') text = text.replace(/(^|\n)>(From )/g, '$1$2');
  return Buffer.from(crlf(text), 'latin1');
}

/** As IMAP wants messages: every line ends with CRLF. A CR by itself is left as it is. */
export function withCrlf(bytes: Uint8Array): Buffer {
  return Buffer.from(crlf(latin1(bytes)), 'latin1');
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** Whether a message comes back from an mbox file byte for byte: CRLF throughout, and at its end. */
export function survivesMbox(bytes: Uint8Array): boolean {
  const text = latin1(bytes);
  return text.endsWith('\r\n') && !/(^|[^\r])\n|\r\r\n/.test(text);
}
