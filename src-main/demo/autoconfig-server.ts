import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates.ts';
import { whenProcessEnds } from './server-process.ts';

export interface AutoconfigServer {
  host: string;
  port: number;
  /** "autoconfig.example.test /mail/config-v1.1.xml?emailaddress=…", oldest first. */
  requests: string[];
  stop(): Promise<void>;
}

export interface AutoconfigEntry {
  domain: string;
  imapHost: string;
  imapPort: number;
  smtpHost: string;
  smtpPort: number;
}

/** An https server that gives Thunderbird's settings file for some domains, and 404 for all else. */
export async function startAutoconfigServer(
  certificates: Certificates,
  entries: readonly AutoconfigEntry[],
): Promise<AutoconfigServer> {
  const requests: string[] = [];
  const server = createServer(
    { cert: readFileSync(certificates.cert), key: readFileSync(certificates.key) },
    (request, response) => {
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      requests.push(`${host} ${request.url ?? ''}`);
      const path = (request.url ?? '').split('?')[0];
      const entry = entries.find(
        ({ domain }) =>
          (host === `autoconfig.${domain}` && path === '/mail/config-v1.1.xml') ||
          (host === domain && path === '/.well-known/autoconfig/mail/config-v1.1.xml'),
      );
      if (entry === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('not here\n');
      else response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(settingsFile(entry));
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const forget = whenProcessEnds(() => server.closeAllConnections());
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    requests,
    stop() {
      forget();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function settingsFile(entry: AutoconfigEntry): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${entry.domain}">
    <domain>${entry.domain}</domain>
    <displayName>${entry.domain}</displayName>
    <incomingServer type="imap">
      <hostname>${entry.imapHost}</hostname>
      <port>${entry.imapPort}</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>${entry.smtpHost}</hostname>
      <port>${entry.smtpPort}</port>
      <socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username>
      <authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>
`;
}
