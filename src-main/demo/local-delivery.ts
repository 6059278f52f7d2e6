import { lmtpDeliver } from './lmtp-client.ts';
import type { LmtpRefusal } from './lmtp-client.ts';
import type { Dovecot } from './dovecot.ts';
import { startSubmission } from './submission.ts';
import type { SmtpMail, SmtpScript, Submission, SubmissionOptions } from './submission.ts';

export interface LocalSubmissionOptions extends Omit<SubmissionOptions, 'users' | 'take' | 'certificates'> {
  /** Files a copy into the sender's Sent folder by itself, as some providers do. */
  filesSent?: boolean;
}

export interface LocalSubmission extends Submission {
  /** Every mail that was taken, oldest first. */
  taken: SmtpMail[];
}

/**
 * Submission for the users of a Dovecot of ours: mail to one of them is handed to its LMTP service, everything else is
 * refused when the recipient is named. What LMTP refuses later comes back to the sender as a report.
 */
export async function startLocalSubmission(
  dovecot: Dovecot,
  options: LocalSubmissionOptions = {},
): Promise<LocalSubmission> {
  const known = new Set(
    dovecot.users.flatMap((user) =>
      user.name.includes('@')
        ? [user.name]
        : [user.name, ...dovecot.domains.map((domain) => `${user.name}@${domain}`)],
    ),
  );
  const localDomains = new Set([...known].map((name) => name.split('@')[1] ?? ''));
  const rules: SmtpScript = {
    onRecipient(address) {
      const lower = address.toLowerCase();
      if (known.has(lower)) return undefined;
      const domain = lower.split('@')[1] ?? '';
      return localDomains.has(domain)
        ? { code: 550, text: `5.1.1 <${address}>: there is no such mailbox here` }
        : { code: 550, text: `5.1.2 <${address}>: this server of the demo sends nothing to other machines` };
    },
  };
  const taken: SmtpMail[] = [];
  const lmtp = { host: '127.0.0.1', port: dovecot.lmtpPort };
  const submission = await startSubmission({
    ...options,
    script: { ...rules, ...options.script },
    certificates: dovecot.certificates,
    users: dovecot.users,
    async take(mail) {
      taken.push(mail);
      const refused = await lmtpDeliver(lmtp, { from: mail.from, to: mail.to }, received(mail));
      if (refused.length > 0 && mail.from !== '') {
        await lmtpDeliver(lmtp, { from: '', to: [mail.from] }, report(mail, refused));
      }
      if (options.filesSent === true && mail.user !== undefined) {
        await dovecot.doveadm(['save', '-u', mail.user, '-m', 'Sent'], mail.bytes);
      }
    },
  });
  return Object.assign(submission, { taken });
}

function received(mail: SmtpMail): Buffer {
  const date = new Date(mail.receivedAt).toUTCString().replace('GMT', '+0000');
  return Buffer.concat([
    Buffer.from(`Received: from [127.0.0.1] by smtp.localhost with ESMTPSA; ${date}\r\n`),
    mail.bytes,
  ]);
}

/** A delivery status notification (RFC 3464) about recipients that LMTP refused after the mail was taken. */
function report(mail: SmtpMail, refused: readonly LmtpRefusal[]): Buffer {
  const boundary = `report-${mail.receivedAt.toString(36)}`;
  const headers = mail.bytes.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const parts = [
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Your mail could not be delivered to:',
    ...refused.map(({ recipient, reply }) => `  ${recipient}\r\n    ${reply}`),
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; smtp.localhost',
    ...refused.flatMap(({ recipient, reply }) => [
      '',
      `Final-Recipient: rfc822; ${recipient}`,
      'Action: failed',
      `Status: ${/\b[45]\.\d+\.\d+\b/.exec(reply)?.[0] ?? '5.0.0'}`,
      `Diagnostic-Code: smtp; ${reply}`,
    ]),
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    headers,
    `--${boundary}--`,
    '',
  ];
  const head = [
    'From: Mail Delivery System <MAILER-DAEMON@smtp.localhost>',
    `To: ${mail.from}`,
    'Subject: Undelivered mail returned to sender',
    `Date: ${new Date(mail.receivedAt).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${boundary}@smtp.localhost>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
  ];
  return Buffer.from([...head, ...parts].join('\r\n'), 'utf8');
}
