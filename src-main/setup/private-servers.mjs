import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, runTool, which } from './processes.mjs';
import { missingPackages } from './debian.mjs';
import { say } from './words.mjs';

/** Where the tests find Cyrus' own programs: `<this>/usr/lib/cyrus/bin/imapd`. */
const cyrusFolder = (root) => join(root, '.cache', 'cyrus');

/**
 * Unpacks cyrus-imapd below .cache without installing it: Debian's package conflicts with dovecot-imapd, and apt would
 * remove the one for the other. Its libraries come with cyrus-common, which does not conflict.
 */
export async function unpackCyrus(root) {
  const target = cyrusFolder(root);
  const imapd = join('usr', 'lib', 'cyrus', 'bin', 'imapd');
  if (existsSync(join(target, imapd))) return;
  if (
    which('apt-get') === undefined ||
    which('dpkg') === undefined ||
    missingPackages(['cyrus-common'])?.length !== 0
  ) {
    say('Cyrus is not there (Debian package cyrus-common); its tests will be skipped.');
    return;
  }
  say('Unpacking cyrus-imapd into .cache/cyrus for the tests, beside Dovecot.');
  const work = `${target}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const version = capture('dpkg-query', ['-W', '-f', '${Version}', 'cyrus-common']).stdout;
  const download = (name) => runTool('apt-get', ['download', '-q', name], { cwd: work });
  const code = (await download(`cyrus-imapd=${version}`)) || 0;
  if (code !== 0) await download('cyrus-imapd');
  const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
  const unpacked =
    archive !== undefined && (await runTool('dpkg', ['-x', join(work, archive), join(work, 'tree')])) === 0;
  if (!unpacked || !existsSync(join(work, 'tree', imapd))) {
    rmSync(work, { recursive: true, force: true });
    say('cyrus-imapd could not be fetched; the tests on Cyrus will be skipped.');
    return;
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(join(work, 'tree'), target);
  rmSync(work, { recursive: true, force: true });
}

/**
 * Another mail transport agent that Postfix would push out, or undefined. Debian allows one a machine; Posthorn's
 * tests do not replace a machine's own.
 */
export function otherMailServer() {
  const others = [
    'exim4-daemon-light',
    'exim4-daemon-heavy',
    'sendmail-bin',
    'opensmtpd',
    'nullmailer',
    'msmtp-mta',
    'ssmtp',
    'dma',
    'courier-mta',
  ];
  const missing = missingPackages(others);
  return missing === undefined ? undefined : others.find((name) => !missing.includes(name));
}
