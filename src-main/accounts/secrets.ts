import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import type { ClientCertificate } from '../platform/client-certificate.ts';
import type { Log } from '../platform/log.ts';
import { openSecretFile } from './secret-file.ts';
import { openSystemKeyring } from './system-keyring.ts';

/** Which secret of an account. */
export type SecretKind = Side | `${Side}-token` | `${Side}-certificate`;
type Side = 'incoming' | 'outgoing';
const kinds: readonly SecretKind[] = [
  'incoming',
  'outgoing',
  'incoming-token',
  'outgoing-token',
  'incoming-certificate',
  'outgoing-certificate',
];

export interface Secrets {
  readonly holder: 'keyring' | 'file' | 'locked';
  /** Null: none is kept. Throws `locked` when the file was not opened yet. */
  get(accountId: string, kind: SecretKind): Promise<string | null>;
  set(accountId: string, kind: SecretKind, secret: string): Promise<void>;
  remove(accountId: string, kind: SecretKind): Promise<void>;
  removeAccount(accountId: string): Promise<void>;
  /** Opens (the first time: makes) the encrypted file. Throws `auth-failed` when the passphrase is wrong. */
  unlock(passphrase: string): Promise<void>;
  onUnlocked(listener: () => void): void;
}

export interface SecretBackend {
  get(name: string): Promise<string | null>;
  set(name: string, secret: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/**
 * The system's keyring where it really keeps secrets, else a file opened by a passphrase. There is no
 * third way: no constant key, nothing in clear. Secrets given while locked are held in memory for this
 * run only, so that a new account works before a passphrase was chosen.
 */
export async function openSecrets(options: {
  file: string;
  profile: string;
  passphrase: string | null;
  log: Log;
  useKeyring: boolean;
  /** For test hooks alone: a key that costs nothing to make, nor to guess. */
  cheapKey?: boolean;
  onDamage(path: string, kept: string): void;
}): Promise<Secrets> {
  const keyring =
    options.useKeyring && options.passphrase === null
      ? await openSystemKeyring(options.profile, options.log)
      : null;
  const file = openSecretFile(options.file, options.onDamage, { cheapKey: options.cheapKey === true });
  let backend: SecretBackend | null = keyring;
  const held = new Map<string, string>();
  const listeners: (() => void)[] = [];
  const nameOf = (accountId: string, kind: SecretKind): string => `${accountId}/${kind}`;

  const secrets: Secrets = {
    get holder() {
      return backend === null ? 'locked' : backend === keyring ? 'keyring' : 'file';
    },
    async get(accountId, kind) {
      const name = nameOf(accountId, kind);
      const inMemory = held.get(name);
      if (inMemory !== undefined) return inMemory;
      if (backend === null) throw locked();
      return await backend.get(name);
    },
    async set(accountId, kind, secret) {
      const name = nameOf(accountId, kind);
      // Who is told that it was not kept must not find it used until the next start.
      if (backend !== null) await backend.set(name, secret);
      held.set(name, secret);
    },
    async remove(accountId, kind) {
      const name = nameOf(accountId, kind);
      held.delete(name);
      if (backend !== null && (await backend.get(name)) !== null) await backend.remove(name);
    },
    async removeAccount(accountId) {
      for (const kind of kinds) await secrets.remove(accountId, kind);
    },
    async unlock(passphrase) {
      if (keyring !== null) return;
      backend = await file.open(passphrase);
      for (const [name, secret] of held) await backend.set(name, secret);
      for (const listener of listeners) listener();
    },
    onUnlocked: (listener) => void listeners.push(listener),
  };
  if (options.passphrase !== null) await secrets.unlock(options.passphrase);
  return secrets;
}

/** What is kept for one of the account's servers. */
export interface SideSecrets {
  password: string | undefined;
  token: string | undefined;
  certificate: ClientCertificate | undefined;
}

/** What one of the account's servers is told. @throws AppError `locked` */
export async function credentialsFor(secrets: Secrets, accountId: string, side: Side): Promise<SideSecrets> {
  const certificate = await secrets.get(accountId, `${side}-certificate`);
  return {
    password: (await secrets.get(accountId, side)) ?? undefined,
    token: (await secrets.get(accountId, `${side}-token`)) ?? undefined,
    certificate: certificate === null ? undefined : v.parse(certificateSchema, JSON.parse(certificate)),
  };
}

const certificateSchema = v.object({ data: v.string(), passphrase: v.optional(v.string()) });

/** What was tried and taken is kept, and what was not is not kept beside it: a token would be tried first. */
export async function replaceSecrets(
  secrets: Secrets,
  accountId: string,
  side: Side,
  kept: SideSecrets,
  taken: SideSecrets,
): Promise<void> {
  const text = ({ certificate }: SideSecrets): string | undefined =>
    certificate === undefined ? undefined : JSON.stringify(certificate);
  for (const [kind, old, secret] of [
    [side, kept.password, taken.password],
    [`${side}-token`, kept.token, taken.token],
    [`${side}-certificate`, text(kept), text(taken)],
  ] as const) {
    if (secret === old) continue;
    if (secret === undefined) await secrets.remove(accountId, kind);
    else await secrets.set(accountId, kind, secret);
  }
}

function locked(): AppError {
  return new AppError({
    code: 'locked',
    scope: 'account',
    next: 'ask-password',
    detail:
      'The passwords are locked: this computer has no keyring, and the passphrase was not given yet. Cached mail stays readable, and nothing that waits is touched.',
  });
}
