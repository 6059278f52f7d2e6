import { diskError } from './disk-error.ts';

/**
 * The one error that crosses a border of Posthorn (process, JSON-RPC, interface). Library errors
 * are translated into it in exactly one file a library.
 */
export const errorCodes = [
  'offline',
  'not-cached',
  'locked',
  'auth-failed',
  'tls-certificate',
  'tls-missing',
  'host-unknown',
  'refused',
  'quota',
  'outcome-unknown',
  'profile-in-use',
  'not-yet',
  'bad-params',
  'not-found',
  'timeout',
  'connection-lost',
  'cancelled',
  'bug',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** How much is hurt: nothing outside this scope is affected. */
export type ErrorScope = 'message' | 'folder' | 'account' | 'app';

/** What happens next, decided where the error is made. */
export type ErrorNext = 'retry' | 'wait-online' | 'ask-password' | 'tell-user' | 'bug';

export interface ServerWords {
  /** Host and port that spoke, "imap.example.org:993". */
  host?: string;
  /** The server's own text, unchanged but without control characters. */
  text: string;
  /** IMAP response code ("OVERQUOTA"), SMTP reply ("550 5.1.1"), POP3 code. */
  code?: string;
}

/** What a certificate dialog shows. Fingerprint: SHA-256, lower-case hex without colons. */
export interface CertificateFacts {
  host: string;
  port: number;
  fingerprint256: string;
  subject: string;
  issuer: string;
  validFrom: string;
  validTo: string;
  /** Why it was refused, in words. */
  reason: string;
}

export interface AppErrorData {
  code: ErrorCode;
  scope: ErrorScope;
  next: ErrorNext;
  /** A plain sentence for a person: what happened, what was kept, what to do. */
  detail: string;
  server?: ServerWords;
  certificate?: CertificateFacts;
}

/** Codes that only main's own parts tell apart; callers of the contract never see them. */
export const innerCodes = ['not-found', 'timeout', 'connection-lost', 'cancelled'] as const;

/**
 * The error as callers of the contract see it: a server that fell silent or a connection that broke is `offline`, an
 * id that speaks of nothing is `bad-params`, and what the server does not have any more it `refused`.
 */
export function publicError(data: AppErrorData): AppErrorData {
  switch (data.code) {
    case 'timeout':
    case 'connection-lost':
    case 'cancelled':
      return { ...data, code: 'offline' };
    case 'not-found':
      return { ...data, code: data.server === undefined ? 'bad-params' : 'refused' };
    default:
      return data;
  }
}

export class AppError extends Error {
  readonly data: AppErrorData;

  constructor(data: AppErrorData, cause?: unknown) {
    super(data.detail, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.data = data;
  }

  get code(): ErrorCode {
    return this.data.code;
  }
}

/** Anything thrown, as an AppError; what is neither one already nor the disk's doing is a defect of ours ("bug"). */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const disk = diskError(thrown);
  if (disk !== null) return new AppError(disk, thrown);
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    { code: 'bug', scope: 'app', next: 'bug', detail: `Posthorn made a mistake: ${detail}` },
    thrown,
  );
}
