import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import * as v from 'valibot';
import { AppError } from '../../src-shared/error.ts';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';
import type { SecretBackend } from './secrets.ts';

/** scrypt N=2^17, r=8, p=1: about 0.4 s and 128 MB here; RFC 7914's advice for interactive use and above. */
const cost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

const fileSchema = v.object({
  version: v.literal(1),
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
): { open(passphrase: string): Promise<SecretBackend> } {
  return {
    async open(passphrase) {
      // A damaged file opens with no passphrase ever: it is put aside, and each account asks for its password.
      const box = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
      const salt = box === null ? randomBytes(16) : Buffer.from(box.salt, 'base64');
      const key = await deriveKey(passphrase, salt);
      let secrets = box === null ? {} : decrypt(box, key);

      let writing: Promise<void> = Promise.resolve();
      const save = async (next: Record<string, string>): Promise<void> => {
        secrets = next;
        writing = writing.catch(() => undefined).then(() => writeFileAtomic(path, encrypt(next, key, salt)));
        await writing;
      };
      if (box === null) await save({});
      return {
        get: (name) => Promise.resolve(secrets[name] ?? null),
        set: (name, secret) => save({ ...secrets, [name]: secret }),
        remove: (name) =>
          save(Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name))),
      };
    },
  };
}

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function encrypt(secrets: Record<string, string>, key: Buffer, salt: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const data = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return JSON.stringify({
    version: 1,
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
