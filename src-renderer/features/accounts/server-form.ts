import type { Params } from '../../../src-shared/ipc/contract.ts';
import type { Candidate } from '../../../src-shared/ipc/areas/account.ts';
import type { CertificateFacts } from '../../../src-shared/error.ts';
import type { ChosenCertificate } from '../../ui/certificate-bytes.ts';
import type { ServerPlace } from '../../ui/server-place.ts';
import { usualPorts } from '../../state/usual-ports.ts';
import type { AccountMode, IncomingProtocol } from '../../../src-shared/model/account.ts';

/** One server of the wizard, with what signs in there. */
export interface ServerForm extends ServerPlace {
  password: string;
  /** Shown to the server in place of a password, or beside it. */
  certificate: ChosenCertificate | null;
}

export interface AccountForm {
  protocol: IncomingProtocol;
  address: string;
  password: string;
  incoming: ServerForm;
  outgoing: ServerForm;
  /** Sending signs in with the incoming server's name and password. */
  sameSignIn: boolean;
  receiveOnly: boolean;
  /** Certificates trusted in this run, by "host:port". */
  trusted: Record<string, string>;
}

/** What a server is spoken to in: how mail is fetched, or sending. */
export type Speech = IncomingProtocol | 'outgoing';

function emptyServer(speech: Speech): ServerForm {
  return {
    host: '',
    port: usualPorts[speech].implicit,
    tls: 'implicit',
    username: '',
    password: '',
    plaintextAgreed: false,
    certificate: null,
  };
}

export function emptyForm(): AccountForm {
  return {
    protocol: 'imap',
    address: '',
    password: '',
    incoming: emptyServer('imap'),
    outgoing: emptyServer('outgoing'),
    sameSignIn: true,
    receiveOnly: false,
    trusted: {},
  };
}

/** How mail is fetched was chosen by hand: a usual port follows, any other stays. */
export function speak(form: AccountForm, protocol: IncomingProtocol): AccountForm {
  const { incoming } = form;
  const isUsual = incoming.port === usualPorts[form.protocol][incoming.tls];
  const port = isUsual ? usualPorts[protocol][incoming.tls] : incoming.port;
  return { ...form, protocol, incoming: { ...incoming, port } };
}

export function fillFrom(form: AccountForm, candidate: Candidate): AccountForm {
  const { incoming, outgoing } = candidate;
  return {
    ...form,
    protocol: incoming.protocol,
    incoming: {
      ...form.incoming,
      host: incoming.host,
      port: incoming.port,
      tls: incoming.tls,
      username: incoming.username || form.address,
      plaintextAgreed: false,
    },
    outgoing: {
      ...form.outgoing,
      host: outgoing.host,
      port: outgoing.port,
      tls: outgoing.tls,
      username: outgoing.username || form.address,
      plaintextAgreed: false,
    },
    sameSignIn: outgoing.username === '' || outgoing.username === incoming.username,
    receiveOnly: false,
  };
}

export const trustKey = (host: string, port: number): string => `${host.toLowerCase()}:${port}`;

function serverParams(
  server: ServerForm,
  trusted: Record<string, string>,
  certificate: ChosenCertificate | null = server.certificate,
) {
  const port = server.port ?? 0;
  const fingerprint = trusted[trustKey(server.host.trim(), port)];
  return {
    host: server.host.trim(),
    port,
    tls: server.tls,
    ...(fingerprint === undefined ? {} : { trustFingerprint256: fingerprint }),
    ...(server.tls === 'none' && server.plaintextAgreed ? { allowPlaintextPassword: true } : {}),
    ...(certificate === null ? {} : { auth: { clientCertificate: { ...certificate } } }),
  };
}

/** What account.add is asked. A trusted certificate goes only to the server that showed it. */
export function addParams(
  form: AccountForm,
  name: string,
  mode: AccountMode = 'disconnected',
): Params<'account.add'> {
  const username = form.incoming.username.trim();
  const shown = form.outgoing.certificate ?? (form.sameSignIn ? form.incoming.certificate : null);
  const outgoingName = form.sameSignIn ? username : form.outgoing.username.trim();
  return {
    address: form.address.trim(),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    mode,
    incoming: {
      protocol: form.protocol,
      ...serverParams(form.incoming, form.trusted),
      username,
      ...(form.password === '' ? {} : { password: form.password }),
    },
    outgoing: form.receiveOnly
      ? null
      : {
          ...serverParams(form.outgoing, form.trusted, shown),
          ...(outgoingName === '' ? {} : { username: outgoingName }),
          ...(form.sameSignIn || form.outgoing.password === '' ? {} : { password: form.outgoing.password }),
        },
  };
}

/** Remembers the trust for the server in whose name the certificate was shown. */
export function trust(form: AccountForm, facts: CertificateFacts): AccountForm {
  return { ...form, trusted: { ...form.trusted, [trustKey(facts.host, facts.port)]: facts.fingerprint256 } };
}

export function domainOf(address: string): string {
  return address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
}

/** Enough to ask the domain: something, an at sign, a domain of one label or more. */
export function isAddress(text: string): boolean {
  return /^[^\s@<>"]+@[^\s@<>"/]+\.[^\s@<>"/.]+$/u.test(text.trim());
}

/** Four lines of eight bytes, as keepers of servers read it out. */
export function fingerprintLines(hex: string): string[] {
  const pairs = hex.toUpperCase().match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += 8)
    lines.push(`${pairs.slice(at, at + 4).join(' ')}\u2002${pairs.slice(at + 4, at + 8).join(' ')}`);
  return lines;
}

/** Where the password would go, as short as it stays true: "mail.example" for imap.mail.example and smtp.mail.example. */
export function commonHost(hosts: readonly string[]): string | null {
  const parents = hosts.map((host) => host.slice(host.indexOf('.') + 1));
  const [first] = parents;
  if (hosts.length === 1) return hosts[0] ?? null;
  return first !== undefined && first.includes('.') && parents.every((parent) => parent === first)
    ? first
    : null;
}
