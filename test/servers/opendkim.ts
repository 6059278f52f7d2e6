import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, removeDir, serverDir } from '../../src-main/demo/server-process.ts';

export interface UnsignedMail {
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
}

export interface SignedMails {
  /** The record that a name server has of the key. */
  key: { name: string; text: string };
  /** The messages with OpenDKIM's signature on top. */
  mails: Buffer[];
}

export function opendkimMissing(): string | undefined {
  return findProgram('opendkim') === undefined || findProgram('miltertest') === undefined
    ? 'OpenDKIM is not installed (Debian: opendkim, miltertest)'
    : undefined;
}

/**
 * Messages signed by OpenDKIM with a new key of `domain`, whoever wrote them. It is asked over its own protocol, as a
 * mail server asks it, for all of them at once: its end takes five seconds.
 */
export async function signedByOpendkim(
  domain: string,
  selector: string,
  mails: readonly UnsignedMail[],
): Promise<SignedMails> {
  const missing = opendkimMissing();
  if (missing !== undefined) throw new Error(missing);
  const dir = serverDir('dkim');
  const file = (name: string): string => join(dir, name);
  const socket = `local:${file('socket')}`;
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  try {
    writeFileSync(file('key'), pair.privateKey, { mode: 0o600 });
    writeFileSync(file('keys'), `key ${domain}:${selector}:${file('key')}\n`);
    writeFileSync(file('senders'), '* key\n');
    writeFileSync(
      file('conf'),
      [
        'Mode s',
        'Syslog no',
        'RequireSafeKeys no',
        'Canonicalization relaxed/simple',
        `KeyTable file:${file('keys')}`,
        `SigningTable refile:${file('senders')}`,
        `Socket ${socket}`,
        '',
      ].join('\n'),
    );
    writeFileSync(
      file('sign.lua'),
      [
        `mt.startfilter(${lua(findProgram('opendkim') ?? '')}, "-f", "-x", ${lua(file('conf'))})`,
        ...mails.flatMap(({ headers, body }, at) => [
          // Until its socket is there: 80 times, a quarter of a second apart.
          `conn = mt.connect(${lua(socket)}, 80, 0.25)`,
          'if conn == nil then error("OpenDKIM does not answer") end',
          'mt.conninfo(conn, "localhost", "127.0.0.1")',
          `mt.macro(conn, SMFIC_MAIL, "i", "job${at}")`,
          `mt.mailfrom(conn, ${lua(`<sender@${domain}>`)})`,
          ...headers.map(([name, value]) => `mt.header(conn, ${lua(name)}, ${lua(value)})`),
          'mt.eoh(conn)',
          `mt.bodystring(conn, ${lua(body)})`,
          'mt.eom(conn)',
          'print(mt.getheader(conn, "DKIM-Signature", 0) .. "\\n")',
          'mt.disconnect(conn)',
        ]),
        '',
      ].join('\n'),
    );
    const { stdout } = await promisify(execFile)('miltertest', ['-s', file('sign.lua')], { timeout: 60_000 });
    const signatures = stdout.trimEnd().split('\n\n');
    if (signatures.length !== mails.length) throw new Error(`OpenDKIM did not sign all: ${stdout}`);
    return {
      key: {
        name: `${selector}._domainkey.${domain}`,
        text: `v=DKIM1; k=rsa; p=${pair.publicKey.toString('base64')}`,
      },
      mails: mails.map(({ headers, body }, at) =>
        Buffer.from(
          [
            `DKIM-Signature:${(signatures[at] ?? '').replace(/\r?\n/g, '\r\n')}`,
            ...headers.map(([name, value]) => `${name}: ${value}`),
            '',
            body,
          ].join('\r\n'),
        ),
      ),
    };
  } finally {
    removeDir(dir);
  }
}

/** A Lua string. */
function lua(text: string): string {
  return `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
}
