import { protectionSentence, type MailProtection } from '../../../src-shared/model/mail.ts';
import { fileNameOf } from './attachment-list.ts';
import { isCmsPart } from './cms-part.ts';
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
    const half = part.children.at(1);
    const signature = `${half?.type.value ?? ''} ${half === undefined ? '' : (fileNameOf(half) ?? '')}`;
    return make(
      'signed',
      /pkcs7|\.p7s$/i.test(protocol === '' ? signature : protocol) ? 'smime' : 'openpgp',
      'multipart',
    );
  }
  const unobtrusive = unobtrusiveSignature(part);
  if (unobtrusive !== null) return make('signed', unobtrusive, 'multipart');
  if (type === 'multipart/encrypted')
    return make('encrypted', /pkcs7/.test(protocol) ? 'smime' : 'openpgp', 'multipart');
  // Exchange and some gateways turn multipart/encrypted into multipart/mixed, others into what they like.
  if (
    type.startsWith('multipart/') &&
    part.children.some((child) => child.type.value === 'application/pgp-encrypted' || isLostHalf(child))
  )
    return make('encrypted', 'openpgp', 'multipart');
  if (isCmsPart(part)) {
    const what = part.children.length > 0 ? 'signed' : cmsKind(part);
    return what === null ? null : make(what, 'smime', 'opaque');
  }
  if (part.children.length > 0) return null;
  if (type === 'application/autocrypt-setup') return make('encrypted', 'openpgp', 'inline');
  if (
    part.partId === '1' &&
    /^application\/(?:octet-stream|x-pgp-message|pgp-message)$/.test(type) &&
    isArmoured(part)
  )
    return make('encrypted', 'openpgp', 'inline');
  if (type === 'application/pgp')
    return make(/sign/.test(params.get('x-action') ?? '') ? 'signed' : 'encrypted', 'openpgp', 'inline');
  if (type.startsWith('text/')) {
    const armour = armourIn(part);
    if (armour === 'signature') return make('signed', 'openpgp', 'detached');
    return armour === null ? null : make(armour, 'openpgp', 'inline');
  }
  return null;
}

/** A signature in a field of the only part (“Unobtrusive End-to-End Email Signatures”): other programs see nothing of it. */
export function unobtrusiveSignature({ type, children }: Part): Found['by'] | null {
  const [only, other] = children;
  if (type.value !== 'multipart/mixed' || only === undefined || other !== undefined) return null;
  const field = only.fields.find(({ name }) => name.toLowerCase() === 'sig')?.raw ?? '';
  const kind = /(?:^|;)\s*t\s*=\s*([pc])\s*;/i.exec(field)?.[1]?.toLowerCase();
  if (kind === undefined || !/(?:^|;)\s*b\s*=/i.test(field)) return null;
  return kind === 'p' ? 'openpgp' : 'smime';
}

/** The half with the words, where the types of both were lost as well: its name is left (RFC 3156 4 has none; all programs give this). */
function isLostHalf(part: Part): boolean {
  return (
    part.type.value === 'application/octet-stream' &&
    /^encrypted\.asc$/i.test(fileNameOf(part) ?? '') &&
    isArmoured(part)
  );
}

function isArmoured(part: Part): boolean {
  return beginningOf(part).trimStart().startsWith('-----BEGIN PGP MESSAGE-----');
}

const beginningOf = (part: Part): string =>
  partBytes({ ...part, bodyEnd: Math.min(part.bodyEnd, part.bodyStart + 400) }).bytes.toString('latin1');

/** A signature whose multipart/signed was lost on the way: over what it was made cannot be told. */
function loneSignature(part: Part): Found | null {
  const named = /^application\/(?:(x-)?pkcs7|pgp)-signature$/.test(part.type.value)
    ? part.type.value
    : part.type.value === 'application/octet-stream'
      ? (/^smime\.p7s$|^(?:signature|pgp)\.(?:asc|sig|pgp)$/i.exec(fileNameOf(part) ?? '')?.[0] ?? null)
      : null;
  if (named === null) return null;
  const by = /pkcs7|p7s/i.test(named) ? 'smime' : 'openpgp';
  // A name alone is no signature.
  if (
    !/-signature$/.test(named) &&
    by === 'openpgp' &&
    !beginningOf(part).includes('-----BEGIN PGP SIGNATURE-----')
  )
    return null;
  return { partId: part.partId, what: 'signed', by, form: 'detached' };
}

/** By the object identifier in its first bytes (RFC 5652), which does not lie; else by the parameter. Null: certificates alone. */
function cmsKind(part: Part): Found['what'] | null {
  const named = part.type.params.get('smime-type')?.toLowerCase() ?? '';
  if (named === 'certs-only' || /\.p7c$/i.test(fileNameOf(part) ?? '')) return null;
  const length = Math.min(part.bodyEnd, part.bodyStart + 200);
  const head = partBytes({ ...part, bodyEnd: length })
    .bytes.subarray(0, 60)
    .toString('hex');
  const kind = /06092a864886f70d0107(0[1-6])|060b2a864886f70d01091001(?:17|09)/.exec(head);
  // Only made small (RFC 3274): neither signed nor encrypted.
  if (kind?.[0].endsWith('100109') === true || named === 'compressed-data') return null;
  if (kind?.[1] === '02') return 'signed';
  if (kind?.[1] === '03' || kind?.[0].startsWith('060b') === true) return 'encrypted';
  return named.includes('signed') ? 'signed' : 'encrypted';
}

const armourBegin = /^[ \t]{0,20}-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)(?:, PART [\d/]+)?-----[ \t]*\r?$/m;

function armourIn(part: Part): Found['what'] | 'signature' | null {
  const { bytes } = partBytes(part);
  const wide = /^utf-?(?:16|32)/i.test(part.type.params.get('charset') ?? '');
  if (!wide && !bytes.subarray(0, longestText).includes('-----BEGIN')) return null;
  const text = bytes
    .toString('latin1', 0, longestText)
    .replace(/\0/g, '')
    .replace(/&nbsp;|\xc2?\xa0/g, ' ')
    .replace(/<br[^>]{0,20}>|<\/?(?:p|div|pre)[^>]{0,200}>/gi, '\n');
  const kind = armourBegin.exec(text)?.[1];
  // One that lost the words it was made for, or the MIME that told of them.
  if (kind === undefined) return /^-----BEGIN PGP SIGNATURE-----[ \t]*\r?$/m.test(text) ? 'signature' : null;
  return kind === 'MESSAGE' ? 'encrypted' : 'signed';
}

/** Nothing of the message stands outside of it. */
function isWhole(root: Part, part: Part, { form, what }: Found): boolean {
  if (part !== root || form === 'detached') return false;
  if (form === 'multipart') {
    // Exchange leaves an empty text beside the two halves; one with words belongs to nobody.
    const halves =
      what === 'encrypted' ? part.children.filter((child) => !isBlankText(child)) : part.children;
    if (halves.some((child) => what === 'encrypted' && child.type.value.startsWith('text/'))) return false;
    // A third part in a multipart of two halves belongs to nobody's signature, as does one in the place of it.
    const lost = part.type.value !== 'multipart/encrypted' && what === 'encrypted';
    if (what === 'signed' && /-signature$/.test(halves[0]?.type.value ?? '')) return false;
    return halves.length <= 2 && (!lost || halves.length === 2);
  }
  if (form !== 'inline' || !part.type.value.startsWith('text/')) return true;
  const text = partBytes(part).bytes.toString('latin1', 0, longestText).trim();
  return (
    /^-----BEGIN PGP /.test(text) &&
    /-----END PGP (?:MESSAGE|SIGNATURE)-----$/.test(text) &&
    text.split('-----BEGIN PGP ').length <= 3
  );
}

function isBlankText(part: Part): boolean {
  return (
    part.type.value.startsWith('text/') &&
    part.bodyEnd - part.bodyStart < 2_000 &&
    partBytes(part)
      .bytes.toString('latin1')
      .replace(/<[^>]*>|&nbsp;|\s/g, '') === ''
  );
}
