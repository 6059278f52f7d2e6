import { AppError } from '../../src-shared/error.ts';
import type {
  AccountSettings,
  IncomingServerInput,
  OutgoingServerInput,
  ServerSettings,
} from '../../src-shared/model/account.ts';
import type { TakenCertificate } from './certificate-file.ts';
import type { SideSecrets } from './secrets.ts';

/** What the contract's server objects come to in accounts.json and in a check: no secret is kept with them. */
export interface ServerCheck extends SideSecrets {
  server: ServerSettings;
}

export function serverOf(
  input: IncomingServerInput | OutgoingServerInput,
  trust: string | undefined,
  certificate: TakenCertificate | null | undefined,
): ServerSettings & { host: string; port: number } {
  return withoutUndefined({
    host: input.host,
    port: input.port,
    tls: input.tls,
    username: input.username,
    mechanism: input.auth?.mechanism,
    trustFingerprint256: input.trustFingerprint256 ?? trust,
    allowPlaintextPassword: input.allowPlaintextPassword,
    clientCertificate: certificate?.view,
  });
}

export type ServerChange = { [K in keyof ServerSettings]?: ServerSettings[K] | undefined } & {
  auth?: IncomingServerInput['auth'];
  password?: string | undefined;
};

/**
 * What the changed server is told. What is kept was given for the old host: another one gets only what comes with
 * the change. @throws AppError `refused` when nothing comes with it
 */
export function secretsFor(
  old: Partial<ServerSettings> | null,
  change: ServerChange | undefined,
  kept: SideSecrets,
  certificate: TakenCertificate | null | undefined,
): SideSecrets {
  const given = {
    password: change?.password,
    token: change?.auth?.token,
    certificate: certificate?.certificate,
  };
  const moved = change?.host !== undefined && change.host.toLowerCase() !== old?.host?.toLowerCase();
  if (!moved) {
    const shown = certificate === undefined ? kept.certificate : given.certificate;
    // A new password is not to be passed over for an old token.
    if (given.password !== undefined) return { ...given, certificate: shown };
    return { password: kept.password, token: given.token ?? kept.token, certificate: shown };
  }
  if (isEmpty(given) && !isEmpty(kept))
    throw new AppError({
      code: 'refused',
      scope: 'account',
      next: 'ask-password',
      detail: `What is kept to sign in with was given for ${old?.host ?? 'no server'}, so it is not sent to ${change.host ?? ''}. Give the password (or the certificate) for ${change.host ?? ''} together with the change. Nothing was changed.`,
    });
  return given;
}

const isEmpty = ({ password, token, certificate }: SideSecrets): boolean =>
  password === undefined && token === undefined && certificate === undefined;

/** What of a change may stand in accounts.json: of `auth` only the name of the mechanism, never a secret. */
export function changeOf({ auth, password: _password, ...change }: ServerChange) {
  return withoutUndefined({ ...change, ...(auth === undefined ? {} : { mechanism: auth.mechanism }) });
}

/** The settings say which certificate goes with them; without one they say nothing of it. */
export function withCertificate<T extends ServerSettings>(
  server: T,
  secrets: SideSecrets,
  taken: TakenCertificate | null | undefined,
): T {
  const { clientCertificate: kept, ...rest } = server;
  if (secrets.certificate === undefined) return rest as T;
  const clientCertificate = taken?.view ?? kept;
  return clientCertificate === undefined ? server : { ...server, clientCertificate };
}

/**
 * Settings after a change. A certificate that was trusted was trusted for one host and port: elsewhere it must be
 * trusted anew.
 */
export function mergeIncoming(
  old: AccountSettings['incoming'],
  change: ServerChange,
): AccountSettings['incoming'] {
  return forgetTrust(old, { ...old, ...changeOf(change) }, change);
}

function forgetTrust<T extends Partial<ServerSettings>>(
  old: Partial<ServerSettings> | null,
  next: T,
  change: ServerChange,
): T {
  const same = old?.host === next.host && old?.port === next.port;
  if (same || change.trustFingerprint256 !== undefined) return next;
  const { trustFingerprint256: _, ...rest } = next;
  return rest as T;
}

export function mergeOutgoing(
  old: AccountSettings['outgoing'],
  change: ServerChange,
): AccountSettings['outgoing'] {
  const merged = forgetTrust(old, { ...old, ...changeOf(change) }, change);
  if (merged.host === undefined || merged.port === undefined || merged.tls === undefined) {
    throw new AppError({
      code: 'bad-params',
      scope: 'account',
      next: 'tell-user',
      detail: 'A server for sending needs a host, a port and a kind of encryption. Nothing was changed.',
    });
  }
  return { ...merged, host: merged.host, port: merged.port, tls: merged.tls };
}

/** exactOptionalPropertyTypes: absent is not the same as undefined. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
