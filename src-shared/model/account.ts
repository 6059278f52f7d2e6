import * as v from 'valibot';
import { bodyPolicySchema } from './body-policy.ts';

/**
 * How an account keeps its mail (RFC 1733). The words the user reads: disconnected = "Keep a copy
 * (works without network)", online = "Only on the server", offline = "Take home".
 */
export const accountModeSchema = v.picklist(['offline', 'online', 'disconnected']);
export type AccountMode = v.InferOutput<typeof accountModeSchema>;

export const tlsModeSchema = v.picklist(['implicit', 'starttls', 'none']);
export type TlsMode = v.InferOutput<typeof tlsModeSchema>;

export const incomingProtocolSchema = v.picklist(['imap', 'pop3']);
export type IncomingProtocol = v.InferOutput<typeof incomingProtocolSchema>;

/** SHA-256 of the certificate, lower-case hex; colons and capitals are accepted on input. */
export const fingerprintSchema = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll(':', '').toLowerCase()),
  v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 fingerprint has 64 hexadecimal digits'),
);

/** A host name or address: no blanks, no control characters, no path. */
export const hostSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(253),
  v.regex(/^[^\s/\\@"'<>\u0000-\u001f\u007f]+$/u, 'that is not a host name'),
);

export const portSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));

/**
 * A certificate with its private key: the path of a PKCS#12 or PEM file, or (from a window) its bytes in base64. It is
 * copied into the profile's secrets, so that the file may go. `keyFile`: where a PEM certificate has its key apart.
 */
export const clientCertificateInputSchema = v.object({
  file: v.optional(v.pipe(v.string(), v.maxLength(4_096))),
  keyFile: v.optional(v.pipe(v.string(), v.maxLength(4_096))),
  data: v.optional(v.pipe(v.string(), v.maxLength(1_400_000))),
  name: v.optional(v.pipe(v.string(), v.maxLength(255))),
  passphrase: v.optional(v.pipe(v.string(), v.maxLength(1_000))),
});
export type ClientCertificateInput = v.InferOutput<typeof clientCertificateInputSchema>;

/** What settings and windows know of it; the certificate itself and its passphrase are kept with the secrets. */
export const clientCertificateViewSchema = v.object({
  /** Name of the file that it came from. */
  name: v.string(),
  subject: v.string(),
  issuer: v.string(),
  validTo: v.string(),
});
export type ClientCertificateView = v.InferOutput<typeof clientCertificateViewSchema>;

export const authOptionsSchema = v.object({
  mechanism: v.optional(v.pipe(v.string(), v.maxLength(40))),
  token: v.optional(v.string()),
  clientCertificate: v.optional(v.nullable(clientCertificateInputSchema)),
});

const serverEntries = {
  host: hostSchema,
  port: portSchema,
  tls: tlsModeSchema,
  auth: v.optional(authOptionsSchema),
  trustFingerprint256: v.optional(fingerprintSchema),
  /** Only then may a mechanism that shows the password be used without TLS. */
  allowPlaintextPassword: v.optional(v.boolean()),
};

export const incomingServerSchema = v.object({
  protocol: incomingProtocolSchema,
  ...serverEntries,
  username: v.pipe(v.string(), v.minLength(1)),
  password: v.optional(v.string()),
});

export const outgoingServerSchema = v.object({
  ...serverEntries,
  username: v.optional(v.string()),
  password: v.optional(v.string()),
});

export type IncomingServerInput = v.InferOutput<typeof incomingServerSchema>;
export type OutgoingServerInput = v.InferOutput<typeof outgoingServerSchema>;

/** A server as it is kept in settings: no secret in it. */
export interface ServerSettings {
  host: string;
  port: number;
  tls: TlsMode;
  username?: string | undefined;
  mechanism?: string | undefined;
  trustFingerprint256?: string | undefined;
  allowPlaintextPassword?: boolean | undefined;
  clientCertificate?: ClientCertificateView | undefined;
}

export const identitySchema = v.object({
  identityId: v.string(),
  name: v.pipe(v.string(), v.maxLength(200)),
  address: v.pipe(v.string(), v.maxLength(320)),
  /** Plain text, put below "-- "; empty for none. */
  signature: v.pipe(v.string(), v.maxLength(20_000)),
  replyTo: v.optional(v.string()),
});
export type Identity = v.InferOutput<typeof identitySchema>;

/** Who files the copy of a sent mail: we append it to Sent, the server does it, or nobody. */
export const sentCopySchema = v.picklist(['append', 'server', 'none']);
export type SentCopy = v.InferOutput<typeof sentCopySchema>;

/**
 * An account that takes its mail home (`offline`): what of it stays on the server. `days` counts from the day on
 * which it was taken; `until-deleted`: until the user deletes it here for good.
 */
export const leaveOnServerSchema = v.variant('kind', [
  v.object({ kind: v.literal('remove') }),
  v.object({
    kind: v.literal('days'),
    days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_650)),
  }),
  v.object({ kind: v.literal('until-deleted') }),
  v.object({ kind: v.literal('always') }),
]);
export type LeaveOnServer = v.InferOutput<typeof leaveOnServerSchema>;

/**
 * A POP3 account whose mail comes to this computer: a message of more octets stays on the server, is shown by its
 * header (TOP), and is fetched when it is opened. Null or absent: everything comes.
 */
export const leaveLargerThanSchema = v.nullable(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
);

/**
 * Names (RFC 8601 authserv-id) by which the account's own server signs what it found out about senders, where they are
 * not those of its host or of the account's addresses. Null or absent: those.
 */
export const authservIdsSchema = v.nullable(v.pipe(v.array(hostSchema), v.minLength(1), v.maxLength(20)));

/** The account's own record in settings (main, fsynced). Secrets are elsewhere. */
export const accountSettingsSchema = v.object({
  accountId: v.string(),
  address: v.string(),
  name: v.string(),
  /** 0–7: one of the eight account colours of tokens.css. */
  color: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7)),
  mode: accountModeSchema,
  incoming: v.object({
    /** `local`: mail on this computer with no server behind it (what an account that took its mail home left). */
    protocol: v.picklist(['imap', 'pop3', 'local']),
    host: v.string(),
    port: portSchema,
    tls: tlsModeSchema,
    username: v.string(),
    mechanism: v.optional(v.string()),
    trustFingerprint256: v.optional(v.string()),
    allowPlaintextPassword: v.optional(v.boolean()),
    clientCertificate: v.optional(clientCertificateViewSchema),
  }),
  outgoing: v.nullable(
    v.object({
      host: v.string(),
      port: portSchema,
      tls: tlsModeSchema,
      username: v.optional(v.string()),
      mechanism: v.optional(v.string()),
      trustFingerprint256: v.optional(v.string()),
      allowPlaintextPassword: v.optional(v.boolean()),
      clientCertificate: v.optional(clientCertificateViewSchema),
    }),
  ),
  identities: v.pipe(v.array(identitySchema), v.minLength(1)),
  sentCopy: sentCopySchema,
  /** What is fetched ahead to be readable without a network. */
  bodies: bodyPolicySchema,
  notify: v.boolean(),
  /** Only of meaning in mode `offline`; absent: `remove`, which is what the mode is. */
  leaveOnServer: v.optional(leaveOnServerSchema),
  leaveLargerThan: v.optional(leaveLargerThanSchema),
  authservIds: v.optional(authservIdsSchema),
  /** Its copies on this computer are being erased: finished at the next start when it was cut off. */
  erasing: v.optional(v.boolean()),
  /** It is being taken away, and not shown any more: finished at the next start when it was cut off. */
  removing: v.optional(v.boolean()),
  /** Name of its mail on this computer below `local-mail/`; absent: the account's id. */
  localStore: v.optional(v.string()),
});
export type AccountSettings = v.InferOutput<typeof accountSettingsSchema>;

/** True when the account's folders are on this computer and its server is only a place to collect from. */
export function keepsMailHere({ mode, incoming }: Pick<AccountSettings, 'mode' | 'incoming'>): boolean {
  // POP3 knows neither folders nor flags: a copy that is kept has nothing to be in step with.
  return (
    incoming.protocol === 'local' ||
    mode === 'offline' ||
    (incoming.protocol === 'pop3' && mode === 'disconnected')
  );
}

/** What the account's server may forget of what was taken home. */
export function leavePolicyOf({ mode, leaveOnServer }: AccountSettings): LeaveOnServer {
  return leaveOnServer ?? { kind: mode === 'offline' ? 'remove' : 'until-deleted' };
}

/**
 * What the account is doing. `locked`: secrets cannot be read yet. `auth-failed`: the password was
 * refused, nothing is tried until the user gives another or asks again.
 */
export const accountStateSchema = v.picklist([
  'connecting',
  'syncing',
  'idle',
  'offline',
  'waiting',
  'auth-failed',
  'certificate',
  'error',
  'locked',
]);
export type AccountState = v.InferOutput<typeof accountStateSchema>;
