import * as v from 'valibot';
import type { AppErrorData } from '../../error.ts';
import { bodyPolicySchema } from '../../model/body-policy.ts';
import {
  authservIdsSchema,
  accountModeSchema,
  fingerprintSchema,
  identitySchema,
  incomingServerSchema,
  leaveLargerThanSchema,
  leaveOnServerSchema,
  outgoingServerSchema,
  sentCopySchema,
  type AccountMode,
  type AccountSettings,
  type AccountState,
  type IncomingProtocol,
  type TlsMode,
} from '../../model/account.ts';
import { method } from '../method.ts';

export interface DiscoveredServer {
  host: string;
  port: number;
  tls: TlsMode;
  auth: string[];
  username: string;
}

export interface Candidate {
  /** Where the settings come from: srv, autoconfig, well-known, provider-database, mx, guess. */
  source: string;
  incoming: DiscoveredServer & { protocol: IncomingProtocol };
  outgoing: DiscoveredServer;
}

export interface TriedSource {
  source: string;
  outcome: 'found' | 'nothing' | 'not-offered' | 'failed' | 'aborted';
  detail: string;
}

export interface Discovery {
  candidates: Candidate[];
  tried: TriedSource[];
  /** Hosts outside the mail's own domain: no password goes there before the user says so. */
  confirmHosts: string[];
  /** Plain sentences, e.g. about providers that take only browser sign-in. */
  warnings: string[];
}

export interface AccountView {
  accountId: string;
  address: string;
  name: string;
  color: number;
  mode: AccountMode;
  state: AccountState;
  /** A plain sentence about `state` when something needs the user or is wrong. */
  stateDetail: string | null;
  error: AppErrorData | null;
  /** When every folder was last asked and answered; folders that failed since are in `failures`. */
  lastSyncAt: string | null;
  /** When the server last told of something and it was fetched, later than `lastSyncAt`. */
  lastHeardAt: string | null;
  /** Folders that could not be checked the last time, and why. */
  failures: { folderId: string; folderName: string; error: AppErrorData }[];
  pendingOps: number;
  parkedOps: number;
  /** First sync or a long pass that is under way. */
  progress: { folderId: string; folderName: string; done: number; total: number } | null;
  settings: AccountSettings;
}

export interface ModePreview {
  /** Messages that are moved or whose copies here are removed. */
  messages: number;
  bytes: number;
  /** Changes that wait for the server. */
  pending: number;
  /** Plain sentences: what will happen, to how much. */
  sentences: string[];
}

const accountId = v.object({ accountId: v.string() });

export const accountMethods = {
  'account.discover': method<Discovery>()({
    params: v.object({ address: v.pipe(v.string(), v.trim(), v.email('that is not a mail address')) }),
    doc: 'Finds the servers for an address: SRV, autoconfig, provider database, MX, guessing with probes. No password is involved.',
    returns:
      '{candidates: [{source, incoming: {protocol, host, port, tls, auth, username}, outgoing: {host, port, tls, auth, username}}], tried: [{source, outcome, detail}], confirmHosts, warnings}',
  }),
  'account.discoverAbort': method<Record<string, never>>()({
    params: v.optional(v.object({}), {}),
    doc: 'Stops a discovery that is under way; it answers with what it has.',
    returns: '{}',
  }),
  'account.add': method<{ accountId: string }>()({
    params: v.object({
      address: v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(320)),
      name: v.optional(v.pipe(v.string(), v.maxLength(200))),
      mode: accountModeSchema,
      incoming: incomingServerSchema,
      outgoing: v.nullable(outgoingServerSchema),
      trustFingerprint256: v.optional(fingerprintSchema),
      leaveOnServer: v.optional(leaveOnServerSchema),
      leaveLargerThan: v.optional(leaveLargerThanSchema),
    }),
    doc: 'Checks the servers by signing in and keeps the account; nothing is kept when the check fails. A client certificate is given for each server by the path of a PKCS#12 or PEM file (`file`, and `keyFile` where its key lies apart) or by its bytes (`data`, base64; `name` for lists); it is copied into the secrets of the profile, so that the file may go.',
    returns: '{accountId}',
  }),
  'account.list': method<AccountView[]>()({
    params: v.optional(v.object({}), {}),
    doc: 'All accounts with their state.',
    returns:
      '[{accountId, address, name, color, mode, state, stateDetail, error, lastSyncAt, lastHeardAt, failures: [{folderId, folderName, error}], pendingOps, parkedOps, progress, settings}]',
  }),
  'account.remove': method<Record<string, never>>()({
    params: accountId,
    doc: 'Forgets the account, its passwords, its cache and what waits for it. Nothing on the server is touched.',
    returns: '{}',
  }),
  'account.modePreview': method<ModePreview>()({
    params: v.object({ accountId: v.string(), mode: accountModeSchema }),
    doc: 'Says what changing the mode would move or remove, and how much, and what is still pending; nothing is done.',
    returns: '{messages, bytes, pending, sentences}',
  }),
  'account.setMode': method<Record<string, never>>()({
    params: v.object({
      accountId: v.string(),
      mode: accountModeSchema,
      pending: v.optional(v.picklist(['send-first', 'discard'])),
      leaveOnServer: v.optional(leaveOnServerSchema),
    }),
    doc: 'Chooses how the account keeps its mail. `pending` says what is to become of changes that wait.',
    returns: '{} or a refusal that says what is still pending',
  }),
  'account.update': method<Record<string, never>>()({
    params: v.object({
      accountId: v.string(),
      name: v.optional(v.pipe(v.string(), v.maxLength(200))),
      color: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7))),
      identities: v.optional(v.pipe(v.array(identitySchema), v.minLength(1))),
      sentCopy: v.optional(sentCopySchema),
      bodies: v.optional(bodyPolicySchema),
      notify: v.optional(v.boolean()),
      authservIds: v.optional(authservIdsSchema),
      leaveOnServer: v.optional(leaveOnServerSchema),
      leaveLargerThan: v.optional(leaveLargerThanSchema),
      incoming: v.optional(v.partial(v.omit(incomingServerSchema, ['protocol']))),
      outgoing: v.optional(v.nullable(v.partial(outgoingServerSchema))),
    }),
    doc: 'Changes what is given; changed servers are checked by signing in before they are kept. Another host gets a password only when it is given here: the one that is kept was given for the old host. `authservIds`: the names whose Authentication-Results are believed, and no others; null: those of the organisations of the server and of the addresses. `clientCertificate: null` takes the certificate away.',
    returns: '{}',
  }),
  'account.setPassword': method<Record<string, never>>()({
    params: v.object({
      accountId: v.string(),
      incoming: v.optional(v.string()),
      outgoing: v.optional(v.string()),
    }),
    doc: 'Keeps new passwords and tries them once; both servers get `incoming` when `outgoing` is not given and they shared one.',
    returns: '{}',
  }),
  'account.tryNow': method<Record<string, never>>()({
    params: accountId,
    doc: 'Tries to connect at once, whatever the back-off says.',
    returns: '{}',
  }),
} as const;
