import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { type ChannelBinding, type Mechanism, type SaslCredentials, SaslError } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

type Hash = 'sha1' | 'sha256';

export interface ScramOptions {
  /** Given: SCRAM-…-PLUS. */
  channelBinding?: ChannelBinding | undefined;
  /** We could bind but the server offers no -PLUS: say "y", so that a downgrade is noticed. */
  couldBind?: boolean | undefined;
  /** Fixed only by tests with the vectors of the RFCs. */
  nonce?: string | undefined;
}

/** A server that asks for more would only burn our processor: ten times what servers use today. */
const mostIterations = 1_000_000;

/**
 * SCRAM (RFC 5802, 7677). The success is believed only after `finish` has compared the server's
 * signature: without it a man in the middle who merely says OK would pass.
 */
export function scram(hash: Hash, credentials: SaslCredentials, options: ScramOptions = {}): Mechanism {
  const binding = options.channelBinding;
  const gs2 = binding !== undefined ? `p=${binding.type},,` : options.couldBind === true ? 'y,,' : 'n,,';
  const clientNonce = options.nonce ?? randomBytes(24).toString('base64');
  const name = saslprep(credentials.username).replaceAll('=', '=3D').replaceAll(',', '=2C');
  const clientFirstBare = `n=${name},r=${clientNonce}`;
  let phase: 'first' | 'final' | 'verify' | 'done' = 'first';
  let expected: Buffer | null = null;

  const hmac = (key: Buffer, text: string | Buffer): Buffer => createHmac(hash, key).update(text).digest();

  function answerServerFirst(serverFirst: string): Buffer {
    const fields = parseFields(serverFirst);
    if (fields.has('m'))
      throw new SaslError('malformed', 'The server asks for a SCRAM extension that Posthorn does not know.');
    const nonce = fields.get('r');
    const salt = fields.get('s');
    const iterations = Number(fields.get('i'));
    if (
      nonce === undefined ||
      salt === undefined ||
      !Number.isInteger(iterations) ||
      iterations < 1 ||
      iterations > mostIterations
    ) {
      throw new SaslError('malformed', 'The server sent an unreadable SCRAM challenge.');
    }
    if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
      throw new SaslError(
        'server-not-proven',
        "The server did not repeat Posthorn's random number, so somebody may stand in between.",
      );
    }
    const salted = pbkdf2Sync(
      saslprep(credentials.password ?? ''),
      Buffer.from(salt, 'base64'),
      iterations,
      hash === 'sha1' ? 20 : 32,
      hash,
    );
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash(hash).update(clientKey).digest();
    const bound = Buffer.concat([Buffer.from(gs2, 'utf8'), binding?.data ?? Buffer.alloc(0)]).toString(
      'base64',
    );
    const withoutProof = `c=${bound},r=${nonce}`;
    const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
    expected = hmac(hmac(salted, 'Server Key'), authMessage);
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'utf8');
  }

  function verify(serverFinal: string): void {
    const fields = parseFields(serverFinal);
    const error = fields.get('e');
    if (error !== undefined) throw new SaslError('malformed', `The server refused: ${error}`);
    const signature = Buffer.from(fields.get('v') ?? '', 'base64');
    if (expected === null || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new SaslError(
        'server-not-proven',
        'The server could not prove that it knows the password, so it may not be the right server.',
      );
    }
    phase = 'done';
  }

  const clientFirst = Buffer.from(gs2 + clientFirstBare, 'utf8');
  return {
    name: `SCRAM-${hash === 'sha1' ? 'SHA-1' : 'SHA-256'}${binding === undefined ? '' : '-PLUS'}`,
    showsSecret: false,
    unheard: () => phase === 'first' || phase === 'final',
    initial: () => {
      phase = 'final';
      return clientFirst;
    },
    step: (challenge) => {
      if (phase === 'first') {
        phase = 'final';
        return clientFirst;
      }
      if (phase === 'final') {
        phase = 'verify';
        return answerServerFirst(challenge.toString('utf8'));
      }
      if (phase === 'verify') {
        verify(challenge.toString('utf8'));
        return Buffer.alloc(0);
      }
      throw new SaslError('malformed', 'The server went on after the end of the SCRAM exchange.');
    },
    finish: (additional) => {
      if (phase === 'verify' && additional !== undefined && additional.length > 0)
        verify(additional.toString('utf8'));
      if (phase !== 'done') {
        throw new SaslError(
          'server-not-proven',
          'The server said yes without proving that it knows the password, so it may not be the right server.',
        );
      }
    },
  };
}

function parseFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    if (part[1] === '=') fields.set(part.slice(0, 1), part.slice(2));
  }
  return fields;
}
