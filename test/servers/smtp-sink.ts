import { serverDir, removeDir } from '../../src-main/demo/server-process.ts';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import type { Certificates } from '../../src-main/demo/certificates.ts';
import { startSubmission } from '../../src-main/demo/submission.ts';
import type { SmtpMail, Submission, SubmissionOptions } from '../../src-main/demo/submission.ts';

export interface SmtpSink extends Submission {
  /** Every mail that was taken, with its envelope. */
  mails: SmtpMail[];
}

/** An SMTP server that keeps what it is given. Replies are scripted by `script` (see SmtpScript). */
export async function startSmtpSink(
  options: Partial<Omit<SubmissionOptions, 'take' | 'certificates'>> & { certificates?: Certificates } = {},
): Promise<SmtpSink> {
  const dir = options.certificates === undefined ? serverDir('sink') : undefined;
  const certificates = options.certificates ?? (await makeCertificates(dir ?? ''));
  const mails: SmtpMail[] = [];
  const submission = await startSubmission({
    users: [{ name: 'ann', password: 'secret' }],
    ...options,
    certificates,
    take: (mail) => void mails.push(mail),
  });
  const end = submission.stop.bind(submission);
  return Object.assign(submission, {
    mails,
    async stop() {
      await end();
      if (dir !== undefined) removeDir(dir);
    },
  });
}
