import { expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';

const ann = 'ann@example.net';
const utf8 = (lines: string[]): Buffer => Buffer.from(lines.join('\r\n'));
const bounce = (subject: string, text: string[], from = 'postmaster@mx.example.net'): Buffer =>
  utf8([
    'Return-Path: <>',
    `From: ${from}`,
    'To: me@example.org',
    `Subject: ${subject}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...text,
  ]);
const told = (bytes: Buffer): unknown =>
  readMail(bytes).report?.recipients.map(({ address, action, reason }) => [address, action, reason]) ?? null;

const unknown = 'there is no such mailbox';
const full = 'the mailbox is full';
const late = 'its server did not take it in time';

/** Words of servers and languages, made up after their manner. */
test.each<[string, string, string[], string, string?]>([
  ['Exim', 'Mail delivery failed', ['The following address(es) failed:', '', `  ${ann}`, '    Unrouteable address'], unknown],
  ['Exim that goes on', 'Warning: message 1abc delayed 24 hours', ['The address to which the message has not yet been delivered is:', '', `  ${ann}`, '', 'No action is required on your part. Delivery attempts will continue for', 'some time.'], late, 'delayed'],
  ['qmail', 'failure notice', [`<${ann}>:`, 'user is over quota (#5.2.2)'], full],
  ['Exchange', 'Undeliverable: Hello', ['Delivery has failed to these recipients or distribution lists:', '', 'Ann Doe', `<mailto:${ann}>`, "The recipient's e-mail address was not found in the recipient's e-mail system."], unknown],
  ['Notes', `DELIVERY FAILURE: User ann not listed in Domino Directory`, ['was not delivered to:', '', `  ${ann}`, '', 'because:', '', '  User ann not listed in Domino Directory'], unknown],
  ['Groupwise', 'Message status - undeliverable', [`The message that you sent was undeliverable to the following:`, `\t${ann} (user not found)`], unknown],
  ['Courier', 'NOTICE: mail delivery status.', ['Your message to the following recipients cannot be delivered:', '', `<${ann}>:`, '<<< 550 5.1.1 User Unknown'], unknown],
  ['Postfix', 'Undelivered Mail Returned to Sender', [`<${ann}> (expanded from <list@example.net>): unknown user: "ann"`], unknown],
  ['German', 'Unzustellbare Nachricht', ['Die folgende Nachricht konnte nicht zugestellt werden:', 'Empfänger:', `  ${ann}`, 'Grund: Das Postfach ist voll.'], full],
  ['German, another', 'Mail delivery failed', ['Folgende Adressen sind betroffen:', '', ann, 'Ziel-Mailbox existiert nicht.'], unknown],
  ['German, late', 'Verzögerte Zustellung', ['Die Zustellung Ihrer Nachricht verzögert sich.', '', `<${ann}>: der Server antwortet nicht (Zeitüberschreitung)`], late, 'delayed'],
  ['French', 'Message non remis : Bonjour', ["Votre message n'a pas pu être remis au destinataire suivant :", '', ann, "L'adresse n'existe pas."], unknown],
  ['French, full', 'Non remis: Bonjour', ['La remise du message à ces destinataires a échoué :', '', ann, 'La boîte aux lettres du destinataire est pleine.'], full],
  ['Spanish', 'No se puede entregar: Hola', ['No se pudo entregar el mensaje a:', '', ann, 'El buzón está lleno.'], full],
  ['Italian', 'Messaggio non consegnato', ['Il messaggio non è stato consegnato a:', '', ann, 'Utente sconosciuto'], unknown],
  ['Portuguese', 'Mensagem não entregue', ['A mensagem não pôde ser entregue a:', '', ann, 'Caixa postal cheia'], full],
  ['Dutch', 'Onbestelbaar: Hallo', ['Uw bericht kon niet worden bezorgd bij:', '', ann, 'Postvak is vol'], full],
  ['Polish', 'Niedostarczona wiadomość', ['Nie można dostarczyć wiadomości do:', '', ann, 'Skrzynka odbiorcy jest pełna'], full],
  ['Russian', 'Недоставленное сообщение', ['Письмо не может быть доставлено:', '', ann, 'Пользователь не найден'], unknown],
  ['Japanese', '配信不能メール', ['あなたのメールは配送できませんでした。', `宛先: ${ann}`, '理由: メールボックスの容量が一杯です'], full],
  ['Japanese, late', 'メール配送遅延のお知らせ', ['以下の宛先へのメールは配送が遅れています。再送を続けます。', '', ann], late, 'delayed'],
  ['Chinese', '系统退信', ['抱歉，您的邮件被退回来了', '收件人：', ann, `退信原因： 收件人邮件地址（${ann}）不存在，邮件无法送达。`], unknown],
  ['Korean', '메일 전송 실패', ['다음 수신자에게 메일을 보내지 못했습니다.', '', ann, '존재하지 않는 사용자입니다.'], unknown],
  ['a language that nobody here reads', 'Delivery Status Notification (Failure)', ['Θα θέλαμε να σας ενημερώσουμε.', '', '----- Original message -----', '', `To: ${ann}`], 'its server could not deliver it'],
])('%s', (_, subject, text, reason, action = 'failed') => {
  expect(told(bounce(subject, text))).toEqual([[ann, action, reason]]);
}); // prettier-ignore

/** RFC 3464 as it is written. */
test.each<[string, string[], unknown[]]>([
  ['names in lower case', ['final-recipient: RFC822; ANN@example.net', 'action: FAILED', 'status: 5.2.2'], ['ANN@example.net', 'failed', full]],
  ['no type of address', [`Final-Recipient: ${ann}`, 'Action: failed', 'Status: 5.1.1 (bad mailbox)'], [ann, 'failed', unknown]],
  ['the original alone', [`Original-Recipient: rfc822;<${ann}>`, 'Action: failed', 'Status: 5.0.0', 'Diagnostic-Code: smtp;550 mailbox full'], [ann, 'failed', full]],
  ['xtext that was not taken back', ['Original-Recipient: rfc822;ann+2Btag@example.net', 'Final-Recipient: rfc822;ann+tag@example.net', 'Action: failed', 'Status: 5.1.1'], ['ann+tag@example.net', 'failed', unknown]],
  ['a name of the system', ['Final-Recipient: LOCAL;ann', `X-Actual-Recipient: rfc822; ${ann}`, 'Action: failed', 'Status: 5.1.1'], [ann, 'failed', unknown]],
  ['folded', ['Final-Recipient: rfc822;', `\t${ann}`, 'Action: failed', 'Diagnostic-Code: smtp; 550', '\tUser unknown'], [ann, 'failed', unknown]],
  ["Exchange's 5.1.10", [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.1.10', 'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound'], [ann, 'failed', unknown]],
  ['a domain without mail', [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.1.10', 'Diagnostic-Code: smtp;556 null MX'], [ann, 'failed', 'its domain takes no mail']],
  ['handed on', [`Final-Recipient: rfc822;${ann}`, 'Action: relayed (to non-DSN-aware mailer)', 'Status: 2.0.0'], [ann, 'relayed', null]],
])('a part for machines: %s', (_, fields, expected) => {
  const report = ['--r', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx', '', ...fields, '--r--'];
  const head = ['From: MAILER-DAEMON@mx.example.net', 'Subject: Undelivered', 'Content-Type: multipart/report; boundary=r'];
  expect(told(utf8([...head, '', ...report]))).toEqual([expected]);
}); // prettier-ignore

test('a bounce that a person hands on is their mail', () => {
  const text = ['Do you know why?', '', `> could not be delivered to ${ann}`, '> 550 user unknown'];
  for (const subject of [
    'Fwd: Undelivered Mail Returned to Sender',
    'Re: failure notice',
    'WG: Unzustellbar',
  ])
    expect(
      told(utf8(['From: Bob <bob@example.org>', 'To: me@example.org', `Subject: ${subject}`, '', ...text])),
    ).toBeNull();
});
