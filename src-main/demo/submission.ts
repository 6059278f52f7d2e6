import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import type { Certificates } from './certificates.ts';
import { whenProcessEnds } from './server-process.ts';

/** A negative reply: 4yz "not now", 5yz "never". `text` carries its own enhanced code, "5.1.1 No such user". */
export interface SmtpRefusal {
  code: number;
  text: string;
}

export interface SmtpMail {
  /** Who logged in; undefined without AUTH. */
  user: string | undefined;
  from: string;
  /** Recipients that were accepted, in order. */
  to: string[];
  /** Parameters of MAIL FROM (SIZE, BODY, SMTPUTF8, RET, ENVID) as the client gave them. */
  parameters: Readonly<Record<string, string | boolean>>;
  bytes: Buffer;
  receivedAt: number;
}

/** `cut`: the connection dies without a reply, before or after the mail was taken. */
export type AfterData = 'accept' | 'cut-before-taking' | 'cut-after-taking' | SmtpRefusal;

/** Everything a test can bend; each may wait (a promise that is not settled holds the client). */
export interface SmtpScript {
  onConnect?: () => SmtpRefusal | undefined | Promise<SmtpRefusal | undefined>;
  onAuth?: (user: string) => SmtpRefusal | undefined | Promise<SmtpRefusal | undefined>;
  onFrom?: (address: string) => SmtpRefusal | undefined | Promise<SmtpRefusal | undefined>;
  onRecipient?: (address: string) => SmtpRefusal | undefined | Promise<SmtpRefusal | undefined>;
  afterData?: (mail: SmtpMail) => AfterData | Promise<AfterData>;
}

export interface SubmissionOptions {
  certificates: Certificates;
  users: readonly { name: string; password: string }[];
  /** Without it AUTH is required before MAIL FROM. */
  authOptional?: boolean;
  /** Methods offered; [] offers none. XOAUTH2 takes the password as the token. */
  authMethods?: readonly string[];
  maxBytes?: number;
  script?: SmtpScript;
  /** Further options of smtp-server, hideSMTPUTF8 and the like. */
  server?: SMTPServerOptions;
  /** Called with each mail that was taken, before the client hears so; a throw answers 451. */
  take: (mail: SmtpMail) => void | Promise<void>;
}

export interface Submission {
  host: string;
  /** TLS from the first byte. */
  smtpsPort: number;
  /** STARTTLS before AUTH. */
  smtpPort: number;
  ca: string;
  /** May be changed between mails. */
  script: SmtpScript;
  stop(): Promise<void>;
}

/**
 * A submission server on loopback with both ways to TLS. What it does with a mail is `take`'s business; nothing leaves
 * this machine.
 */
export async function startSubmission(options: SubmissionOptions): Promise<Submission> {
  const state: ScriptHolder = { script: options.script ?? {}, servers: [] };
  const common = serverOptions(options, state);
  state.servers = [true, false].map((secure) => new SMTPServer({ ...common, secure }));
  // Broken dialogues are what tests make on purpose: they end the connection, never the server.
  for (const server of state.servers) server.on('error', () => undefined);
  const ports = await Promise.all(state.servers.map(listen));
  const closeNow = (): void => {
    for (const server of state.servers)
      for (const connection of server.connections) connection._socket.destroy();
  };
  const forget = whenProcessEnds(closeNow);
  return {
    host: '127.0.0.1',
    smtpsPort: ports[0] ?? 0,
    smtpPort: ports[1] ?? 0,
    ca: options.certificates.ca,
    get script() {
      return state.script;
    },
    set script(script) {
      state.script = script;
    },
    async stop() {
      forget();
      const closed = state.servers.map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      closeNow();
      await Promise.all(closed);
    },
  };
}

interface ScriptHolder {
  script: SmtpScript;
  servers: SMTPServer[];
}

type Done = (error?: Error | null) => void;

function serverOptions(options: SubmissionOptions, state: ScriptHolder): SMTPServerOptions {
  const passwords = new Map(options.users.map((user) => [user.name.toLowerCase(), user.password]));
  const decide = (
    done: Done,
    ask: () => SmtpRefusal | undefined | Promise<SmtpRefusal | undefined>,
  ): void => {
    Promise.resolve()
      .then(ask)
      .then((refusal) => done(refusal === undefined ? null : refused(refusal)))
      .catch((thrown: unknown) => done(refused({ code: 451, text: `4.3.0 ${String(thrown)}` })));
  };
  return {
    cert: readFileSync(options.certificates.cert),
    key: readFileSync(options.certificates.key),
    name: 'smtp.localhost',
    banner: 'Posthorn test submission',
    size: options.maxBytes ?? 30_000_000,
    authOptional: options.authOptional ?? false,
    authMethods: [...(options.authMethods ?? ['PLAIN', 'LOGIN'])],
    // The texts of refusals bring their own enhanced codes; the library would put a guessed one before them.
    hideENHANCEDSTATUSCODES: true,
    disableReverseLookup: true,
    closeTimeout: 200,
    ...options.server,
    onConnect(_session, done) {
      decide(done, () => state.script.onConnect?.());
    },
    onAuth(auth, _session, done) {
      const user = (auth.username ?? '').toLowerCase();
      const given = auth.method === 'XOAUTH2' ? auth.accessToken : auth.password;
      const good = passwords.get(user) !== undefined && given === passwords.get(user);
      decide(
        (error) => (error ? done(error) : done(null, { user })),
        async () =>
          (await state.script.onAuth?.(user)) ??
          (good ? undefined : { code: 535, text: '5.7.8 Username and password do not fit' }),
      );
    },
    onMailFrom(address, _session, done) {
      decide(done, () => state.script.onFrom?.(address.address));
    },
    onRcptTo(address, _session, done) {
      decide(done, () => state.script.onRecipient?.(address.address));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', (error: Error) => done(error));
      stream.on('end', () => {
        decide(done, async () => {
          if (stream.sizeExceeded)
            return { code: 552, text: '5.3.4 Message is larger than this server takes' };
          const from = session.envelope.mailFrom;
          const mail: SmtpMail = {
            user: typeof session.user === 'string' ? session.user : undefined,
            from: from === false ? '' : from.address,
            to: session.envelope.rcptTo.map((recipient) => recipient.address),
            parameters: from === false ? {} : { ...(from.args as Record<string, string | boolean>) },
            bytes: Buffer.concat(chunks),
            receivedAt: Date.now(),
          };
          const outcome = (await state.script.afterData?.(mail)) ?? 'accept';
          if (typeof outcome === 'object') return outcome;
          if (outcome !== 'cut-before-taking') await options.take(mail);
          if (outcome !== 'accept') cut(state.servers, session.id);
          return undefined;
        });
      });
    },
  };
}

/** Kills the connection of one session, so that the reply never arrives. */
function cut(servers: readonly SMTPServer[], sessionId: string): void {
  for (const server of servers) {
    for (const connection of server.connections)
      if (connection.session.id === sessionId) connection._socket.destroy();
  }
}

function refused(refusal: SmtpRefusal): Error {
  return Object.assign(new Error(refusal.text), { responseCode: refusal.code });
}

function listen(server: SMTPServer): Promise<number> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });
}
