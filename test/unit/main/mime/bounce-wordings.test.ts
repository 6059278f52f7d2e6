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
test.each<[string, string, string[], string, string?, string?]>([
  ['Exim', 'Mail delivery failed', ['The following address(es) failed:', '', `  ${ann}`, '    Unrouteable address'], unknown],
  ['Exim that goes on', 'Warning: message 1abc delayed 24 hours', ['The address to which the message has not yet been delivered is:', '', `  ${ann}`, '', 'No action is required on your part. Delivery attempts will continue for', 'some time.'], late, 'delayed'],
  ['Sendmail without a host', 'Returned mail: Host unknown', ['   ----- The following addresses had permanent fatal errors -----', `<${ann}>`, '', `550 <${ann}>... Host unknown (Name server: mx.example.net: host not found)`], 'no way to its server was found'],
  ['qmail', 'failure notice', [`<${ann}>:`, 'user is over quota (#5.2.2)'], full],
  ['Exchange', 'Undeliverable: Hello', ['Delivery has failed to these recipients or distribution lists:', '', 'Ann Doe', `<mailto:${ann}>`, "The recipient's e-mail address was not found in the recipient's e-mail system."], unknown],
  ['Notes', `DELIVERY FAILURE: User ann not listed in Domino Directory`, ['was not delivered to:', '', `  ${ann}`, '', 'because:', '', '  User ann not listed in Domino Directory'], unknown],
  ['Groupwise', 'Message status - undeliverable', [`The message that you sent was undeliverable to the following:`, `\t${ann} (user not found)`], unknown],
  ['Courier', 'NOTICE: mail delivery status.', ['Your message to the following recipients cannot be delivered:', '', `<${ann}>:`, '<<< 550 5.1.1 User Unknown'], unknown],
  ['Postfix', 'Undelivered Mail Returned to Sender', [`<${ann}> (expanded from <list@example.net>): unknown user: "ann"`], unknown],
  ['the list that the mail was written to, before whom it did not reach', 'Undeliverable: Hello', ['Your message', '', '  To:      list@lists.example.org', '  Subject: Hello', '  Sent:    Fri, 20 Jul 2001 08:53:08 -0700', '', 'did not reach the following recipient(s):', '', `${ann} on Fri, 20 Jul 2001 11:08:59 -0700`, '    The recipient name is not recognized'], unknown],
  ['an address in a form of X.400', 'Undeliverable: Hello', ['Your message', '', '  To:  list@lists.example.org', '', 'did not reach the following recipient(s):', '', `c=US;a= ;p=X;dda:SMTP=${ann}; on Fri, 4 Oct 2002`, '    The recipient name is not recognized'], unknown],
  ['words that look like the mark of a copy', 'Permanent Delivery Failure', ['The following addresses did NOT receive a copy of your message:', '', `> ${ann}`, '', 'Waiting for protocol initiation...', ` RCPT TO:<${ann}>`, ` 552 Message for <${ann}> would exceed mailbox quota`], full],
  ['a copy behind marks of quoting', 'FAILED MAIL to "ann"', [`The address ${ann} did not exactly match. No such user.`, '', '>Return-Path: <me@example.org>', '>To: other@lists.example.org'], unknown],
  ['misspelt', 'Delivery status notification', ['This is an automatically generated Delivery Status Notification.', '', 'Delevery to the following recipients was aborted after 5.0 hour(s):', '', `  * ${ann}`, '', `Routing: Could not find a gateway for ${ann}`], 'its server could not deliver it'],
  ['put off', 'Mail Delivery Warning', ['Delivery of email to this address', '', `"${ann}"`, '', 'has been postponed due to a full mailbox.'], full, 'delayed'],
  ['Postfix that stopped asking', 'Delayed Mail (still being retried)', ['YOU DO NOT NEED TO RESEND YOUR MESSAGE.', '', `<${ann}>: delivery temporarily suspended: connect to mx.example.net: server refused to talk to me`], late, 'delayed'],
  ['a server that is not there', 'Delivery Status Notification (Failure)', ['Delivery to the following recipient failed permanently:', '', `     ${ann}`, '', 'The recipient server did not accept our requests to connect.'], late],
  ['qmail that gave up', 'failure notice', [`<${ann}>:`, "I'm not going to try again; this message has been in the queue too long."], late],
  ['a domain that is none', 'Undelivered Mail Returned to Sender', [`<${ann}>: Host or domain name not found. Name service error for name=example.net type=MX: Host not found`], 'no way to its server was found'],
  ['a sender without a name in the DNS', 'Undelivered Mail Returned to Sender', [`<${ann}>: 450 4.7.1 Client host rejected: cannot find your reverse hostname`], 'the server rejected the message'],
  ['a mailbox on ice', 'Undelivered Mail Returned to Sender', [`<${ann}>: 550 Mailbox is frozen`], 'the mailbox is switched off'],
  ['a name without its domain', 'Mail Delivery Problem', ['Sorry me@example.org. Your mail to the following recipients could not be delivered because they are not accepting mail with attachments:', '\tann', ''], 'the server rejected the message', 'failed', 'MAILER-DAEMON@example.net'],
  ['no space', 'Undelivered Mail Returned to Sender', [`<${ann}>: 552 Account does not have enough space`], full],
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
])('%s', (_, subject, text, reason, action = 'failed', from) => {
  expect(told(bounce(subject, text, from))).toEqual([[ann, action, reason]]);
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
  ["Exchange Online's 5.1.10", [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.1.10', 'Diagnostic-Code: smtp;see DSN 5.1.10 Errors in Exchange Online'], [ann, 'failed', unknown]],
  ["Microsoft's 5.4.1", [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.4.1', 'Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied'], [ann, 'failed', unknown]],
  ['words that say more than the code', [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.2.1', `Diagnostic-Code: smtp;550 5.2.1 <${ann}>... User Unknown`], [ann, 'failed', unknown]],
  ['words that say less than the code', [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.2.1', 'Diagnostic-Code: smtp;550 rejected'], [ann, 'failed', 'the mailbox is switched off']],
  ['a type of address twice', [`Final-Recipient: rfc822; rfc822;${ann}`, 'Action: failed', 'Status: 5.1.1'], [ann, 'failed', unknown]],
  ['an action for the whole, too', ['Action: failed', '', `Final-Recipient: rfc822;${ann}`, 'Action: delayed', 'Status: 4.4.1'], [ann, 'delayed', 'its server did not answer']],
  ['a quota under the code for rules', [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.7.1', 'Diagnostic-Code: smtp;550 mailbox has exceeded its disk space limit'], [ann, 'failed', full]],
  ['disabled', [`Final-Recipient: rfc822;${ann}`, 'Action: failed', 'Status: 5.7.13'], [ann, 'failed', 'the mailbox is switched off']],
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

test('a report that a gateway wrapped in a mail of its own is about whom it names', () => {
  const report = [
    '--r',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx',
    '',
    `Final-Recipient: rfc822;${ann}`,
    'Action: failed',
    'Status: 5.1.1',
    '--r--',
  ];
  const wrapped = (from: string): Buffer =>
    utf8([
      `From: ${from}`,
      'To: me@example.org',
      'Subject: Delivery Status Notification (Failure)',
      'Content-Type: multipart/mixed; boundary=w',
      '',
      '--w',
      'Content-Type: message/rfc822',
      '',
      'From: postmaster@mx.example.net',
      'To: me@example.org',
      'Content-Type: multipart/report; boundary=r',
      '',
      ...report,
      '--w',
      '',
      'This e-mail is confidential.',
      '--w--',
    ]);
  expect(told(wrapped('postmaster@mx.example.net'))).toEqual([[ann, 'failed', unknown]]);
  expect(told(wrapped('Bob <bob@example.org>'))).toBeNull();
});

test.each([
  ['as it is', (json: string) => json],
  [
    'as a string in another',
    (json: string) => JSON.stringify({ Type: 'Notification', Message: json }, null, 1),
  ],
])("Amazon's notification, %s", (_, wrap) => {
  const json = JSON.stringify({
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bouncedRecipients: [
        {
          emailAddress: ann,
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 user unknown',
        },
      ],
    },
  });
  const head = ['From: no-reply@sns.example.org', 'To: me@example.org', 'Subject: Notification', ''];
  expect(told(utf8([...head, wrap(json)]))).toEqual([[ann, 'failed', unknown]]);
});

test.each([
  ['Automatische Antwort: Angebot', true],
  ['Réponse automatique : Offre', true],
  ['[Automatyczna odpowiedź] oferta', true],
  ['AUTO: Doe, Ann is out of the office (returning 05/01/2027)', true],
  ['AW: Automatische Antwort: Angebot', false],
  ['Automatische Antworten einrichten', false],
])('an automatic answer by its subject: %s', (subject, is) => {
  const bytes = utf8([`From: ${ann}`, 'To: me@example.org', `Subject: ${subject}`, '', 'I am away.']);
  expect(readMail(bytes).report?.kind ?? null).toBe(is ? 'automatic-answer' : null);
});

test.each<[string, string[], string | null]>([
  ['Out of office: please cover for me', [], null],
  ['Out of office: please cover for me', ['Auto-Submitted: no', 'Precedence: list'], null],
  ['Out of office: Re: Offer', ['Return-Path: <>'], 'answered automatically'],
  ['Abwesenheitsnotiz: Angebot', ['X-Auto-Response-Suppress: All'], 'answered automatically'],
  ['Out of the Office: Offer', ['Precedence: bulk'], 'answered automatically'],
  ['Automatic reply: Offer', ['Auto-Submitted: auto-generated'], 'answered automatically'],
  ['Automatic reply: Offer', [], 'looks like an automatic answer'],
])('%s, sent with %j', (subject, fields, said) => {
  const bytes = utf8([
    `From: ${ann}`,
    'To: me@example.org',
    ...fields,
    `Subject: ${subject}`,
    '',
    'I am away.',
  ]);
  const sentence = readMail(bytes).report?.recipients[0]?.sentence ?? null;
  if (said === null) expect(sentence).toBeNull();
  else expect(sentence).toContain(said);
});
