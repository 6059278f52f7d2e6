import type { RecipientStatus } from './delivery-status.ts';
import { delayedAbroad } from './bounce-languages.ts';
import { isTelling, meaningOf } from './bounce-words.ts';

/** What a bounce without a machine's part says: whom it did not reach and why. */
export interface PlainBounce {
  recipients: RecipientStatus[];
  /** In words; null when nothing is said. */
  reason: string | null;
  /** The lines behind the mark of the quoted mail, "" when there is none. */
  quoted: string;
}

const longest = 32_768;
const mostRecipients = 50;
const address = /[^\s<>()[\]{}:;,"'`|=\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?/g;

/** Where the quoted mail begins. */
const marks =
  /^[ \t>]*[-=_*]{2,}.{0,60}(?:copy of|original (?:message|mail)|returned message|below this line|header of the|unsent message|message (?:header|follows|text)|undelivered message|text of (?:the|your)|message contents).{0,80}$|^[ \t]*(?:below is a copy of|original message follows|(?:---* )?this is a copy of|your (?:original )?message follows|message header follows|the (?:first|following) (?!addresse?s?\b|recipients?\b|users?\b).{0,40} of (?:the|your) message|included is a copy|original (?:mail|message) as (?:.{0,30} )?follows).{0,80}$|^>?[ \t]?(?:Return-Path|Received|X-Originating-IP|DomainKey-Signature):.{0,400}$|^Content-Type:[ \t]*message\/rfc822/im;

/** Exchange first says to whom the mail was written, which may be a list that has the address. */
const unreached =
  /\bdid not reach the following recipients?(?:\(s\))?:|(?:folgenden?|der) Empfänger (?:konnten? )?nicht erreich|destinataires? suivants?[^\n:]{0,40}:/i;

const nobody =
  /^(?:postmaster|mailer-daemon|mail-daemon|mdaemon|maildaemon|support|abuse|help|helpdesk|noreply|no-reply|info|admin|webmaster)@/i;

/** "… the following recipients could not be delivered:", and a name without its domain, as AOL writes. */
const localName = /\bfollowing recipients?\b[^\n]{0,300}:[ \t]*\n[ \t]+([\w.+-]{1,64})[ \t]*$/m;

/**
 * Reads a bounce that only a person was to read. `own`: whom the bounce is from and to, who are not
 * meant by it; `domain`: whence it comes. Bounded, for a stranger wrote it.
 */
export function readPlainText(text: string, own: ReadonlySet<string>, domain = ''): PlainBounce {
  const whole = text.slice(0, longest);
  const mark = marks.exec(whole);
  const before = mark === null ? whole : whole.slice(0, mark.index);
  const behind = unreached.exec(before);
  const said = behind === null ? before : before.slice(behind.index);
  const quoted = mark === null ? '' : whole.slice(mark.index);
  const lines = said.split('\n');
  const found = new Map<string, { address: string; score: number; line: number }>();
  for (const [index, line] of lines.entries()) {
    for (const match of line.slice(0, 2_000).matchAll(address)) {
      const value = match[0].replace(/^mailto$|\.+$/g, '');
      const key = value.toLowerCase();
      const score = scoreOf(line, match.index, value, lines[index - 1] ?? '') - (own.has(key) ? 9 : 0);
      const known = found.get(key);
      if (known === undefined) found.set(key, { address: value, score, line: index });
      else if (score > known.score) known.score = score;
    }
  }
  const local = domain === '' ? null : localName.exec(said);
  if (local !== null) {
    found.clear();
    const line = said.slice(0, local.index).split('\n').length - 1;
    found.set('', { address: `${local[1] ?? ''}@${domain.toLowerCase()}`, score: 9, line });
  }
  const ranked = [...found.values()];
  const best = Math.max(...ranked.map((one) => one.score));
  const chosen = ranked
    .filter((one) => one.score === best || (one.score >= 4 && best >= 4))
    .filter((one) => one.score > -4);
  const delayed =
    /\b(?:will (?:keep|continue|be retried)|still trying|no action is required|warning message only|need to resend|been postponed|has been delayed|delivery (?:is )?delayed)\b/i.test(
      said,
    ) || delayedAbroad.test(said);
  const gaveUp = /permanent|giving up|given up|undeliverable|aufgegeben|endgültig|définiti/i.test(said);
  return {
    recipients: chosen.slice(0, mostRecipients).map((one) => {
      const telling = nearest(lines, one.line);
      return {
        original: null,
        final: one.address,
        action: delayed && !gaveUp ? 'delayed' : 'failed',
        status: /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(telling)?.[0] ?? null,
        diagnostic: telling,
      };
    }),
    reason:
      lines.map((line) => (isTelling(line) ? meaningOf(line) : null)).find((one) => one !== null) ??
      meaningOf(said),
    quoted,
  };
}

function scoreOf(line: string, at: number, value: string, before: string): number {
  const head = line.slice(0, at);
  let score = 0;
  if (/^[\s<>"'`*\u2022-]*$/.test(head)) score += 5;
  if (
    /rcpt to|recipient|deliver|reach|failed|following address|mailbox|user|account|exceeds|could not|unknown|undeliver|bounce|emailAddress|\bto\b[ \t]*:?[ \t<]*$/i.test(
      head,
    )
  )
    score += 4;
  if (/(?:addresse?s?|recipients?|failed|errors?)[^\n]{0,40}:?[ \t-]*$/i.test(before)) score += 3;
  if (/^[>"')\]]*(?::|\.\.\.|[ \t]*$|[ \t]*[([])/.test(line.slice(at + value.length))) score += 2;
  if (
    /\bfrom\b|sender|mail from|message-?id|contact|reply|help|please|queue id|helo|envelope-from|originator|sent by/i.test(
      head,
    )
  )
    score -= 6;
  if (nobody.test(value)) score -= 3;
  return score;
}

/** The line near the address that says why; with its continuation where it was broken. */
function nearest(lines: readonly string[], at: number): string {
  const near = lines.slice(at, at + 12);
  const coded = near.findIndex((line) => /\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(line));
  const index = coded >= 0 ? coded : near.findIndex((line) => isTelling(line.replace(address, '')));
  if (index >= 0) return joinedLine(near, index);
  const other = lines.findIndex((line) => /\b[45]\d\d[ -]\D|\b[45]\.\d{1,3}\.\d{1,3}\b/.test(line));
  const telling = other >= 0 ? other : lines.findIndex((line) => isTelling(line.replace(address, '')));
  return telling < 0 ? '' : joinedLine(lines, telling);
}

function joinedLine(lines: readonly string[], index: number): string {
  const next = lines[index + 1] ?? '';
  const line = lines[index] ?? '';
  return `${line.trim()}${line.length > 60 && next.trim() !== '' ? ` ${next.trim()}` : ''}`.slice(0, 500);
}
