import { startAutoconfigServer } from './autoconfig-server.ts';
import type { AutoconfigServer } from './autoconfig-server.ts';
import { startDovecot } from './dovecot.ts';
import type { Dovecot } from './dovecot.ts';
import { startLocalSubmission } from './local-delivery.ts';
import type { LocalSubmission } from './local-delivery.ts';
import { makeMails } from './mails/make-mails.ts';
import type { DemoAccount, DemoMail } from './mails/make-mails.ts';
import { startTinyDns } from './tiny-dns.ts';
import type { DnsRecord, TinyDns } from './tiny-dns.ts';

export interface DemoPerson extends DemoAccount {
  password: string;
}

export interface DemoWorld {
  accounts: DemoPerson[];
  /** Command-line options with which Posthorn finds this world and trusts it. */
  flags: string[];
  dovecot: Dovecot;
  submission: LocalSubmission;
  dns: TinyDns;
  autoconfig: AutoconfigServer;
  stop(): Promise<void>;
}

export interface DemoWorldOptions {
  dir?: string;
  /** Mails an account; default 350. */
  count?: number;
  seed?: number;
  now?: Date;
}

const demoAccounts: readonly DemoPerson[] = [
  { kind: 'personal', name: 'Ina Verhoeven', address: 'ina@verhoeven.test', password: 'kade-en-sluis' },
  { kind: 'work', name: 'Ina Verhoeven', address: 'ina@noordlicht.test', password: 'vuurtoren-1874' },
];

/**
 * Everything the demo lives in: a mail server with two filled accounts, a submission server, and the means by which
 * their settings are found: SRV records for the first domain, a settings file over https for the second.
 */
export async function startDemoWorld(options: DemoWorldOptions = {}): Promise<DemoWorld> {
  const accounts = [...demoAccounts];
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (const server of started.splice(0).reverse()) await server.stop();
  };
  try {
    const dovecot = keep(
      await startDovecot({
        ...(options.dir === undefined ? {} : { dir: options.dir }),
        users: accounts.map(({ address, password }) => ({ name: address, password })),
        domains: accounts.map(domainOf),
      }),
    );
    for (const account of accounts) await fill(dovecot, account, options);
    const submission = keep(await startLocalSubmission(dovecot));
    const autoconfig = keep(
      await startAutoconfigServer(
        dovecot.certificates,
        accounts
          .filter(({ kind }) => kind === 'work')
          .map(domainOf)
          .map(settingsOf),
      ),
    );
    const dns = keep(await startTinyDns(zone(accounts)));
    const redirect = (host: string, port: number, to: number): string[] => [
      '--connect-to',
      `${host}:${port}:127.0.0.1:${to}`,
    ];
    return {
      accounts,
      dovecot,
      submission,
      autoconfig,
      dns,
      flags: [
        ...['--dns', `127.0.0.1:${dns.port}`, '--extra-ca', dovecot.ca],
        ...accounts
          .map(domainOf)
          .flatMap((domain) => [
            ...redirect(`imap.${domain}`, 993, dovecot.imapsPort),
            ...redirect(`imap.${domain}`, 143, dovecot.imapPort),
            ...redirect(`smtp.${domain}`, 465, submission.smtpsPort),
            ...redirect(`smtp.${domain}`, 587, submission.smtpPort),
            ...redirect(`autoconfig.${domain}`, 443, autoconfig.port),
            ...redirect(domain, 443, autoconfig.port),
          ]),
      ],
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

const domainOf = ({ address }: { address: string }): string => address.split('@')[1] ?? '';

const settingsOf = (domain: string): Parameters<typeof startAutoconfigServer>[1][number] => ({
  domain,
  imapHost: `imap.${domain}`,
  imapPort: 993,
  smtpHost: `smtp.${domain}`,
  smtpPort: 465,
});

async function fill(dovecot: Dovecot, account: DemoPerson, options: DemoWorldOptions): Promise<void> {
  const mails = makeMails({
    account,
    count: options.count ?? 350,
    seed: options.seed ?? 1,
    now: options.now ?? new Date(),
  });
  const byFolder = new Map<string, DemoMail[]>();
  for (const mail of mails) byFolder.set(mail.folder, [...(byFolder.get(mail.folder) ?? []), mail]);
  for (const [folder, list] of byFolder) dovecot.seedMaildir(account.address, folder, list);
  const own = [...byFolder.keys()].filter((folder) => folder !== 'INBOX');
  if (own.length > 0) await dovecot.doveadm(['mailbox', 'subscribe', '-u', account.address, ...own]);
}

/** Both domains have hosts and MX; only the first says by SRV where mail is read and sent. */
function zone(accounts: readonly DemoPerson[]): Record<string, DnsRecord[]> {
  const here: DnsRecord = { type: 'A', address: '127.0.0.1' };
  const records: Record<string, DnsRecord[]> = {};
  for (const account of accounts) {
    const domain = domainOf(account);
    records[domain] = [here, { type: 'MX', preference: 10, target: `mail.${domain}` }];
    for (const name of ['imap', 'smtp', 'mail', 'autoconfig']) records[`${name}.${domain}`] = [here];
    if (account.kind === 'work') continue;
    const srv = (port: number, target: string): DnsRecord[] => [
      { type: 'SRV', priority: 0, weight: 1, port, target },
    ];
    records[`_imaps._tcp.${domain}`] = srv(993, `imap.${domain}`);
    records[`_submissions._tcp.${domain}`] = srv(465, `smtp.${domain}`);
    // "." says: not offered (RFC 6186).
    records[`_imap._tcp.${domain}`] = srv(0, '');
    records[`_pop3s._tcp.${domain}`] = srv(0, '');
  }
  return records;
}
