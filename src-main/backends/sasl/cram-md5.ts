import { createHmac } from 'node:crypto';
import { type Mechanism, type SaslCredentials, SaslError } from './mechanism.ts';

/** RFC 2195. Weak, but it hides the password where a server has no SCRAM. */
export function cramMd5(credentials: SaslCredentials): Mechanism {
  let answered = false;
  return {
    name: 'CRAM-MD5',
    showsSecret: false,
    initial: () => null,
    step: (challenge) => {
      if (answered) throw new SaslError('malformed', 'The server asked twice in a CRAM-MD5 exchange.');
      answered = true;
      const digest = createHmac('md5', Buffer.from(credentials.password ?? '', 'utf8'))
        .update(challenge)
        .digest('hex');
      return Buffer.from(`${credentials.username} ${digest}`, 'utf8');
    },
    finish: () => undefined,
  };
}
