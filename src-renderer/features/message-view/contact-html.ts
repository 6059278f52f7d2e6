import { t } from '../../i18n/t.ts';
import { cardHtml, cardsHtml } from './card-html.ts';
import { contactCards } from './contact-cards.ts';

/** The people in a vCard file as plain tables; null when there is none in it. */
export function contactHtml(text: string): string | null {
  const { cards, more } = contactCards(text);
  if (cards.length === 0) return null;
  return cardsHtml(
    cards.map((card) =>
      cardHtml(
        card.name === '' ? t('contact.noName') : card.name,
        [
          [t('contact.organisation'), [card.organisation]],
          [t('contact.title'), [card.title]],
          [t('contact.email'), card.emails],
          [t('contact.phone'), card.phones],
          [t('contact.address'), card.addresses],
          [t('contact.web'), card.web],
          [t('contact.birthday'), [card.birthday]],
          [t('contact.note'), [card.note]],
        ],
        card.photo,
      ),
    ),
    more === 0 ? '' : t('contact.more', { count: more }),
  );
}
