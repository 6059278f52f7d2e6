import { t } from '../../i18n/t.ts';
import { escapeHtml } from '../../message-html/text-to-html.ts';
import { contactCards, type ContactCard } from './contact-cards.ts';

/** The people in a vCard file as plain tables; null when there is none in it. */
export function contactHtml(text: string): string | null {
  const { cards, more } = contactCards(text);
  if (cards.length === 0) return null;
  const rest = more === 0 ? '' : `<p>${escapeHtml(t('contact.more', { count: more }))}</p>`;
  return `<div class="mail-text">${cards.map(cardHtml).join('<hr>')}${rest}</div>`;
}

function cardHtml(card: ContactCard): string {
  const rows: [string, readonly string[]][] = [
    [t('contact.organisation'), [card.organisation]],
    [t('contact.title'), [card.title]],
    [t('contact.email'), card.emails],
    [t('contact.phone'), card.phones],
    [t('contact.address'), card.addresses],
    [t('contact.web'), card.web],
    [t('contact.birthday'), [card.birthday]],
    [t('contact.note'), [card.note]],
  ];
  const lines = rows
    .map(([name, values]) => [name, values.filter((value) => value !== '')] as const)
    .filter(([, values]) => values.length > 0)
    .map(
      ([name, values]) =>
        `<tr><th style="text-align:start;vertical-align:top;padding-inline-end:16px;font-weight:500">${escapeHtml(name)}</th><td dir="auto">${values.map(escapeHtml).join('<br>')}</td></tr>`,
    );
  const name = card.name === '' ? t('contact.noName') : card.name;
  return `<h2 dir="auto" style="font-size:20px;margin:0 0 8px">${escapeHtml(name)}</h2><table style="white-space:pre-line">${lines.join('')}</table>`;
}
