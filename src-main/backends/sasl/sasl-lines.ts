import { type Mechanism, SaslError } from './mechanism.ts';

/** One SASL exchange in the lines that SMTP (RFC 4954) and POP3 (RFC 5034) share. */
export interface SaslLines {
  /** "AUTH NAME" with the first message where it fits. */
  command: string;
  /** The command as a trace may show it. */
  shown: string;
  /** The answer to a challenge, both base64. Throws when the exchange must be cancelled with "*". */
  answer(challenge: string): string;
}

/** More rounds than any mechanism has are a server that keeps us busy. */
const mostRounds = 10;

/** `mostInline`: octets of base64 that the command line still has room for. */
export function saslLines(mechanism: Mechanism, mostInline: number): SaslLines {
  const name = `AUTH ${mechanism.name}`;
  const first = mechanism.initial();
  const encoded = first === null ? null : first.length === 0 ? '=' : first.toString('base64');
  const inline = encoded !== null && encoded.length <= mostInline;
  let pending = inline ? null : first;
  let rounds = 0;
  return {
    command: inline ? `${name} ${encoded}` : name,
    shown: inline ? `${name} ***` : name,
    answer(challenge) {
      rounds += 1;
      if (rounds > mostRounds) throw new SaslError('malformed', 'The server goes on asking.');
      const answer = pending ?? mechanism.step(Buffer.from(challenge.trim(), 'base64'));
      pending = null;
      return answer.toString('base64');
    },
  };
}
