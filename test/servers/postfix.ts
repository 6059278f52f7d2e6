import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '../../src-main/demo/dovecot.ts';
import { freePorts, greeting } from '../../src-main/demo/loopback.ts';
import { run } from '../../src-main/demo/run-program.ts';
import {
  findProgram,
  idsOf,
  isRoot,
  removeDir,
  serverDir,
  whenProcessEnds,
} from '../../src-main/demo/server-process.ts';
import { until } from '../../src-main/demo/waiting.ts';

export interface Postfix {
  host: string;
  /** Port for mail exchange, without AUTH. */
  smtpPort: number;
  /** STARTTLS, then AUTH. */
  submissionPort: number;
  /** TLS from the first byte. */
  submissionsPort: number;
  ca: string;
  log(): string;
  queue(): Promise<string>;
  stop(): Promise<void>;
}

/** Why startPostfix cannot work here, in words; undefined when it can. */
export function postfixMissing(): string | undefined {
  if (findProgram('postfix') === undefined) return 'Postfix is not installed (Debian: postfix)';
  if (!isRoot() || idsOf('postfix') === undefined)
    return 'Postfix runs only when started by root, with its user "postfix"';
  return undefined;
}

/**
 * A Postfix of our own that authenticates by a Dovecot of ours and delivers to it. Every other destination is an
 * error: nothing can leave this machine.
 */
export async function startPostfix(dovecot: Dovecot, options: { extra?: string } = {}): Promise<Postfix> {
  const missing = postfixMissing();
  if (missing !== undefined) throw new Error(missing);
  // A port that was free a moment ago may be somebody else's: "mail system startup failed", without a reason.
  for (let triesLeft = 2; ; triesLeft -= 1)
    try {
      return await startOnce(dovecot, options.extra ?? '');
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
}

async function startOnce(dovecot: Dovecot, extra: string): Promise<Postfix> {
  const dir = serverDir('postfix');
  const logFile = join(dir, 'mail.log');
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  mkdirSync(join(dir, 'queue'));
  mkdirSync(join(dir, 'data'));
  await run('chown', ['postfix', join(dir, 'data')]);
  const [smtp = 0, submission = 0, submissions = 0] = await freePorts(3);
  writeFileSync(join(dir, 'main.cf'), mainCf(dir, dovecot, extra));
  copyFileSync('/etc/postfix/master.cf', join(dir, 'master.cf'));
  await run('postconf', ['-c', dir, '-F', '*/*/chroot = n']);
  await run('postconf', ['-c', dir, '-M#', 'smtp/inet']);
  const service = (port: number, option: string): string =>
    `127.0.0.1:${port} inet n - n - - smtpd\n  -o ${option}\n`;
  writeFileSync(
    join(dir, 'master.cf'),
    readFileSync(join(dir, 'master.cf'), 'utf8') +
      service(smtp, 'smtpd_sasl_auth_enable=no') +
      service(submission, 'smtpd_tls_security_level=encrypt') +
      service(submissions, 'smtpd_tls_wrappermode=yes'),
  );
  const pid = (): number => {
    const file = join(dir, 'queue', 'pid', 'master.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : 0;
  };
  const end = (): void => {
    const master = pid();
    if (master > 0 && alive(master)) process.kill(master, 'SIGTERM');
  };
  const forget = whenProcessEnds(end);
  const stop = async (): Promise<void> => {
    const master = pid();
    end();
    if (master > 0)
      await until('The end of Postfix', () => (alive(master) ? undefined : true), { withinMs: 15_000 });
    forget();
    removeDir(dir);
  };
  try {
    await run('postfix', ['-c', dir, 'start']);
    await until('The greeting of Postfix', () => greeting(submission), { withinMs: 10_000, explain: log });
  } catch (thrown) {
    const told = log();
    await stop();
    throw new Error(`Postfix did not start: ${String(thrown)}\n${told}`, { cause: thrown });
  }
  return {
    host: '127.0.0.1',
    smtpPort: smtp,
    submissionPort: submission,
    submissionsPort: submissions,
    ca: dovecot.ca,
    log,
    queue: () => run('postqueue', ['-c', dir, '-p']),
    stop,
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function mainCf(dir: string, dovecot: Dovecot, extra: string): string {
  return `compatibility_level = 3.6
queue_directory = ${dir}/queue
data_directory = ${dir}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
multi_instance_name = postfix-${dir.split('-').at(-1) ?? 'p'}
multi_instance_enable = yes
syslog_name = posthorn
maillog_file = ${dir}/mail.log
maillog_file_prefixes = ${dir}
myhostname = mx.example.test
mydomain = example.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = ${dovecot.domains.join(', ')}
virtual_mailbox_maps = static:ok
virtual_transport = lmtp:inet:127.0.0.1:${dovecot.lmtpPort}
default_transport = error:5.1.2 no way out of this machine
relay_transport = error:5.1.2 no way out of this machine
smtpd_tls_cert_file = ${dovecot.certificates.cert}
smtpd_tls_key_file = ${dovecot.certificates.key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${dovecot.authPort}
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
message_size_limit = 30000000
disable_dns_lookups = yes
${extra}
`;
}
