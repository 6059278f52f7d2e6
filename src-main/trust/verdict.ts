import type { MessageTrust } from '../../src-shared/ipc/areas/trust.ts';
import { shownHost } from '../../src-shared/text/shown-host.ts';
import type { AuthResult } from './auth-results.ts';
import { organisation, type OwnResults } from './own-results.ts';

type Verdict = Pick<MessageTrust, 'verdict' | 'sentence' | 'reason' | 'checkedBy' | 'results'>;

/**
 * What the own server's checks say about `domain`, the domain of the sender's address (ASCII, "" when there is
 * none). As DMARC does: a signature or a sending server counts when it is of the same organisation.
 */
export function verdictOf(own: OwnResults, domain: string, listId: string): Verdict {
  const facts = {
    checkedBy: own.checkedBy,
    results: own.results.map((result) => ({
      method: result.method,
      result: result.result,
      domain: domainOf(result),
    })),
  };
  const shown = shownHost(domain);
  const unchecked = (reason: string): Verdict => ({
    verdict: 'unchecked',
    sentence: 'Could not be checked',
    reason,
    ...facts,
  });
  if (domain === '') return unchecked('The message names no sender whose address could be checked.');
  if (own.checkedBy === null)
    return unchecked(
      `Your mail server left no word on whether ${shown} sent this. The name and the address can be made up.`,
    );
  const by =
    own.checkedBy === 'Outlook' ? 'Your mail server' : `Your mail server (${shownHost(own.checkedBy)})`;
  const of = (method: string): AuthResult[] => own.results.filter((result) => result.method === method);
  const aligned = (result: AuthResult): boolean =>
    result.result === 'pass' && organisation(domainOf(result)) === organisation(domain);
  const dmarc = of('dmarc')[0];
  const dmarcIsOfSender = dmarc !== undefined && ['', domain].includes(domainOf(dmarc));
  const signed = of('dkim').find(aligned);
  const sent = of('spf').find(aligned);

  if (dmarc?.result === 'fail' && dmarcIsOfSender) {
    const list = of('dkim').find(
      (result) =>
        result.result === 'pass' && listId !== '' && organisation(domainOf(result)) === organisation(listId),
    );
    if (list !== undefined)
      return unchecked(
        `It came through a mailing list of ${shownHost(organisation(listId))}, which changes messages on their way; whether ${shown} sent it cannot be seen any more.`,
      );
    return {
      verdict: 'failed',
      sentence: `Claims to be from ${shown}, but is not proven to be`,
      reason: `${by} checked it: ${shown} did not sign this message, and it came from a server that may not send for ${shown}. Do not trust what it asks for.`,
      ...facts,
    };
  }
  const passed = dmarc?.result === 'pass' && dmarcIsOfSender;
  if (passed || signed !== undefined || sent !== undefined)
    return {
      verdict: 'verified',
      sentence: `Really from ${shown}`,
      reason:
        signed === undefined && sent !== undefined
          ? `${by} checked it: it came from a server that may send for ${shown}. That says nothing about who ${shown} is.`
          : `${by} checked it: ${shown} vouches for this message. That says nothing about who ${shown} is.`,
      ...facts,
    };
  const spf = of('spf')[0];
  const dkim = of('dkim');
  if (spf?.result === 'fail' && dkim.length > 0 && dkim.every(({ result }) => result !== 'pass'))
    return {
      verdict: 'failed',
      sentence: `Claims to be from ${shown}, but is not proven to be`,
      reason: `${by} checked it: it came from a server that may not send for ${shown}, and no signature is right. Do not trust what it asks for.`,
      ...facts,
    };
  const other = [...dkim, ...of('spf')].find((result) => result.result === 'pass' && domainOf(result) !== '');
  if (other !== undefined)
    return unchecked(
      `${by} knows that ${shownHost(domainOf(other))} sent it, but that does not show that ${shown} wrote it.`,
    );
  return unchecked(
    dkim.some(({ result }) => result === 'fail')
      ? `${by} found a signature that does not fit: the message was changed on its way, or the signature is made up.`
      : `${by} found nothing that shows whether ${shown} sent it.`,
  );
}

/** Whose check it is: signer, envelope sender, or the From that DMARC looked at. ASCII, lower case. */
function domainOf({ method, properties }: AuthResult): string {
  const value =
    method === 'dkim'
      ? (properties['header.d'] ?? properties['header.i'])
      : method === 'spf'
        ? (properties['smtp.mailfrom'] ?? properties['smtp.mail'] ?? properties['smtp.helo'])
        : method === 'dmarc'
          ? (properties['header.from'] ?? properties['from'])
          : undefined;
  const text = (value ?? '').toLowerCase();
  return text.slice(text.lastIndexOf('@') + 1);
}
