import { expect, test } from 'vitest';
import { withLongSecrets } from '../../../../src-main/accounts/long-secrets.ts';

/** A keyring like Windows' own: what is too long for an entry is refused. */
function smallKeyring(): { entries: Map<string, string>; secrets: ReturnType<typeof withLongSecrets> } {
  const entries = new Map<string, string>();
  const secrets = withLongSecrets({
    get: (name) => Promise.resolve(entries.get(name) ?? null),
    set: (name, secret) => {
      if (Buffer.byteLength(secret, 'utf16le') > 2_560) return Promise.reject(new Error('too long'));
      entries.set(name, secret);
      return Promise.resolve();
    },
    remove: (name) => Promise.resolve(void entries.delete(name)),
  });
  return { entries, secrets };
}

test('a certificate of some kilobytes fits a keyring of small entries, and leaves nothing when it goes', async () => {
  const { entries, secrets } = smallKeyring();
  const certificate = 'x'.repeat(1_199) + 'y'.repeat(6_000);
  await secrets.set('a/incoming', 'short');
  await secrets.set('a/incoming-certificate', certificate);
  expect(await secrets.get('a/incoming-certificate')).toBe(certificate);
  expect(await secrets.get('a/incoming')).toBe('short');
  await secrets.set('a/incoming-certificate', 'z'.repeat(1_201));
  expect(await secrets.get('a/incoming-certificate')).toBe('z'.repeat(1_201));
  await secrets.remove('a/incoming-certificate');
  expect([...entries.keys()]).toEqual(['a/incoming']);
});

test('a part that is gone is a secret that is gone, not half of one', async () => {
  const { entries, secrets } = smallKeyring();
  await secrets.set('long', 'x'.repeat(5_000));
  entries.delete('long#2');
  expect(await secrets.get('long')).toBeNull();
});
