import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import { shownHost } from '../../../src-shared/text/shown-host.ts';
import { t } from '../../i18n/t.ts';

const methods: ReadonlySet<string> = new Set(['dkim', 'spf', 'dmarc', 'arc']);
const outcomes: ReadonlySet<string> = new Set([
  'pass',
  'fail',
  'softfail',
  'none',
  'temperror',
  'neutral',
  'partial',
  'no-key',
  'not-asked',
]);

/** One check in words, with its own name for those who know it: "signature (DKIM) of example.org: right". */
export function checkWords({ method, result, domain }: MessageTrust['results'][number]): string {
  return t(domain === '' ? 'trust.check' : 'trust.checkOf', {
    method: methods.has(method) ? t(`trust.${method as 'dkim'}`) : method,
    domain: shownHost(domain),
    result: outcomes.has(result) ? t(`trust.${result as 'pass'}`) : result,
  });
}

/** What belongs over the message itself, unasked. */
const loud: ReadonlySet<string> = new Set([
  'several-senders',
  'address-in-name',
  'look-alike-domain',
  'look-alike-name',
  'odd-letters',
  'reply-elsewhere',
]);

/** `message`: what it holds, once that is read. */
export function loudWarnings(
  trust: MessageTrust,
  message: Pick<FullMessage, 'invitation' | 'replyTo'> | null,
): MessageTrust['warnings'] {
  return trust.warnings.filter(
    ({ code }) => loud.has(code) && !(code === 'reply-elsewhere' && goesToOrganizer(message)),
  );
}

/** Calendars send invitations by a robot, and answers go to who invites: the invitation says so itself. */
function goesToOrganizer(message: Pick<FullMessage, 'invitation' | 'replyTo'> | null): boolean {
  const organizer = message?.invitation?.organizer?.address.toLowerCase() ?? '';
  return (
    organizer !== '' && message?.replyTo.every(({ address }) => address.toLowerCase() === organizer) === true
  );
}
