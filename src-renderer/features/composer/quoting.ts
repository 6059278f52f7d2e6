import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { t } from '../../i18n/t.ts';
import type { AnswerKind } from './answering.ts';
import { signatureHtml, signatureText } from './signature.ts';
import { escapeHtml, textToHtml } from './text-body.ts';

/** Beyond this, quoted HTML makes the editor slow; its text is quoted instead. */
const longestHtml = 300_000;
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

const people = (list: readonly MailAddress[]): string =>
  list.map((one) => (one.name === '' ? one.address : `${one.name} <${one.address}>`)).join(', ');
const sentDate = (message: FullMessage): string | null =>
  message.sentAt === null || !Number.isFinite(Date.parse(message.sentAt))
    ? null
    : day.format(Date.parse(message.sentAt));

export function attribution(message: FullMessage): string {
  const from = message.from[0];
  const name = from === undefined ? '' : from.name === '' ? from.address : from.name;
  const date = sentDate(message);
  return date === null ? t('compose.wroteNoDate', { name }) : t('compose.wrote', { date, name });
}

function forwardedHead(message: FullMessage): string[] {
  const date = sentDate(message);
  return [
    t('compose.forwarded'),
    t('compose.forwardFrom', { value: people(message.from) }),
    ...(date === null ? [] : [t('compose.forwardDate', { value: date })]),
    t('compose.forwardSubject', { value: message.subject }),
    t('compose.forwardTo', { value: people(message.to) }),
    ...(message.cc.length === 0 ? [] : [t('compose.forwardCc', { value: people(message.cc) })]),
  ];
}

const quoteText = (text: string): string =>
  text
    .replace(/\r\n?/gu, '\n')
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' || line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n');

/** “On …, … wrote:” and the words, each line with “> ” before it. */
export function quotedText(message: FullMessage): string {
  return `${attribution(message)}\n${quoteText(message.text)}`;
}

/** Begins empty, for one's own words; the caret stands there. */
export function plainBody(message: FullMessage | null, kind: AnswerKind | null, signature: string): string {
  const own = signature === '' ? '' : `\n\n${signatureText(signature)}`;
  if (message === null || kind === null) return own;
  if (kind === 'forward') return `${own}\n\n${forwardedHead(message).join('\n')}\n\n${message.text}`;
  return `${own}\n\n${quotedText(message)}`;
}

export function richBody(message: FullMessage | null, kind: AnswerKind | null, signature: string): string {
  const own = `<p></p>${signatureHtml(signature)}`;
  if (message === null || kind === null) return own;
  const words =
    message.html !== null && message.html.length <= longestHtml ? message.html : textToHtml(message.text);
  if (kind === 'forward')
    return `${own}<p data-attribution="">${forwardedHead(message).map(escapeHtml).join('<br>')}</p>${words}`;
  return `${own}<p data-attribution="">${escapeHtml(attribution(message))}</p><blockquote>${words}</blockquote>`;
}
