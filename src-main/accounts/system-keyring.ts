import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../platform/log.ts';
import { withLongSecrets } from './long-secrets.ts';
import type { SecretBackend } from './secrets.ts';

/**
 * The system's keyring (Secret Service, Keychain, Credential Manager); null when there is none or when
 * it does not give back what it was given. Entries are named after the profile, so that two profiles
 * never share one.
 */
export async function openSystemKeyring(profile: string, log: Log): Promise<SecretBackend | null> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const service = `Posthorn ${createHash('sha256').update(profile).digest('hex').slice(0, 16)}`;
    const probe = new AsyncEntry(service, 'probe');
    const word = randomBytes(8).toString('hex');
    await probe.setPassword(word);
    if ((await probe.getPassword()) !== word) return null;
    await probe.deletePassword();
    return withLongSecrets({
      get: async (name) => (await new AsyncEntry(service, name).getPassword()) ?? null,
      async set(name, secret) {
        await new AsyncEntry(service, name).setPassword(secret);
      },
      async remove(name) {
        await new AsyncEntry(service, name).deletePassword();
      },
    });
  } catch (error) {
    log('info', 'no system keyring', { reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}
