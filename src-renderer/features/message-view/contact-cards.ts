import { pictureHead } from '../../../src-shared/text/picture-head.ts';
import { contentLines } from './content-lines.ts';

export interface ContactCard {
  name: string;
  organisation: string;
  title: string;
  emails: string[];
  phones: string[];
  addresses: string[];
  web: string[];
  birthday: string;
  note: string;
  /** Address of the picture that lies in the file itself; "" for none. */
  photo: string;
}

const mostCards = 50;
const mostValues = 20;
const mostPhotoPixels = 4_000_000;

/**
 * The people in a vCard file (RFC 6350, 2426 and the older 2.1), read line by line: what is not understood is left
 * out, nothing that it names is fetched. `more` counts the cards beyond the first fifty.
 */
export function contactCards(text: string): { cards: ContactCard[]; more: number } {
  const cards: ContactCard[] = [];
  let more = 0;
  let card: ContactCard | null = null;
  for (const line of contentLines(text)) {
    const { name, parameters, value, structured } = line;
    if (name === 'BEGIN' && /^vcard$/i.test(value)) {
      card =
        cards.length < mostCards
          ? {
              name: '',
              organisation: '',
              title: '',
              emails: [],
              phones: [],
              addresses: [],
              web: [],
              birthday: '',
              note: '',
              photo: '',
            }
          : null;
      if (card === null) more += 1;
      else cards.push(card);
      continue;
    }
    if (card === null || value === '') continue;
    const add = (list: string[]): void => {
      if (list.length < mostValues && !list.includes(value)) list.push(value);
    };
    if (name === 'FN') card.name ||= value;
    // Family, given, additional, prefix, suffix; only where no name in one piece is given.
    else if (name === 'N')
      card.name ||= [structured[3], structured[1], structured[2], structured[0], structured[4]]
        .filter(Boolean)
        .join(' ');
    else if (name === 'ORG') card.organisation ||= structured.filter((part) => part !== '').join(', ');
    else if (name === 'TITLE' || name === 'ROLE') card.title ||= value;
    else if (name === 'EMAIL') add(card.emails);
    else if (name === 'TEL') add(card.phones);
    else if (name === 'URL') add(card.web);
    else if (name === 'BDAY') card.birthday ||= value;
    else if (name === 'NOTE') card.note ||= value;
    else if (name === 'PHOTO') card.photo ||= photoOf(value, parameters);
    else if (name === 'ADR') {
      const address = structured.filter((part) => part !== '').join(', ');
      if (address !== '' && card.addresses.length < mostValues) card.addresses.push(address);
    }
  }
  return { cards, more };
}

/** A picture that lies in the card itself; what it only names is fetched by nobody. */
function photoOf(value: string, parameters: string): string {
  const inside = /^data:image\/[\w.+-]+;base64,(.*)$/is.exec(value)?.[1];
  const base64 = (inside ?? (/;(?:encoding=)?(?:b|base64)(?:;|$)/i.test(parameters) ? value : '')).replace(
    /\s/g,
    '',
  );
  if (base64 === '') return '';
  try {
    const head = pictureHead(Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)));
    if (head === null || head.width * head.height > mostPhotoPixels) return '';
    return `data:${head.type};base64,${base64}`;
  } catch {
    // Cut off, or no Base64 at all.
    return '';
  }
}
