/** One server as the fields of a form hold it. */
export interface ServerPlace {
  host: string;
  port: number | null;
  tls: 'implicit' | 'starttls' | 'none';
  /** The sentence about a readable password was ticked. */
  plaintextAgreed: boolean;
  username: string;
}

/** Which field of a server is not fit to be sent. */
export type ServerProblem = 'host' | 'port' | 'username' | 'plaintext';

/** The first thing that keeps a server from being tried; null when it may be. */
export function serverProblem(server: ServerPlace, needsName: boolean): ServerProblem | null {
  if (!/^[^\s/\\@"'<>]+$/u.test(server.host.trim())) return 'host';
  if (server.port === null || !Number.isInteger(server.port) || server.port < 1 || server.port > 65_535)
    return 'port';
  if (needsName && server.username.trim() === '') return 'username';
  if (server.tls === 'none' && !server.plaintextAgreed) return 'plaintext';
  return null;
}
