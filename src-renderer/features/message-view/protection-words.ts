import type { FullMessage, MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import type { MailProtection, MailSection } from '../../../src-shared/model/mail.ts';
import { ordinal } from '../../../src-shared/text/ordinal.ts';
import { t } from '../../i18n/t.ts';

/** "OpenPGP (PGP/MIME)" */
export function formWords({ by, form }: Pick<MailProtection, 'by' | 'form'>): string {
  return t(`protection.form.${by}.${form}`);
}

/** Over a piece of the text: what protects it, and that nobody checked it. */
export function captionOf(
  { sections, protection }: Pick<FullMessage, 'sections' | 'protection'>,
  section: MailSection,
): string {
  const by = section.protection === null ? undefined : protection[section.protection];
  if (by === undefined) return t(section.enclosed ? 'protection.enclosed' : 'protection.outside');
  const form = formWords(by);
  if (section.enclosed) return t('protection.enclosedSigned', { form });
  return by.partId === ''
    ? t('protection.signed', { form })
    : t('protection.signedPiece', {
        form,
        which: ordinal(sections.indexOf(section) + 1),
        count: sections.length,
      });
}

/** Which piece of the text it protects, where there are several; else "". */
export function pieceWords(
  { sections, protection }: Pick<FullMessage, 'sections' | 'protection'>,
  one: MailProtection,
): string {
  const at = sections.findIndex((section) => section.protection === protection.indexOf(one));
  return at < 0 || sections.length < 2
    ? ''
    : t('protection.piece', { which: ordinal(at + 1), count: sections.length });
}

/** The part whose bytes another program can decrypt: the second half of a multipart (RFC 1847 2.2), else the part itself. */
export function encryptedBytes(message: FullMessage, one: MailProtection): string {
  if (one.form !== 'multipart') return one.partId;
  return halves(message, one).find(({ contentType }) => contentType !== control)?.partId ?? one.partId;
}

/** Parts that a card stands for: they need not be listed as files. */
export function shownAsCard(message: FullMessage): ReadonlySet<string> {
  return new Set(
    message.protection
      .filter(({ what }) => what === 'encrypted')
      .flatMap((one) => [
        encryptedBytes(message, one),
        ...halves(message, one)
          .filter(({ contentType }) => contentType === control)
          .map(({ partId }) => partId),
      ]),
  );
}

const control = 'application/pgp-encrypted';

function halves(message: FullMessage, { partId, form }: MailProtection): MessagePart[] {
  if (form !== 'multipart') return [];
  const start = partId === '' ? '' : `${partId}.`;
  return message.attachments.filter(
    (file) => file.partId.startsWith(start) && /^\d+$/.test(file.partId.slice(start.length)),
  );
}
