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

export function loudWarnings(trust: MessageTrust): MessageTrust['warnings'] {
  return trust.warnings.filter(({ code }) => loud.has(code));
}
