import { isRoot, ownIds } from './server-process.ts';
import type { Ids } from './server-process.ts';
import type { Certificates } from './certificates.ts';

/** What one more loopback address of the same server shows. Dovecot hides what is left out but still obeys it. */
export interface DovecotAddress {
  /** The whole capability line, "IMAP4rev1 UIDPLUS". */
  imapCapability?: string;
  maxConnections?: number;
  /** Refuses passwords without TLS: LOGINDISABLED. Works only on an address other than the client's own. */
  disablePlaintext?: boolean;
}

export interface DovecotConfig {
  dir: string;
  certificates: Certificates;
  ports: { imap: number; imaps: number; pop3: number; pop3s: number; lmtp: number; auth: number };
  mailOwner: Ids;
  mechanisms: readonly string[];
  addresses: Readonly<Record<string, DovecotAddress>>;
  specialUse: boolean;
  separator: string;
  prefix: string;
  capability?: string;
  maxConnections: number;
  defaultQuota: string;
  oauthUrl?: string;
  /** Whether this machine has Dovecot's POP3 service; it is a package of its own. */
  pop3: boolean;
  extra: string;
}

/** Dovecot 2.3's configuration for one instance that lives wholly below `dir`, run by root or by any user. */
export function dovecotConfig(config: DovecotConfig): string {
  const { dir, ports, certificates: tls, mailOwner } = config;
  const oauth =
    config.oauthUrl === undefined
      ? ''
      : `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${dir}/oauth.conf\n}`;
  const mechanisms = [
    ...config.mechanisms,
    ...(config.oauthUrl === undefined ? [] : ['xoauth2', 'oauthbearer']),
  ];
  return `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/dovecot.log
instance_name = ${dir.split('/').at(-1) ?? 'demo'}
protocols = imap ${config.pop3 ? 'pop3 ' : ''}lmtp
listen = ${['127.0.0.1', ...Object.keys(config.addresses)].join(', ')}
ssl = yes
ssl_cert = <${tls.cert}
ssl_key = <${tls.key}
ssl_ca = <${tls.ca}
ssl_verify_client_cert = yes
ssl_require_crl = no
disable_plaintext_auth = no
auth_mechanisms = ${mechanisms.join(' ')}
auth_username_format = %Lu
auth_failure_delay = 0 secs
first_valid_uid = 1
mail_uid = ${mailOwner.user}
mail_gid = ${mailOwner.group}
mail_location = maildir:~/Maildir
mailbox_list_index = yes
mail_fsync = never
mail_max_userip_connections = ${config.maxConnections}
mail_attribute_dict = file:%h/dovecot-attributes
mail_plugins = quota acl zlib
${isRoot() ? '' : unprivileged()}
passdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
${oauth}
userdb {
  driver = passwd-file
  args = username_format=%u ${dir}/users
}
namespace inbox {
  inbox = yes
  separator = ${config.separator}
${config.prefix === '' ? '' : `  prefix = ${config.prefix}\n`}${config.specialUse ? specialUse() : ''}
}
namespace shared {
  type = shared
  separator = ${config.separator}
  prefix = shared${config.separator}%%u${config.separator}
  location = maildir:%%h/Maildir:INDEXPVT=~/shared/%%u
  subscriptions = no
  list = children
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=${config.defaultQuota}
  acl = vfile
  acl_shared_dict = file:${dir}/state/shared-mailboxes.db
}
protocol imap {
  mail_plugins = $mail_plugins imap_quota imap_acl imap_zlib
  imap_metadata = yes
${config.capability === undefined ? '' : `  imap_capability = ${config.capability}`}
}
protocol lmtp {
  postmaster_address = postmaster@localhost.test
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
${config.pop3 ? pop3Service(ports) : ''}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.lmtp}
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = ${ports.auth}
  }
}
${Object.entries(config.addresses)
  .map(([address, shown]) => addressBlock(address, shown))
  .join('\n')}
${config.extra}
`;
}

function specialUse(): string {
  return ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash']
    .map((name) => `  mailbox ${name} {\n    auto = subscribe\n    special_use = \\${name}\n  }`)
    .join('\n');
}

function addressBlock(address: string, shown: DovecotAddress): string {
  return `local ${address} {
${shown.disablePlaintext === true ? '  disable_plaintext_auth = yes' : ''}
  protocol imap {
${shown.imapCapability === undefined ? '' : `    imap_capability = ${shown.imapCapability}`}
${shown.maxConnections === undefined ? '' : `    mail_max_userip_connections = ${shown.maxConnections}`}
  }
}`;
}

/** Without root nothing can change its user or root folder. */
function unprivileged(): string {
  const me = ownIds();
  const open = ['anvil', 'imap-login', 'pop3-login', 'stats', 'old-stats', 'submission-login'];
  return `default_internal_user = ${me.user}
default_login_user = ${me.user}
default_internal_group = ${me.group}
${open.map((name) => `service ${name} {\n  chroot =\n}`).join('\n')}`;
}

function pop3Service(ports: { pop3: number; pop3s: number }): string {
  return `service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
}`;
}
