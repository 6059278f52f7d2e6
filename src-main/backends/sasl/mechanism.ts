/** What a person or a client certificate offers to prove who they are. */
export interface SaslCredentials {
  username: string;
  password?: string | undefined;
  /** OAuth 2 access token. */
  token?: string | undefined;
  /** The TLS layer presents a client certificate: EXTERNAL may be used. `names`: whom it names, in small letters. */
  clientCertificate?: { names: readonly string[] } | undefined;
  /** Only when the user asked for it in words. */
  anonymous?: boolean | undefined;
}

/** RFC 5056: what ties the exchange to the TLS connection below it. */
export interface ChannelBinding {
  type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';
  data: Buffer;
}

/** Where the exchange takes place; OAUTHBEARER and DIGEST-like mechanisms name it. */
export interface SaslService {
  host: string;
  port: number;
  /** What TLS gives, the best first. */
  channelBindings?: readonly ChannelBinding[] | undefined;
}

/**
 * One SASL exchange (RFC 4422) as a state machine without any I/O. A protocol sends `initial()`
 * when it may (SASL-IR) or answers the first empty challenge with it, answers every challenge with
 * `step`, and calls `finish` with the data of a success response, if any, before it believes the
 * success: SCRAM throws there when the server could not prove that it knows the password.
 */
export interface Mechanism {
  readonly name: string;
  /** True when the password itself, or something as good, travels: only below TLS. */
  readonly showsSecret: boolean;
  /** Null: the server speaks first. */
  initial(): Buffer | null;
  step(challenge: Buffer): Buffer;
  finish(additional?: Buffer): void;
  /** What the server said in an error challenge (OAuth), for the error's words. */
  serverError?(): string | null;
  /** True while the server has asked for no proof: a refusal then is of the way of asking, not of the password. */
  unheard?(): boolean;
}

/** The exchange itself went wrong: malformed, or the server failed to prove itself. */
export class SaslError extends Error {
  readonly kind: 'malformed' | 'server-not-proven' | 'none-usable' | 'needs-tls' | 'bad-characters';

  constructor(kind: SaslError['kind'], message: string) {
    super(message);
    this.name = 'SaslError';
    this.kind = kind;
  }
}
