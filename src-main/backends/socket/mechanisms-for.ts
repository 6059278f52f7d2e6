import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import { examineCertificate } from '../../platform/client-certificate.ts';
import { chooseMechanisms } from '../sasl/choose-mechanism.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { channelBindingsOf } from './channel-binding.ts';
import type { Credentials } from './server-stream.ts';

export interface SignInPlace {
  server: ServerSettings;
  credentials: Credentials;
  /** What the server said when it was reached: some are known by it. */
  greeting?: string | undefined;
}

/**
 * How to sign in on this very connection: the strongest that both sides know first. Those that follow are tried only
 * when the server refused before it had asked for any proof (`Mechanism.unheard`): it was the binding to TLS that it
 * did not know, and no password was tried.
 * @throws SaslError
 */
export function mechanismsFor(stream: Duplex, offered: readonly string[], place: SignInPlace): Mechanism[] {
  const { server, credentials, greeting } = place;
  const isSecure = stream instanceof TLSSocket;
  const { password, token, certificate } = credentials;
  return chooseMechanisms({
    offered,
    credentials: {
      username: server.username ?? '',
      password,
      token,
      // It is shown by TLS; without TLS there is nothing that EXTERNAL could stand on.
      clientCertificate:
        certificate === undefined || !isSecure ? undefined : { names: examineCertificate(certificate).names },
    },
    service: {
      host: server.host,
      port: server.port,
      channelBindings: channelBindingsOf(stream, greeting ?? ''),
    },
    secure: isSecure,
    allowPlaintextPassword: server.allowPlaintextPassword === true,
    preferred: server.mechanism,
  });
}
