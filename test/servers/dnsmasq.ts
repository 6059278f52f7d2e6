import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { freePorts } from '../../src-main/demo/loopback.ts';
import {
  findProgram,
  isRoot,
  ownIds,
  removeDir,
  serverDir,
  startProcess,
} from '../../src-main/demo/server-process.ts';
import { GaveUp, until } from '../../src-main/demo/waiting.ts';

export interface DnsRecords {
  /** Domain (and all below it) → IPv4 address. */
  addresses?: Readonly<Record<string, string>>;
  /** target "." says that the service is not offered. */
  srv?: readonly { name: string; target: string; port: number; priority?: number; weight?: number }[];
  mx?: readonly { domain: string; target: string; preference?: number }[];
  txt?: readonly { name: string; text: string }[];
}

export interface DnsServer {
  host: string;
  port: number;
  /** Names asked for so far, oldest first: "imap.example.test A". */
  queries(): string[];
  stop(): Promise<void>;
}

export function dnsmasqMissing(): string | undefined {
  return findProgram('dnsmasq') === undefined ? 'dnsmasq is not installed (Debian: dnsmasq-base)' : undefined;
}

/** A DNS server on loopback that knows the given records and answers NXDOMAIN to everything else. */
export async function startDnsmasq(records: DnsRecords): Promise<DnsServer> {
  const missing = dnsmasqMissing();
  if (missing !== undefined) throw new Error(missing);
  const dir = serverDir('dns');
  const logFile = join(dir, 'log');
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  for (let tries = 1; ; tries += 1) {
    const [port = 0] = await freePorts(1);
    writeFileSync(join(dir, 'conf'), configuration(dir, port, records));
    const server = startProcess(findProgram('dnsmasq') ?? 'dnsmasq', ['-k', '-C', join(dir, 'conf')]);
    try {
      await until('An answer of dnsmasq', () => answers(server.ended, port), {
        withinMs: 5000,
        explain: server.said,
      });
    } catch (thrown) {
      await server.stop();
      if (tries < 3 && /in use/.test(server.said() + log())) continue;
      removeDir(dir);
      throw thrown;
    }
    return {
      host: '127.0.0.1',
      port,
      queries: () =>
        [...log().matchAll(/query\[(\w+)\] (\S+) from/g)].map((match) => `${match[2]} ${match[1]}`),
      async stop() {
        await server.stop();
        removeDir(dir);
      },
    };
  }
}

async function answers(ended: string | undefined, port: number): Promise<true> {
  if (ended !== undefined) throw new GaveUp(`dnsmasq ended (${ended})`);
  const resolver = new Resolver({ timeout: 300, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  await resolver.resolve4('ready.posthorn.test');
  return true;
}

function configuration(dir: string, port: number, records: DnsRecords): string {
  const lines = [
    `port=${port}`,
    'listen-address=127.0.0.1',
    'bind-interfaces',
    'no-resolv',
    'no-hosts',
    'local=/#/',
    `user=${isRoot() ? 'root' : ownIds().user}`,
    `pid-file=${join(dir, 'pid')}`,
    'log-queries',
    `log-facility=${join(dir, 'log')}`,
    'address=/ready.posthorn.test/127.0.0.1',
    ...Object.entries(records.addresses ?? {}).map(([name, address]) => `address=/${name}/${address}`),
    ...(records.mx ?? []).map((mx) => `mx-host=${mx.domain},${mx.target},${mx.preference ?? 10}`),
    ...(records.srv ?? []).map(
      (s) => `srv-host=${s.name},${s.target},${s.port},${s.priority ?? 0},${s.weight ?? 1}`,
    ),
    ...(records.txt ?? []).map((txt) => `txt-record=${txt.name},"${txt.text}"`),
  ];
  return `${lines.join('\n')}\n`;
}
