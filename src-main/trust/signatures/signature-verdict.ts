import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import { shownHost } from '../../../src-shared/text/shown-host.ts';
import { organisation } from '../own-results.ts';
import type { Signature } from './verify-signatures.ts';

type Verdict = Pick<MessageTrust, 'verdict' | 'sentence' | 'reason' | 'checkedBy' | 'results'>;

const methodResults: Record<Signature['result'], string> = {
  pass: 'pass',
  partial: 'partial',
  fail: 'fail',
  'no-key': 'no-key',
  'no-answer': 'temperror',
  'not-asked': 'not-asked',
  unusable: 'neutral',
};

/**
 * What the signatures say about `domain`, the domain of the sender's address, when they were checked here. A wrong one
 * proves nothing against the sender: lists and forwarders change messages, and keys of old ones are gone.
 */
export function signatureVerdict(signatures: readonly Signature[] | null, domain: string): Verdict {
  const shown = shownHost(domain);
  const facts = {
    checkedBy: 'Posthorn',
    results: (signatures ?? []).map((one) => ({
      method: 'dkim',
      result: methodResults[one.result],
      domain: one.domain,
    })),
  };
  const own = (signatures ?? []).filter((one) => organisation(one.domain) === organisation(domain));
  const is = (result: Signature['result']): boolean => own.some((one) => one.result === result);
  if (is('pass'))
    return {
      verdict: 'verified',
      sentence: `Really from ${shown}`,
      reason: `Posthorn checked its signature: ${shown} vouches for this message. That says nothing about who ${shown} is.`,
      ...facts,
    };
  const other = (signatures ?? []).find((one) => organisation(one.domain) !== organisation(domain));
  return {
    verdict: 'unchecked',
    sentence: 'Could not be checked',
    reason:
      signatures === null
        ? 'Posthorn could not read its signature. The name and the address can be made up.'
        : is('partial')
          ? `${shown} signed a part of this message only: the rest may have been added by somebody else.`
          : is('fail')
            ? `The signature in the name of ${shown} does not fit: the message was changed on its way, or the signature is made up.`
            : is('no-answer')
              ? `The name server of ${shown} did not answer, so that its signature could not be checked. Try again later.`
              : is('no-key')
                ? `${shown} knows nothing (any more) of the key that this message was signed with. The message is old, or its signature is made up.`
                : is('unusable')
                  ? `Its signature has expired, is too weak, is written wrongly, or its key was taken back. The name and the address can be made up.`
                  : other === undefined
                    ? 'It bears no signature that could be checked. The name and the address can be made up.'
                    : `Only ${shownHost(other.domain)} signed it, which does not show that ${shown} wrote it.`,
    ...facts,
  };
}
