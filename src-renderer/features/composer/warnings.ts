import { t } from '../../i18n/t.ts';
import type { Recipient } from './address-list.ts';

export type WarningId = 'subject' | 'attachment' | 'many' | 'list' | 'from';
export interface Warning {
  id: WarningId;
  text: string;
}

/** From here on people rarely know each other. */
const manyRecipients = 15;

const attachmentWords =
  /\b(?:attached|attachment|attachments|attaching|enclosed|im anhang|anbei|angehängt|ci-joint|ci-jointe|pièce jointe|adjunto|adjunta|bijlage|bijgevoegd|allegato|in allegato|załącznik|załączeniu|bifogat|vedlagt)\b/iu;

/** The word that promises an attachment, outside quoted lines and the signature. */
export function promisedAttachment(text: string): string | null {
  const own: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '-- ' || line === '--' || line === t('compose.forwarded')) break;
    if (!line.startsWith('>')) own.push(line);
  }
  return attachmentWords.exec(own.join('\n'))?.[0] ?? null;
}

export interface Outgoing {
  subject: string;
  text: string;
  to: readonly Recipient[];
  cc: readonly Recipient[];
  attachments: number;
  from: string;
  /** The own address that the answered mail was addressed to; null when unknown. */
  expectedFrom: string | null;
  /** The list through which the answered mail came. */
  list: string | null;
}

/** What one may have overlooked. Each is said once for a message. */
export function warningsFor(mail: Outgoing, said: ReadonlySet<WarningId>): Warning[] {
  const warnings: Warning[] = [];
  const open = [...mail.to, ...mail.cc];
  const word = mail.attachments > 0 ? null : promisedAttachment(`${mail.subject}\n${mail.text}`);
  const { list, expectedFrom } = mail;
  if (mail.subject.trim() === '') warnings.push({ id: 'subject', text: t('compose.warnSubject') });
  if (word !== null) warnings.push({ id: 'attachment', text: t('compose.warnAttachment', { word }) });
  if (open.length >= manyRecipients)
    warnings.push({ id: 'many', text: t('compose.warnMany', { count: open.length }) });
  if (list !== null && open.some((one) => one.address.toLowerCase() === list.toLowerCase()))
    warnings.push({ id: 'list', text: t('compose.warnList', { list }) });
  if (expectedFrom !== null && expectedFrom.toLowerCase() !== mail.from.toLowerCase())
    warnings.push({ id: 'from', text: t('compose.warnFrom', { from: mail.from, expected: expectedFrom }) });
  return warnings.filter((warning) => !said.has(warning.id));
}
