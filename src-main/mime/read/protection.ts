import { protectionSentence, type MailProtection } from '../../../src-shared/model/mail.ts';
import { fileNameOf } from './attachment-list.ts';
import { isMessageType, partBytes, type Part } from './part.ts';

type Found = Omit<MailProtection, 'sentence' | 'whole'>;

const most = 50;
/** Of a text, bytes in which armour is looked for. */
const longestText = 2 * 1024 * 1024;

/**
 * Every signed or encrypted part, in the forms that mail has: RFC 1847 multiparts, RFC 8551 opaque ones,
 * OpenPGP armour in a text, and what servers and gateways made of them. By structure alone: nothing is
 * checked here and nothing said about who signed.
 */
export function findProtections(root: Part): MailProtection[] {
  const found: { one: Found; whole: boolean }[] = [];
  const visit = (part: Part, nested: boolean, above: Part | null): void => {
    if (found.length >= most) return;
    const one = formOf(part) ?? (above?.type.value === 'multipart/signed' ? null : loneSignature(part));
    if (one !== null) {
      found.push({ one, whole: !nested && isWhole(root, part, one) });
      // What lies in an encrypted multipart are its two halves, not parts of their own.
      if (one.what === 'encrypted' && part.children.length > 0) return;
    }
    for (const child of part.children) visit(child, nested || isMessageType(part.type.value), part);
  };
  visit(root, false, null);
  return found.map(({ one, whole }) => ({ ...one, whole, sentence: protectionSentence({ ...one, whole }) }));
}

function formOf(part: Part): Found | null {
  const { value: type, params } = part.type;
  const protocol = params.get('protocol')?.toLowerCase() ?? '';
  const make = (what: Found['what'], by: Found['by'], form: Found['form']): Found => ({
    partId: part.partId,
    what,
    by,
    form,
  });
  if (type === 'multipart/signed') {
    const signature = part.children.at(1)?.type.value ?? '';
    return make(
      'signed',
      /pkcs7/.test(protocol === '' ? signature : protocol) ? 'smime' : 'openpgp',
      'multipart',
    );
  }
  if (type === 'multipart/encrypted')
    return make('encrypted', /pkcs7/.test(protocol) ? 'smime' : 'openpgp', 'multipart');
  // Exchange and some gateways turn multipart/encrypted into multipart/mixed.
  if (
    type === 'multipart/mixed' &&
    part.children.some((child) => child.type.value === 'application/pgp-encrypted' || isLostHalf(child))
  )
    return make('encrypted', 'openpgp', 'multipart');
  if (isCms(part)) {
    const what = part.children.length > 0 ? 'signed' : cmsKind(part);
    return what === null ? null : make(what, 'smime', 'opaque');
  }
  if (part.children.length > 0) return null;
  if (type === 'application/pgp')
    return make(/sign/.test(params.get('x-action') ?? '') ? 'signed' : 'encrypted', 'openpgp', 'inline');
  if (type.startsWith('text/')) {
    const armour = armourIn(part);
    return armour === null ? null : make(armour, 'openpgp', 'inline');
  }
  return null;
}

/** The half with the words, where the types of both were lost as well: its name is left (RFC 3156 4 has none; all programs give this). */
function isLostHalf(part: Part): boolean {
  return (
    part.type.value === 'application/octet-stream' &&
    /^encrypted\.asc$/i.test(fileNameOf(part) ?? '') &&
    partBytes({ ...part, bodyEnd: Math.min(part.bodyEnd, part.bodyStart + 400) })
      .bytes.toString('latin1')
      .trimStart()
      .startsWith('-----BEGIN PGP MESSAGE-----')
  );
}

/** A signature whose multipart/signed was lost on the way: over what it was made cannot be told. */
function loneSignature(part: Part): Found | null {
  const found = /^application\/(?:(x-)?pkcs7|pgp)-signature$/.exec(part.type.value);
  if (found === null) return null;
  return {
    partId: part.partId,
    what: 'signed',
    by: part.type.value.includes('pkcs7') ? 'smime' : 'openpgp',
    form: 'detached',
  };
}

function isCms(part: Part): boolean {
  if (/^application\/(?:x-)?pkcs7-mime$/.test(part.type.value)) return true;
  // Sent as bytes by programs that do not know it: the name says it (RFC 8551 3.2.1).
  return part.type.value === 'application/octet-stream' && /\.p7m$/i.test(fileNameOf(part) ?? '');
}

/** By the object identifier in its first bytes (RFC 5652), which does not lie; else by the parameter. Null: certificates alone. */
function cmsKind(part: Part): Found['what'] | null {
  const named = part.type.params.get('smime-type')?.toLowerCase() ?? '';
  if (named === 'certs-only') return null;
  const length = Math.min(part.bodyEnd, part.bodyStart + 200);
  const head = partBytes({ ...part, bodyEnd: length })
    .bytes.subarray(0, 60)
    .toString('hex');
  const kind = /06092a864886f70d0107(0[1-6])|060b2a864886f70d0109100117/.exec(head);
  if (kind?.[1] === '02') return 'signed';
  if (kind?.[1] === '03' || kind?.[0].startsWith('060b') === true) return 'encrypted';
  return named.includes('signed') ? 'signed' : 'encrypted';
}

const armourBegin = /^[ \t]{0,20}-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)(?:, PART [\d/]+)?-----[ \t]*\r?$/m;

function armourIn(part: Part): Found['what'] | null {
  const { bytes } = partBytes(part);
  if (!bytes.subarray(0, longestText).includes('-----BEGIN PGP ')) return null;
  const text = bytes
    .toString('latin1', 0, longestText)
    .replace(/<br[^>]{0,20}>|<\/?(?:p|div|pre)[^>]{0,200}>/gi, '\n');
  const kind = armourBegin.exec(text)?.[1];
  return kind === undefined ? null : kind === 'MESSAGE' ? 'encrypted' : 'signed';
}

/** Nothing of the message stands outside of it. */
function isWhole(root: Part, part: Part, { form, what }: Found): boolean {
  if (part !== root || form === 'detached') return false;
  if (form === 'multipart') {
    // A third part in a multipart of two halves belongs to nobody's signature.
    const halves = what === 'encrypted' && part.type.value === 'multipart/mixed' ? 2 : part.children.length;
    return part.children.length <= 2 && part.children.length === halves;
  }
  if (form !== 'inline' || !part.type.value.startsWith('text/')) return true;
  const text = partBytes(part).bytes.toString('latin1', 0, longestText).trim();
  return (
    /^-----BEGIN PGP /.test(text) &&
    /-----END PGP (?:MESSAGE|SIGNATURE)-----$/.test(text) &&
    text.split('-----BEGIN PGP ').length <= 3
  );
}
