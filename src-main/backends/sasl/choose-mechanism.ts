import { cramMd5 } from './cram-md5.ts';
import { type Mechanism, type SaslCredentials, SaslError, type SaslService } from './mechanism.ts';
import { oauthBearer, xoauth2 } from './oauth.ts';
import { anonymous, external, login, plain } from './plain.ts';
import { scram } from './scram.ts';

export interface MechanismChoice {
  /** Names as the server offers them, without "AUTH=". */
  offered: readonly string[];
  credentials: SaslCredentials;
  service: SaslService;
  /** TLS protects the connection. Loopback is no exception. */
  secure: boolean;
  /** The user said in words that the password may travel in clear. */
  allowPlaintextPassword: boolean;
  /** Only this one, by name. */
  preferred?: string | undefined;
}

/**
 * The strongest mechanism that server and credentials share, and what may follow it: a mechanism bound to TLS is
 * followed by the same with the next binding and, unless it was wanted by name, by the same unbound. Mechanisms
 * that show the password (or a token) are left out without TLS unless the user allowed it.
 * @throws SaslError `needs-tls` when only such mechanisms are left, else `none-usable`.
 */
export function chooseMechanisms(choice: MechanismChoice): Mechanism[] {
  const offered = new Set(choice.offered.map((name) => name.toUpperCase()));
  const wanted = choice.preferred?.toUpperCase();
  let heldBack = false;
  for (const candidate of candidates(choice, offered)) {
    if (!offered.has(candidate.name)) continue;
    if (wanted !== undefined && candidate.name !== wanted) continue;
    if (candidate.showsSecret && !choice.secure && !choice.allowPlaintextPassword) {
      heldBack = true;
      continue;
    }
    const then = (candidate.then ?? []).filter(({ name }) => wanted === undefined || name === wanted);
    return [candidate.make(), ...then.filter(({ name }) => offered.has(name)).map(({ make }) => make())];
  }
  if (heldBack) {
    throw new SaslError(
      'needs-tls',
      'The server only takes the password in clear, and the connection is not encrypted.',
    );
  }
  throw new SaslError(
    'none-usable',
    wanted === undefined
      ? `The server offers no way to sign in that Posthorn can use with these credentials (it offers: ${[...offered].join(', ') || 'none'}).`
      : offered.has(wanted)
        ? `The server offers ${wanted}, but Posthorn cannot use it with these credentials on this connection.`
        : `The server does not offer ${wanted} (it offers: ${[...offered].join(', ') || 'none'}).`,
  );
}

interface Candidate {
  name: string;
  showsSecret: boolean;
  make: () => Mechanism;
  /** In its place when the server does not know its binding to TLS. */
  then?: Pick<Candidate, 'name' | 'make'>[];
}

function candidates(
  { credentials, service, preferred }: MechanismChoice,
  offered: ReadonlySet<string>,
): Candidate[] {
  const list: Candidate[] = [];
  if (credentials.anonymous === true || preferred?.toUpperCase() === 'ANONYMOUS')
    return [{ name: 'ANONYMOUS', showsSecret: false, make: anonymous }];
  if (credentials.token !== undefined) {
    list.push(
      { name: 'OAUTHBEARER', showsSecret: true, make: () => oauthBearer(credentials, service) },
      { name: 'XOAUTH2', showsSecret: true, make: () => xoauth2(credentials) },
    );
  }
  if (credentials.clientCertificate !== undefined)
    list.push({ name: 'EXTERNAL', showsSecret: false, make: () => external(credentials) });
  if (credentials.password === undefined) return list;
  const bindings = service.channelBindings ?? [];
  // RFC 5802 6: "y" only where the server seems to know no binding at all; one that does refuses it.
  const couldBind = bindings.length > 0 && ![...offered].some((one) => one.endsWith('-PLUS'));
  for (const hash of ['sha256', 'sha1'] as const) {
    const name = hash === 'sha256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-1';
    const unbound = { name, make: () => scram(hash, credentials, { couldBind }) };
    const [first, ...others] = bindings.map((channelBinding) => ({
      name: `${name}-PLUS`,
      make: () => scram(hash, credentials, { channelBinding }),
    }));
    if (first !== undefined) list.push({ ...first, showsSecret: false, then: [...others, unbound] });
    list.push({ ...unbound, showsSecret: false });
  }
  list.push(
    { name: 'CRAM-MD5', showsSecret: false, make: () => cramMd5(credentials) },
    { name: 'PLAIN', showsSecret: true, make: () => plain(credentials) },
    { name: 'LOGIN', showsSecret: true, make: () => login(credentials) },
  );
  return list;
}
