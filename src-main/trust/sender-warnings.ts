import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MailAddress } from '../../src-shared/model/message.ts';
import { hasOddLetters, shownHost } from '../../src-shared/text/shown-host.ts';
import { addressesIn } from '../../src-shared/text/shown-name.ts';
import type { KnownPeople } from './known-people.ts';
import { lookAlike, skeleton } from './look-alike.ts';
import { asciiDomain } from './ascii-domain.ts';
import { organisation } from './own-results.ts';

type Warning = MessageTrust['warnings'][number];

/** Every mail server has one, and all bear the same few names. */
const isRobot = (address: string): boolean => /^(?:mailer-daemon|postmaster)@/i.test(address);

/** Somebody whose mail was seen this often is known by name. */
const knownWeight = 3;

/** What is odd about the sender of a message, the gravest first. */
export async function senderWarnings(
  mail: Pick<ReadMail, 'headers' | 'from' | 'to' | 'cc' | 'replyTo'>,
  own: readonly MailAddress[],
  people: KnownPeople,
): Promise<Warning[]> {
  const warnings: Warning[] = [];
  const warn = (code: Warning['code'], detail: string): void => {
    warnings.push({ code, detail });
  };
  const [from] = mail.from;
  const lines = mail.headers.filter(({ name }) => name.toLowerCase() === 'from').length;
  if (lines > 1)
    warn(
      'several-senders',
      `The message has ${lines} lines that say who sent it. The first one is shown; the others may be what other programs show.`,
    );
  else if (mail.from.length > 1)
    warn(
      'several-senders',
      `The message names ${mail.from.length} senders: ${mail.from.map(({ address }) => address).join(', ')}.`,
    );
  if (from === undefined || from.address === '') return warnings;
  const host = asciiDomain(from.address);
  const domain = organisation(host);
  const isOwn = own.some(({ address }) => address.toLowerCase() === from.address.toLowerCase());

  const inName = addressesIn(from.name);
  if (inName.some((address) => organisation(asciiDomain(address)) !== domain))
    warn('address-in-name', `The name says “${from.name}”, but the message is from ${from.address}.`);
  if (hasOddLetters(host))
    warn('odd-letters', `The address is written in letters that look like others. Its true name is ${host}.`);
  const weight = isOwn ? Infinity : await people.weightOf(from.address);
  const ownDomains = own.map(({ address }) => organisation(asciiDomain(address)));
  if (!isOwn && weight < knownWeight) {
    const known = await people.domains();
    if (!known.has(domain) && !ownDomains.includes(domain)) {
      const like = lookAlike(domain, host, [...ownDomains, ...known]);
      if (like !== null)
        warn(
          'look-alike-domain',
          `${shownHost(host)} looks like ${shownHost(like)}, which you know, but is another.`,
        );
    }
    const name = from.name.replace(/\p{Cf}/gu, '').trim();
    const namesake =
      name.length < 4
        ? undefined
        : (own.find((person) => skeleton(person.name) === skeleton(name)) ??
          (await people.named(name)).find(
            (person) =>
              person.weight >= knownWeight &&
              person.address !== from.address.toLowerCase() &&
              !(isRobot(person.address) && isRobot(from.address)),
          ));
    if (namesake !== undefined && organisation(asciiDomain(namesake.address)) !== domain)
      warn(
        'look-alike-name',
        `You know ${name} as ${namesake.address}, but this message is from ${from.address}.`,
      );
  }
  const field = (wanted: string): string =>
    mail.headers.find(({ name }) => name.toLowerCase() === wanted)?.value.toLowerCase() ?? '';
  const post = field('list-post');
  const isList = [post, field('list-id'), field('mailing-list')].some((value) => value !== '');
  const expected = (address: string): boolean =>
    post.includes(`mailto:${address}`) ||
    // Old lists name themselves nowhere but in To; and what a list sends in its own name is answered to its author.
    (isList && [...mail.to, ...mail.cc].some((one) => one.address.toLowerCase() === address)) ||
    post.includes(`mailto:${from.address.toLowerCase()}`);
  const elsewhere = mail.replyTo.filter(
    ({ address }) =>
      address !== '' &&
      organisation(asciiDomain(address)) !== domain &&
      !expected(address.toLowerCase()) &&
      !own.some((person) => person.address.toLowerCase() === address.toLowerCase()),
  );
  if (elsewhere.length > 0)
    warn(
      'reply-elsewhere',
      `An answer would go to ${elsewhere.map(({ address }) => address).join(', ')}, not to ${from.address}.`,
    );
  if (!isOwn && weight <= 1) warn('first-time', `This is the first message here from ${from.address}.`);
  return warnings;
}
