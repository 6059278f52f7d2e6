import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import type { Certificates } from './certificates.ts';
import { dovecotConfig } from './dovecot-config.ts';
import type { DovecotAddress } from './dovecot-config.ts';
import { freePorts, greeting } from './loopback.ts';
import { lmtpDeliver } from './lmtp-client.ts';
import type { LmtpRefusal } from './lmtp-client.ts';
import type { MailServer, MailUser } from './mail-server.ts';
import { writeMaildir } from './maildir.ts';
import type { SeedMail, SeedOptions } from './maildir.ts';
import {
  findProgram,
  idsOf,
  isRoot,
  ownIds,
  removeDir,
  serverDir,
  startProcess,
  whenProcessEnds,
} from './server-process.ts';
import type { Ids, ServerProcess } from './server-process.ts';
import { run } from './run-program.ts';
import { GaveUp, until } from './waiting.ts';

export interface DovecotOptions {
  /** Default: a new folder below the temporary folder, removed by stop(). */
  dir?: string;
  users: readonly MailUser[];
  /** Users named without "@" are reached by LMTP as `name@` each of these. */
  domains?: readonly string[];
  certificates?: Certificates;
  /** Further loopback addresses on the same ports, "127.0.0.2", with other capabilities. */
  addresses?: Readonly<Record<string, DovecotAddress>>;
  /** SASL mechanisms; an unknown one keeps Dovecot's auth process from starting. */
  mechanisms?: readonly string[];
  /** Drafts, Sent, Archive, Junk and Trash, made at the first look and marked as such. Default true. */
  specialUse?: boolean;
  separator?: '/' | '.';
  /** Of every folder but INBOX: "INBOX.", as on servers that took over from Courier. */
  prefix?: string;
  /** IMAP capability line of all addresses. */
  capability?: string;
  maxConnections?: number;
  defaultQuota?: string;
  /** Address of a token introspection endpoint (POST, form field `token`): XOAUTH2 and OAUTHBEARER are then offered. */
  oauthUrl?: string;
  /** Appended to the configuration as it stands. */
  extra?: string;
}

export interface Dovecot extends MailServer {
  kind: 'dovecot';
  /** 0, as pop3sPort, where dovecot-pop3d is not installed. */
  pop3Port: number;
  pop3sPort: number;
  lmtpPort: number;
  /** Dovecot's SASL service, for Postfix. */
  authPort: number;
  certificates: Certificates;
  domains: readonly string[];
  doveadm(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** Writes mails into a folder's Maildir, without the server. See writeMaildir. */
  seedMaildir(user: string, folder: string, mails: Iterable<SeedMail>, options?: SeedOptions): number;
  /** Live arrival: hands a mail to the LMTP service. */
  deliver(recipient: string, bytes: Buffer | string, from?: string): Promise<LmtpRefusal[]>;
  /** The user's Maildir on disk. */
  maildir(user: string): string;
  /** Ends the server but keeps folder, ports and mail; start() brings it back. */
  down(): Promise<void>;
  start(): Promise<void>;
}

const defaultMechanisms = ['plain', 'login', 'cram-md5', 'scram-sha-1', 'scram-sha-256', 'apop'];

const hasService = (service: string): boolean => existsSync(`/usr/lib/dovecot/${service}`);

/** Why startDovecot cannot work here, in words; undefined when it can. POP3 is a package of its own: see `pop3Port`. */
export function dovecotMissing(): string | undefined {
  if (findProgram('dovecot') === undefined || !hasService('imap'))
    return 'Dovecot is not installed (Debian: dovecot-imapd)';
  if (!hasService('lmtp')) return "Dovecot's LMTP service is not installed (Debian: dovecot-lmtpd)";
  return undefined;
}

/**
 * Starts a Dovecot 2.3 of our own: own configuration, ports and store, tied to this process. Resolves when it greets;
 * throws with its log when it does not within 10 s. Several run side by side.
 */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const missing = dovecotMissing();
  if (missing !== undefined) throw new Error(missing);
  const ownDir = options.dir === undefined;
  const dir = options.dir ?? serverDir('dovecot');
  try {
    return await launch(dir, ownDir, options);
  } catch (thrown) {
    if (ownDir) removeDir(dir);
    throw thrown;
  }
}

async function launch(dir: string, ownDir: boolean, options: DovecotOptions): Promise<Dovecot> {
  mkdirSync(join(dir, 'run'), { recursive: true });
  mkdirSync(join(dir, 'state'), { recursive: true });
  mkdirSync(join(dir, 'home'), { recursive: true });
  chmodSync(dir, 0o755);
  const domains = options.domains ?? ['example.test'];
  const certificates = options.certificates ?? (await makeCertificates(join(dir, 'tls'), { domains }));
  const mailOwner = isRoot() ? (idsOf('mail') ?? ownIds()) : ownIds();
  const owner = isRoot() ? mailOwner : undefined;
  const home = (user: string): string => join(dir, 'home', user.replaceAll('/', '_'));
  if (owner !== undefined) {
    chownSync(join(dir, 'home'), owner.uid, owner.gid);
    chownSync(join(dir, 'state'), owner.uid, owner.gid);
  }
  writeFileSync(join(dir, 'users'), usersFile(options.users, domains, mailOwner, home), { mode: 0o644 });
  if (options.oauthUrl !== undefined)
    writeFileSync(join(dir, 'oauth.conf'), oauthFile(options.oauthUrl), { mode: 0o644 });

  const pop3 = hasService('pop3');
  const logFile = join(dir, 'dovecot.log');
  const conf = join(dir, 'dovecot.conf');
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  let process: ServerProcess | undefined;
  const up = async (port: number): Promise<void> => {
    const started = startProcess(findProgram('dovecot') ?? 'dovecot', ['-F', '-c', conf]);
    process = started;
    const explain = (): string => `${started.said()}${log().slice(-4000)}`;
    const line = await until(
      'The greeting of Dovecot',
      async () => {
        if (started.ended !== undefined) throw new GaveUp(`Dovecot ended (${started.ended})\n${explain()}`);
        return await greeting(port);
      },
      { withinMs: 10_000, explain },
    );
    if (!line.startsWith('* OK')) {
      await started.stop();
      throw new Error(`Dovecot greets with "${line}"\n${explain()}`);
    }
  };
  const down = async (): Promise<void> => {
    await process?.stop();
    // Left behind it would make the next start say "already running" when the pid is taken by another process.
    rmSync(join(dir, 'run', 'master.pid'), { force: true });
  };

  let ports: DovecotPorts | undefined;
  for (let tries = 1; ports === undefined; tries += 1) {
    const chosen = await choosePorts();
    writeFileSync(
      conf,
      dovecotConfig({
        dir,
        certificates,
        ports: chosen,
        mailOwner,
        mechanisms: options.mechanisms ?? defaultMechanisms,
        addresses: options.addresses ?? {},
        specialUse: options.specialUse ?? true,
        separator: options.separator ?? '/',
        prefix: options.prefix ?? '',
        maxConnections: options.maxConnections ?? 40,
        defaultQuota: options.defaultQuota ?? '20G',
        pop3,
        extra: options.extra ?? '',
        ...(options.capability === undefined ? {} : { capability: options.capability }),
        ...(options.oauthUrl === undefined ? {} : { oauthUrl: options.oauthUrl }),
      }),
    );
    try {
      await up(chosen.imap);
      ports = chosen;
    } catch (thrown) {
      await down();
      if (tries === 3 || !/Address already in use/.test(log())) throw thrown;
    }
  }

  const forget = whenProcessEnds(() => {
    if (ownDir) removeDir(dir);
  });
  const maildir = (user: string): string => join(home(user), 'Maildir');
  const taken = ports;
  return {
    kind: 'dovecot',
    host: '127.0.0.1',
    imapPort: taken.imap,
    imapsPort: taken.imaps,
    pop3Port: pop3 ? taken.pop3 : 0,
    pop3sPort: pop3 ? taken.pop3s : 0,
    lmtpPort: taken.lmtp,
    authPort: taken.auth,
    ca: certificates.ca,
    certificates,
    domains,
    users: options.users,
    dir,
    maildir,
    log,
    doveadm: (args, input) => run('doveadm', ['-c', conf, ...args], input === undefined ? {} : { input }),
    seedMaildir(user, folder, mails, seed) {
      const root = maildir(user);
      mkdirSync(root, { recursive: true, mode: 0o700 });
      if (owner !== undefined)
        for (const path of [dirname(root), root]) chownSync(path, owner.uid, owner.gid);
      return writeMaildir(root, folder, mails, owner, seed);
    },
    deliver: (recipient, bytes, from = 'sender@example.test') =>
      lmtpDeliver(
        { host: '127.0.0.1', port: taken.lmtp },
        { from, to: [recipient] },
        typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
      ),
    down,
    start: () => up(taken.imap),
    async stop() {
      await down();
      forget();
      if (ownDir) removeDir(dir);
    },
  };
}

interface DovecotPorts {
  imap: number;
  imaps: number;
  pop3: number;
  pop3s: number;
  lmtp: number;
  auth: number;
}

async function choosePorts(): Promise<DovecotPorts> {
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0, lmtp = 0, auth = 0] = await freePorts(6);
  return { imap, imaps, pop3, pop3s, lmtp, auth };
}

/** name:password:uid:gid:gecos:home:shell:extra. A short name is also known by its addresses, which lead to it. */
function usersFile(
  users: readonly MailUser[],
  domains: readonly string[],
  owner: Ids,
  home: (user: string) => string,
): string {
  return users
    .flatMap((user) => {
      const quota = user.quota === undefined ? '' : `userdb_quota_rule=*:storage=${user.quota}`;
      const line = (name: string, extra: string): string =>
        `${name}:{PLAIN}${user.password}:${owner.uid}:${owner.gid}::${home(user.name)}::${extra}`;
      const aliases = user.name.includes('@') ? [] : domains.map((domain) => `${user.name}@${domain}`);
      return [
        line(user.name, quota),
        ...aliases.map((alias) => line(alias, `user=${user.name} userdb_user=${user.name} ${quota}`)),
      ];
    })
    .join('\n')
    .concat('\n');
}

function oauthFile(url: string): string {
  return `introspection_mode = post
introspection_url = ${url}
username_attribute = username
active_attribute = active
active_value = true
`;
}
