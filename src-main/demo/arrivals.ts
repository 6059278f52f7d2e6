import { composeMail } from './mails/compose.ts';
import { people } from './mails/people.ts';
import type { DemoWorld } from './world.ts';

const texts = [
  [people.ann, 'The table by the window', 'They kept it for us. Half past twelve, then.\n\nAnn'],
  [people.piotr, 'Klucze', 'Klucze są u Marty w biurze.\n\nPiotr'],
  [people.sofia, 'Fotos del faro', 'Te mando las fotos esta noche. La luz era increíble.\n\nSofía'],
  [people.asa, 'Tidvatten, rättelse', 'Sidan 14: det ska stå 1874, inte 1847.\n\nÅsa'],
  [people.misaki, '地図をお送りします', '会場の地図は明日お送りいたします。\n\n田中 美咲'],
  [
    people.chidi,
    'Saturday, seven o’clock',
    'The eight is complete. Bring gloves, it will be cold on the water.\n\nChidi',
  ],
] as const;

/** Delivers a short mail to one account and the other in turn, the first soon and then every now and then. */
export function startArrivals(world: DemoWorld, everyMs = 40_000): { stop(): void } {
  let number = 0;
  const deliver = (): void => {
    const person = world.accounts[number % world.accounts.length];
    const [from, subject, text] = texts[number % texts.length] ?? texts[0];
    number += 1;
    if (person === undefined) return;
    const date = new Date();
    const messageId = `<demo-${date.getTime().toString(36)}-${number}@${from.address.split('@')[1] ?? 'demo.example'}>`;
    const bytes = composeMail({ from, to: [person], date, subject, messageId, text });
    // A mail that cannot be delivered while the server ends is no news.
    world.dovecot.deliver(person.address, bytes, from.address).catch(() => undefined);
  };
  const first = setTimeout(deliver, 8000);
  const rest = setInterval(deliver, everyMs);
  return {
    stop() {
      clearTimeout(first);
      clearInterval(rest);
    },
  };
}
