import * as v from 'valibot';
import { method } from '../method.ts';

export const trustWarnings = [
  'several-senders',
  'address-in-name',
  'look-alike-domain',
  'look-alike-name',
  'odd-letters',
  'reply-elsewhere',
  'first-time',
] as const;
export type TrustWarningCode = (typeof trustWarnings)[number];

/** Who sent a message, as far as that is known. */
export interface MessageTrust {
  /** `own`: written here, or found where only our own mail lies. */
  verdict: 'verified' | 'unchecked' | 'failed' | 'own';
  /** The verdict in words: "Really from example.org". */
  sentence: string;
  /** Why, in one or two sentences. */
  reason: string;
  /** Domain of the sender's address, as a person can read it; "" when there is none. */
  domain: string;
  /** Name of the account's own server whose checks are believed (RFC 8601), or "Posthorn"; null when there is none. */
  checkedBy: string | null;
  results: { method: string; result: string; domain: string }[];
  warnings: { code: TrustWarningCode; detail: string }[];
  /** The mailing list it came through. */
  list: { name: string } | null;
  /** The gentlest way out of the list that it offers. `target`: host or address, `url`: for a page or a mail. */
  unsubscribe: { kind: 'one-click' | 'mail' | 'page'; target: string; url: string } | null;
  /** The user trusts this sender's pictures, and it is really this sender. */
  showImages: boolean;
  /** The own server left no word, and the message bears a signature that `message.checkSender` could check. */
  canCheck: boolean;
}

export const trustMethods = {
  'message.trust': method<MessageTrust>()({
    params: v.object({ messageId: v.string() }),
    doc: "Who sent a message: the checks of the account's own server (Authentication-Results, RFC 8601) in words, and what is odd about the sender. Asks nobody.",
    returns:
      '{verdict: "verified" | "unchecked" | "failed" | "own", sentence, reason, domain, checkedBy, results: [{method, result, domain}], warnings: [{code, detail}], list, unsubscribe: {kind: "one-click" | "mail" | "page", target, url} or null, showImages, canCheck}',
  }),
  'message.checkSender': method<MessageTrust>()({
    params: v.object({ messageId: v.string() }),
    doc: "As `message.trust`, after Posthorn checked the message's signature (DKIM) itself: it asks the name server of the sender's domain for the key, which that domain can see. Of other domains nothing is asked. What was found is kept until the end of the program.",
    returns: 'as `message.trust`',
  }),
  'message.unsubscribe': method<{ host: string }>()({
    params: v.object({ messageId: v.string() }),
    doc: 'Leaves a mailing list in one click (RFC 8058): one POST to the https address that the message names, without cookies. The user has been asked before. `refused` where the message offers another way only.',
    returns: '{host}',
  }),
} as const;
