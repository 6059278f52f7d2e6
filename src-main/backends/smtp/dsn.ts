/** Delivery reports that are asked for (RFC 3461). */
export interface DsnRequest {
  wish: 'never' | 'failure' | 'delivery';
  /** Printable ASCII, at most 100 characters; null: none. */
  envelopeId: string | null;
}

const notify: Readonly<Record<DsnRequest['wish'], string>> = {
  never: 'NEVER',
  failure: 'FAILURE,DELAY',
  delivery: 'SUCCESS,FAILURE,DELAY',
};

/** For MAIL FROM. Only headers come back: the mail itself is here. */
export function senderParameters({ envelopeId }: DsnRequest): string[] {
  return ['RET=HDRS', ...(envelopeId === null ? [] : [`ENVID=${xtext(envelopeId)}`])];
}

/** For RCPT TO: which reports, and the address as we wrote it, so that a report about a forwarding can be told. */
export function recipientParameters({ wish }: DsnRequest, address: string): string[] {
  const ascii = /^[\u0020-\u007e]+$/.test(address);
  // RFC 6533 3: addresses with letters outside of ASCII have a type of their own.
  const original = ascii ? `rfc822;${xtext(address)}` : `utf-8;${utf8Address(address)}`;
  return [`NOTIFY=${notify[wish]}`, ...(original.length <= 500 ? [`ORCPT=${original}`] : [])];
}

/** RFC 3461 4: all but printable ASCII without "+" and "=" as "+" and two hex digits. */
function xtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (char) => `+${hex(char.charCodeAt(0))}`);
}

/** RFC 6533 3, the form that is ASCII throughout. */
function utf8Address(address: string): string {
  return address.replace(/[^!-*,-<>-[\]-~]/gu, (char) => `\\x{${hex(char.codePointAt(0) ?? 0)}}`);
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0');
}
