import type { DeliveryReport } from '../../../../src-shared/ipc/areas/sending.ts';

/** One recipient's part of a delivery status (RFC 3464 2.3). */
export interface RecipientStatus {
  /** As the sender wrote it (ORCPT), when the report says. */
  original: string | null;
  final: string | null;
  action: DeliveryReport['action'];
  status: string | null;
  /** The words of the server that refused it, "" when there are none. */
  diagnostic: string;
}

export interface DeliveryStatus {
  envelopeId: string | null;
  recipients: RecipientStatus[];
}

const actions: readonly string[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];
const longestPart = 65_536;
const mostRecipients = 200;

/** Reads a message/delivery-status part. A stranger wrote it: bounded, linear, nothing in it is trusted. */
export function parseDeliveryStatus(bytes: Uint8Array): DeliveryStatus {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, longestPart)).toString();
  const groups = text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
  let envelopeId: string | null = null;
  const recipients: RecipientStatus[] = [];
  for (const fields of groups) {
    envelopeId ??= fields.get('original-envelope-id') ?? null;
    const action = actionOf(fields);
    if (action === null || recipients.length >= mostRecipients) continue;
    const original = addressOf(fields.get('original-recipient'));
    const named = addressOf(fields.get('final-recipient'));
    // "LOCAL; ann" names nobody outside; Sendmail gives the whole address beside it.
    const final =
      named?.includes('@') === true ? named : (addressOf(fields.get('x-actual-recipient')) ?? named);
    // Some write the action of each recipient for the whole, too.
    if (original === null && final === null) continue;
    recipients.push({
      // Xtext as it came, where decoding it gives the other.
      original:
        original !== null && fromXtext(original).toLowerCase() === final?.toLowerCase() ? final : original,
      final,
      action,
      status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ?? null,
      diagnostic: (fields.get('diagnostic-code') ?? '').replace(/^[\w.-]{1,40};\s*/, ''),
    });
  }
  return { envelopeId: envelopeId === null ? null : fromXtext(envelopeId), recipients };
}

/** Where the action is missing the class of the status says it (RFC 3463 3.1). */
function actionOf(fields: Map<string, string>): DeliveryReport['action'] | null {
  const action = fields.get('action')?.toLowerCase().split(/\s/)[0] ?? '';
  if (isAction(action)) return action;
  if (action !== '' || !fields.has('final-recipient')) return null;
  const status = fields.get('status') ?? fields.get('diagnostic-code') ?? '';
  const kind = /\b([45])\.\d{1,3}\.\d{1,3}\b|\b([45])\d\d\b/.exec(status);
  return kind === null ? null : (kind[1] ?? kind[2]) === '4' ? 'delayed' : 'failed';
}

function isAction(word: string): word is DeliveryReport['action'] {
  return actions.includes(word);
}

function fieldsOf(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last: string | null = null;
  for (const line of group.split('\n')) {
    const match = /^([\w-]{1,60})[ \t]*:(.*)$/.exec(line);
    if (match !== null) {
      last = (match[1] ?? '').toLowerCase();
      if (!fields.has(last)) fields.set(last, (match[2] ?? '').trim());
    } else if (/^[ \t]/.test(line) && last !== null) {
      fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`.slice(0, 4_000));
    }
  }
  return fields;
}

/** "rfc822; ann@example.org" → the address. Postfix encodes ORCPT back, others give the xtext as it came. */
function addressOf(value: string | undefined): string | null {
  const address = value
    ?.replace(/^[\w.-]{1,40};\s*/, '')
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .replace(/^rfc822;\s*/i, '');
  return address === undefined || address === '' ? null : address.slice(0, 400);
}

/** RFC 3461 4, decoded; also the form for addresses that are not ASCII (RFC 6533 3). */
export function fromXtext(text: string): string {
  return text
    .replace(/\\x\{([0-9A-F]{2,6})\}/gi, (whole, code: string) => {
      const point = Number.parseInt(code, 16);
      return point > 0x10_ffff ? whole : String.fromCodePoint(point);
    })
    .replace(/\+([0-9A-F]{2})/g, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
