import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';
import type { SecretBackend } from './secrets.ts';

/** N of scrypt, with r=8 and p=1: about 0.4 s and 128 MB here; RFC 7914's advice for interactive use and above. */
const fullN = 131_072;
/** Of a file that is made with test hooks: a key in a millisecond, the same in all else. */
const testN = 256;

const fileSchema = v.object({
  version: v.literal(1),
  /** The N of scrypt. */
  n: v.optional(v.picklist([testN, fullN]), fullN),
  salt: v.string(),
  nonce: v.string(),
  tag: v.string(),
  data: v.string(),
});
const secretsSchema = v.record(v.string(), v.string());

/** All secrets as one AES-256-GCM box under a key made from the passphrase; a new nonce at every write. */
export function openSecretFile(
  path: string,
  onDamage: (path: string, kept: string) => void,
  { cheapKey }: { cheapKey: boolean },
): { open(passphrase: string): Promise<SecretBackend> } {
  return {
    async open(passphrase) {
      // A damaged file opens with no passphrase ever: it is put aside, and each account asks for its password.
      const box = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
      let salt = box === null ? randomBytes(16) : Buffer.from(box.salt, 'base64');
      let n = box?.n ?? (cheapKey ? testN : fullN);
      let key = await deriveKey(passphrase, salt, n);
      let secrets = box === null ? {} : decrypt(box, key);
      // A profile of the tests that is used in earnest.
      const isWeak = n < fullN && !cheapKey;
      if (isWeak) {
        salt = randomBytes(16);
        n = fullN;
        key = await deriveKey(passphrase, salt, n);
      }

      let writing: Promise<void> = Promise.resolve();
      /** What could not be written down has not been changed either. */
      const save = async (change: (old: Record<string, string>) => Record<string, string>): Promise<void> => {
        writing = writing
          .catch(() => undefined)
          .then(async () => {
            const next = change(secrets);
            await writeFileAtomic(path, encrypt(next, key, salt, n));
            secrets = next;
          });
        await writing;
      };
      if (box === null || isWeak) await save((old) => old);
      return {
        get: (name) => Promise.resolve(secrets[name] ?? null),
        set: (name, secret) => save((old) => ({ ...old, [name]: secret })),
        remove: (name) =>
          save((old) => Object.fromEntries(Object.entries(old).filter(([other]) => other !== name))),
      };
    },
  };
}

function deriveKey(passphrase: string, salt: Buffer, n: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cost = { N: n, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
    scrypt(passphrase.normalize('NFC'), salt, 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function encrypt(secrets: Record<string, string>, key: Buffer, salt: Buffer, n: number): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const data = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return JSON.stringify({
    version: 1,
    n,
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  });
}

function decrypt(box: v.InferOutput<typeof fileSchema>, key: Buffer): Record<string, string> {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(box.nonce, 'base64'), {
      authTagLength: 16,
    });
    decipher.setAuthTag(Buffer.from(box.tag, 'base64'));
    const text = Buffer.concat([decipher.update(Buffer.from(box.data, 'base64')), decipher.final()]).toString(
      'utf8',
    );
    return v.parse(secretsSchema, JSON.parse(text));
  } catch (error) {
    throw new AppError(
      {
        code: 'auth-failed',
        scope: 'app',
        next: 'ask-password',
        detail: 'That is not the passphrase of this profile. Nothing was changed; try again.',
      },
      error,
    );
  }
}
