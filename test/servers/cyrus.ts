import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import type { Certificates } from '../../src-main/demo/certificates.ts';
import { freePorts, greeting } from '../../src-main/demo/loopback.ts';
import type { MailServer, MailUser } from '../../src-main/demo/mail-server.ts';
import { run } from '../../src-main/demo/run-program.ts';
import {
  findProgram,
  idsOf,
  isRoot,
  removeDir,
  serverDir,
  startProcess,
} from '../../src-main/demo/server-process.ts';
import type { ServerProcess } from '../../src-main/demo/server-process.ts';
import { GaveUp, until } from '../../src-main/demo/waiting.ts';

const unpacked = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '.cache', 'cyrus');
const imapd = join(unpacked, 'usr/lib/cyrus/bin/imapd');
const master = '/usr/lib/cyrus/bin/master';

export interface CyrusOptions {
  users: readonly MailUser[];
  certificates?: Certificates;
  /** Capabilities to hide, "QRESYNC MOVE"; Cyrus still obeys them. */
  suppressCapabilities?: string;
  mechanisms?: string;
  /** Kilobytes that each user's mail may take; without it, any. */
  quotaKb?: number;
  /** Further lines of imapd.conf. */
  extra?: string;
}

export interface Cyrus extends MailServer {
  kind: 'cyrus';
  down(): Promise<void>;
  start(): Promise<void>;
}

/** Why startCyrus cannot work here, in words; undefined when it can. */
export function cyrusMissing(): string | undefined {
  if (!existsSync(master)) return 'Cyrus is not installed (Debian: cyrus-common)';
  if (!existsSync(imapd)) return 'Cyrus is not unpacked in .cache/cyrus; `npm test` does so';
  if (findProgram('saslpasswd2') === undefined) return 'saslpasswd2 is not installed (Debian: sasl2-bin)';
  if (!isRoot() || idsOf('cyrus') === undefined)
    return 'Cyrus runs only when started by root, with its user "cyrus"';
  return undefined;
}

/**
 * A Cyrus 3.6 of our own, the server with OBJECTID and with habits unlike Dovecot's. Same shape as startDovecot.
 */
export async function startCyrus(options: CyrusOptions): Promise<Cyrus> {
  const missing = cyrusMissing();
  if (missing !== undefined) throw new Error(missing);
  const dir = serverDir('cyrus');
  try {
    return await launch(dir, options);
  } catch (thrown) {
    removeDir(dir);
    throw thrown;
  }
}

async function launch(dir: string, options: CyrusOptions): Promise<Cyrus> {
  for (const name of ['conf', 'mail', 'socks']) mkdirSync(join(dir, name));
  const certificates = options.certificates ?? (await makeCertificates(join(dir, 'tls')));
  for (const user of [...options.users, { name: 'admin', password: 'admin' }]) {
    await run('saslpasswd2', ['-p', '-c', '-f', join(dir, 'sasldb2'), '-u', 'localhost', user.name], {
      input: user.password,
    });
  }
  writeFileSync(join(dir, 'imapd.conf'), imapdConf(dir, certificates, options));
  await run('chown', ['-R', 'cyrus:mail', dir]);
  const logFile = join(dir, 'master.log');
  let process: ServerProcess | undefined;
  const log = (): string =>
    (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '') + (process?.said() ?? '');
  const up = async (port: number): Promise<void> => {
    const started = startProcess(master, [
      ...['-C', join(dir, 'imapd.conf'), '-M', join(dir, 'cyrus.conf')],
      ...['-p', join(dir, 'master.pid'), '-L', logFile],
    ]);
    process = started;
    await until(
      'The greeting of Cyrus',
      async () => {
        if (started.ended !== undefined) throw new GaveUp(`Cyrus ended (${started.ended})\n${log()}`);
        const line = await greeting(port);
        return line.startsWith('* OK') ? line : undefined;
      },
      { withinMs: 15_000, explain: log },
    );
  };
  let ports: { imap: number; imaps: number } | undefined;
  for (let tries = 1; ports === undefined; tries += 1) {
    const [imap = 0, imaps = 0] = await freePorts(2);
    writeFileSync(join(dir, 'cyrus.conf'), cyrusConf(dir, imap, imaps));
    try {
      await up(imap);
      ports = { imap, imaps };
    } catch (thrown) {
      await process?.stop();
      if (tries === 3) throw thrown;
    }
  }
  const taken = ports;
  return {
    kind: 'cyrus',
    host: '127.0.0.1',
    imapPort: taken.imap,
    imapsPort: taken.imaps,
    ca: certificates.ca,
    users: options.users,
    dir,
    log,
    down: async () => await process?.stop(),
    start: () => up(taken.imap),
    async stop() {
      await process?.stop();
      removeDir(dir);
    },
  };
}

function imapdConf(dir: string, tls: Certificates, options: CyrusOptions): string {
  return `configdirectory: ${dir}/conf
partition-default: ${dir}/mail
defaultpartition: default
proc_path: ${dir}/conf/proc
mboxname_lockpath: ${dir}/conf/lock
sievedir: ${dir}/conf/sieve
lmtpsocket: ${dir}/socks/lmtp
idlesocket: ${dir}/socks/idle
notifysocket: ${dir}/socks/notify
servername: localhost
admins: admin
unixhierarchysep: yes
altnamespace: yes
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${dir}/sasldb2
sasl_mech_list: ${options.mechanisms ?? 'PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM'}
tls_server_cert: ${tls.cert}
tls_server_key: ${tls.key}
autocreate_quota: ${options.quotaKb ?? 0}
autocreate_inbox_folders: Drafts|Sent|Trash|Archive|Junk
autocreate_subscribe_folders: Drafts|Sent|Trash|Archive|Junk
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-archive: Archive
xlist-junk: Junk
conversations: 1
expunge_mode: immediate
delete_mode: immediate
${options.suppressCapabilities === undefined ? '' : `suppress_capabilities: ${options.suppressCapabilities}`}
${options.extra ?? ''}
`;
}

function cyrusConf(dir: string, imap: number, imaps: number): string {
  const bin = join(unpacked, 'usr/lib/cyrus/bin');
  return `START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C ${dir}/imapd.conf -r"
}
SERVICES {
  imap  cmd="${bin}/imapd -C ${dir}/imapd.conf -U 30"    listen="127.0.0.1:${imap}" prefork=0
  imaps cmd="${bin}/imapd -C ${dir}/imapd.conf -s -U 30" listen="127.0.0.1:${imaps}" prefork=0
}
DAEMON {
  idled cmd="${bin}/idled -C ${dir}/imapd.conf"
}
`;
}
