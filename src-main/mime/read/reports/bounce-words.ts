import { meaningsAbroad } from './bounce-languages.ts';

/** What servers of all kinds write, and what it means in words that fit behind "because". The first that fits wins. */
const meanings: readonly [RegExp, string][] = [
  // Whole phrases first, of which a word would mislead further below.
  [
    /in the queue too long|temporarily suspended|(?:did not|didn.t) accept our requests to connect|(?:after|for) multiple (?:re)?tries|deliver for the last|failed \d+ attempts|failing for a long time|host not reachable|operation timed out|receiving mail (?:at a rate|too quickly)/i,
    'its server did not take it in time',
  ],
  [
    /sender (?:address |domain )?(?:is )?(?:rejected|refused|blocked)|domain of (?:the )?sender|(?:helo command|client host|sender verify) (?:rejected|failed)|reverse (?:dns|hostname)|\bptr (?:resource )?record|\bspf (?:record|settings)|not allowed to send/i,
    'the server rejected the message',
  ],
  [
    /\bhost (?:is )?(?:unknown|not found)\b|unknown (?:mail )?(?:host|domain)\b|nxdomain|domain name not found|no such (?:domain|host)|domain (?:name )?(?:does not|doesn.t) exist|dns (?:error|lookup fail)|name service error|had no relevant answers|(?:mx or srv|mx) record indicated no/i,
    'no way to its server was found',
  ],
  [
    /(?:mailbox|mail ?folder|quota|inbox|maildir|storage|disk|box).{0,60}(?:full|exceed|over|limit|insufficient)|over ?quota|quota violation|(?:not|n.t) (?:have )?enough (?:storage |disk )?space|too many (?:mails?|messages) on|overdrawn|exceed.{0,60}(?:quota|storage|limit on|allowed size)|(?:full|overflow).{0,20}mailbox|insufficient (?:system |disk )?(?:storage|space)|mailbox size limit|too (?:much|many) mail|\u4e00\u676f|\u5bb9\u91cf/i,
    'the mailbox is full',
  ],
  [
    /(?:message|mail|data|content|size).{0,40}(?:too (?:large|big|long)|exceeds.{0,40}(?:size|limit|maximum)|size (?:limit|exceed))|message size|too large/i,
    'the message is too large',
  ],
  [
    /user (?:is )?unknown|unknown.{0,12}(?:user|recipient|address|mailbox|local|account)|no (?:such|valid) (?:user|address|mailbox|recipient|account|person|local|host in)|no (?:mailbox|account|recipients?)\b|does(?:n.t| not) (?:exist|have|match)|not (?:known|recogni[sz]ed|found|listed|a valid|exist|our customer)|invalid.{0,24}(?:recipient|address|mailbox|user)|mailbox (?:unavailable|not (?:found|available)|does|name)|recipient.{0,24}(?:unknown|not recogni[sz]ed|rejected|invalid|not found)|address (?:rejected|unknown|error)|malformed (?:recipient )?address|bad (?:address|destination)|wasn.t found|isn.t (?:in|a)\b|is not a\b|recipientnotfound|couldn.t be found|unroutable|unrouteable|user not|not local|delivery to this recipient|\u5b58\u5728\u3057|\u898b\u3064\u304b\u308a|\u3042\u308a\u307e\u305b\u3093/i,
    'there is no such mailbox',
  ],
  [
    /suspend|inactive|disabled|deactivat|account.{0,24}(?:closed|terminated|locked|expired)|no longer|not active|has moved|mailbox (?:is )?frozen|out of (?:the )?office|retired/i,
    'the mailbox is switched off',
  ],
  [
    /host (?:is )?(?:unknown|not found)|unknown (?:mail )?(?:host|domain)|domain (?:name )?(?:not|does)|nxdomain|no (?:mx|route)|cannot (?:resolve|find)|couldn.t find any host|name (?:server|service|lookup)|lookup fail|mail (?:loops|server) .{0,20}not|illegal host|null ?mx/i,
    'no way to its server was found',
  ],
  [
    /loops? (?:back|detected)|mail loop|too many (?:hops|received)|hop count|forwarding loop/i,
    'the message went round in circles between servers',
  ],
  [
    /expired|timed? ?out|time-?out|retry (?:time|timeout)|too long in (?:the )?queue|has been (?:queued|frozen)|could not (?:connect|be delivered (?:within|for)|contact)|connection (?:refused|timed|lost|reset|dropped)|lost connection|unreachable|not respond|not available|temporar|try again|greylist|delay(?:ed)?\b|deferred|retried|queue/i,
    'its server did not take it in time',
  ],
  [
    /virus|malware|spam|junk|unsolicited|block|black ?list|reputation|polic(?:y|ies)|refus|reject|denied|den(?:y|ies)|prohibit|not (?:accept|allow|permit|authori[sz]ed)|dmarc|\bspf\b|dkim|authenticat|relay|banned|filter|restrict|too many (?:recipients|connections|messages)|\brate\b|limit|permission|protocol (?:error|violation)|syntax|violation|\b5\d\d\b/i,
    'the server rejected the message',
  ],
  [/error|fail|undeliver|unable|could not|cannot|can.t/i, 'its server could not deliver it'],
];

/** Single words of English ("error", "5xx") that stand in other languages' texts too. */
const vague = new Set(['the server rejected the message', 'its server could not deliver it']);

/** "the mailbox is full" for "452 Over Quota"; null when nothing is said. */
export function meaningOf(text: string): string | null {
  const line = text.slice(0, 4_000);
  // The languages second: an English code beside their words ("550 User unknown") says more.
  const found = meanings.find(([pattern]) => pattern.test(line))?.[1] ?? null;
  if (found !== null && !vague.has(found)) return found;
  return meaningsAbroad.find(([pattern]) => pattern.test(line))?.[1] ?? found;
}

/** Says something about a delivery, beyond that there was an error. */
export function isTelling(line: string): boolean {
  const meaning = meaningOf(line);
  return meaning !== null && meaning !== 'its server could not deliver it';
}
