import type { MailReport } from '../../../../src-shared/model/mail-report.ts';
import { clean, value, type ReportMail } from './report-fields.ts';

/** What programs put before a subject; "Re: Out of office: …" is somebody's own. */
const answeredByItself =
  /^(?:auto(?:matic)? ?reply|automatische (?:antwort|beantwortung)|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord|autosvar|automatisk svar|automaattinen vastaus|automatyczna odpowiedź|automatická odpověď|otomatik yanıt|автоответ|автоматический ответ|自動返信|自动回复|자동 회신) ?[:：] |^\[automatyczna odpowiedź\]|^auto: .{0,100} is out of (?:the )?office/i;

/** What programs put there too, and what people write who will be away. */
const away = /^(?:out of (?:the )?office|abwesenheitsnotiz) ?[:：] /i;

/** What people's own mail has not: whatever its subject says, a program sent it, or it answers a mail. */
function isSent(fields: ReportMail['fields']): boolean {
  const has = (name: string, like = /\S/): boolean => like.test(value(fields, name));
  return (
    has('auto-submitted', /^(?!\s*no\b)\s*\S/i) ||
    has('precedence', /bulk|junk|auto/i) ||
    has('return-path', /^\s*<\s*>/) ||
    ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-auto-response-suppress', 'in-reply-to'].some(
      (name) => has(name),
    )
  );
}

/** RFC 3834, and the programs that say it in a subject. */
export function automaticAnswer(mail: ReportMail): MailReport | null {
  const submitted = value(mail.fields, 'auto-submitted').toLowerCase();
  const bySubject =
    /^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|vacation|away|abwesen|re: .{0,80}\bout of office)/i.test(
      mail.subject,
    );
  const byHeader =
    /auto-replied/.test(submitted) ||
    value(mail.fields, 'x-autoreply') !== '' ||
    /vacation/i.test(value(mail.fields, 'x-mailer'));
  const sent = isSent(mail.fields);
  const [from] = mail.from;
  if (
    from === undefined ||
    from.address === '' ||
    (!byHeader &&
      !(bySubject && value(mail.fields, 'x-auto-response-suppress') !== '') &&
      !answeredByItself.test(mail.subject) &&
      !(sent && away.test(mail.subject)))
  )
    return null;
  const address = clean(from.address);
  return {
    kind: 'automatic-answer',
    about: /<[^\s<>]{1,900}>/.exec(value(mail.fields, 'in-reply-to'))?.[0] ?? '',
    recipients: [
      {
        address,
        action: 'answered',
        status: null,
        reason: 'vacation',
        diagnostic: '',
        sentence:
          byHeader || sent
            ? `${address} answered automatically; nobody may have read the mail yet.`
            : `This looks like an automatic answer of ${address}; nobody may have read the mail yet.`,
      },
    ],
  };
}
