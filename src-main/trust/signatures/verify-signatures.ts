import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

/** One DKIM signature (RFC 6376) of a message, as it was found when it was checked here. */
export interface Signature {
  /** Who signed (d=), lower case. */
  domain: string;
  /**
   * `pass`: right, and all that is shown is covered by it. `partial`: right, but something that is shown could have been
   * added since. `fail`: does not fit. `no-key`: the domain has no such key (any more). `no-answer`: its name server did
   * not answer. `not-asked`: somebody else's than the sender's. `unusable`: expired, too weak, or written wrongly.
   */
  result: 'pass' | 'partial' | 'fail' | 'no-key' | 'no-answer' | 'not-asked' | 'unusable';
}

/** Main answers so to the name of a key that it does not ask for. */
export const notAsked = 'ENOTASKED';

/** Fields that change who seems to have written what: a second one above the signed one would be shown in its place. */
const shownFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'content-type',
  'content-transfer-encoding',
  'mime-version',
];

/**
 * The DKIM signatures of a message. Strict (RFC 6376, 8301, 8463), and more: a signature over a part of the text (l=),
 * of a domain that only tries it out (t=y) or without all that is shown is no proof. `txt` gives the records of a key
 * and throws as node:dns does. Never throws.
 */
export async function verifySignatures(
  bytes: Uint8Array,
  txt: (name: string) => Promise<string[][]>,
): Promise<Signature[]> {
  try {
    const found = await dkimVerify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      strict: true,
      minBitLength: 1024,
      resolver: (name: string) => txt(name),
    });
    const fields = (found.headers?.parsed ?? []).map(({ key }) => key);
    return found.results
      .filter(({ signingDomain }) => typeof signingDomain === 'string' && signingDomain !== '')
      .map((one) => {
        const { status } = one;
        const signed = (one.signingHeaders?.keys ?? '').toLowerCase().split(/\s*:\s*/);
        return {
          domain: String(one.signingDomain).toLowerCase(),
          result:
            status.result === 'pass'
              ? status.testing === true || one.canonBodyLengthLimited || !coversWhatIsShown(fields, signed)
                ? 'partial'
                : 'pass'
              : reason(status.result, status.comment ?? ''),
        };
      });
  } catch {
    return [];
  }
}

function reason(result: string, comment: string): Signature['result'] {
  if (comment.includes(notAsked)) return 'not-asked';
  if (result === 'fail') return 'fail';
  if (result === 'temperror') return 'no-answer';
  return /\bno key\b/i.test(comment) ? 'no-key' : 'unusable';
}

/** From and Subject at least; and none of the others twice unless the signature names each of them. */
function coversWhatIsShown(fields: readonly string[], signed: readonly string[]): boolean {
  const count = (names: readonly string[], wanted: string): number =>
    names.filter((name) => name === wanted).length;
  return (
    signed.includes('from') &&
    (signed.includes('subject') || !fields.includes('subject')) &&
    shownFields.every((name) => count(fields, name) < 2 || count(signed, name) >= count(fields, name))
  );
}
