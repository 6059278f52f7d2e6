import { type Mechanism, type SaslCredentials, SaslError } from './mechanism.ts';

function withoutNul(text: string): string {
  if (text.includes('\0'))
    throw new SaslError('bad-characters', 'A name or password cannot hold a NUL character.');
  return text;
}

/** RFC 4616. Sent as typed: servers that hash do their own preparation, and many never prepare. */
export function plain(credentials: SaslCredentials): Mechanism {
  const message = Buffer.from(
    `\0${withoutNul(credentials.username)}\0${withoutNul(credentials.password ?? '')}`,
    'utf8',
  );
  return {
    name: 'PLAIN',
    showsSecret: true,
    initial: () => message,
    step: () => message,
    finish: () => undefined,
  };
}

/** The undocumented LOGIN of old servers: two prompts whose wording differs, so that only their order counts. */
export function login(credentials: SaslCredentials): Mechanism {
  const answers = [
    Buffer.from(withoutNul(credentials.username), 'utf8'),
    Buffer.from(withoutNul(credentials.password ?? ''), 'utf8'),
  ];
  let next = 0;
  return {
    name: 'LOGIN',
    showsSecret: true,
    initial: () => null,
    step: () => {
      const answer = answers[next++];
      if (answer === undefined)
        throw new SaslError('malformed', 'The server asked for more than a name and a password.');
      return answer;
    },
    finish: () => undefined,
  };
}

/**
 * RFC 4422 appendix A: the client certificate says who we are. A name is sent only when it asks for something else
 * than the certificate says: Dovecot takes any other spelling ("ann@example.test" for CN=ann) for somebody else.
 */
export function external(credentials: SaslCredentials): Mechanism {
  const name = credentials.username.toLowerCase();
  const named = credentials.clientCertificate?.names ?? [];
  const isSame = named.some((one) => one === name || one === name.split('@', 1)[0]);
  const message = Buffer.from(isSame ? '' : withoutNul(credentials.username), 'utf8');
  return {
    name: 'EXTERNAL',
    showsSecret: false,
    initial: () => message,
    step: () => message,
    finish: () => undefined,
  };
}

/** RFC 4505, with a trace that tells nothing. */
export function anonymous(): Mechanism {
  const message = Buffer.from('posthorn', 'ascii');
  return {
    name: 'ANONYMOUS',
    showsSecret: false,
    initial: () => message,
    step: () => message,
    finish: () => undefined,
  };
}
