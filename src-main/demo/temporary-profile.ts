import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A profile that is thrown away afterwards, and the passphrase of its file of passwords. */
export function temporaryProfile(): { profile: string; passphrase: string } {
  return {
    profile: mkdtempSync(join(tmpdir(), 'posthorn-demo-')),
    passphrase: randomBytes(18).toString('base64'),
  };
}
