import type { SecretBackend } from './secrets.ts';

/** Windows' Credential Manager holds 2,560 octets an entry, two a character; a certificate has some thousands. */
const most = 1_200;
/** No password begins so. */
const mark = '\u0001parts:';

/** Keeps what is too long for one entry of a keyring in several: the parts first, then the entry that counts them. */
export function withLongSecrets(keyring: SecretBackend): SecretBackend {
  const partOf = (name: string, n: number): string => `${name}#${n}`;
  const count = (kept: string | null): number =>
    kept?.startsWith(mark) === true ? Number(kept.slice(mark.length)) : 0;

  async function forgetParts(name: string, from: number, to: number): Promise<void> {
    for (let n = from; n <= to; n += 1) await keyring.remove(partOf(name, n));
  }

  return {
    async get(name) {
      const kept = await keyring.get(name);
      const parts: string[] = [];
      for (let n = 1; n <= count(kept); n += 1) {
        const part = await keyring.get(partOf(name, n));
        if (part === null) return null;
        parts.push(part);
      }
      return parts.length === 0 ? kept : parts.join('');
    },
    async set(name, secret) {
      const before = count(await keyring.get(name));
      const pieces = secret.length <= most ? 0 : Math.ceil(secret.length / most);
      for (let n = 1; n <= pieces; n += 1)
        await keyring.set(partOf(name, n), secret.slice((n - 1) * most, n * most));
      await keyring.set(name, pieces === 0 ? secret : `${mark}${pieces}`);
      await forgetParts(name, pieces + 1, before);
    },
    async remove(name) {
      const before = count(await keyring.get(name));
      await keyring.remove(name);
      await forgetParts(name, 1, before);
    },
  };
}
