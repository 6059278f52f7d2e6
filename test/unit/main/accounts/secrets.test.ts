import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecrets, type Secrets } from '../../../../src-main/accounts/secrets.ts';

const secret = 'kanarienvogel-4711';
let profile: string;
let damaged: string[];
beforeEach(() => {
  damaged = [];
  profile = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(profile, { recursive: true, force: true }));

/** With the key that tests have, but where it is the key itself that is looked at. */
function open(passphrase: string | null, cheapKey = true): Promise<Secrets> {
  return openSecrets({
    file: join(profile, 'secrets.json'),
    profile,
    passphrase,
    log: () => undefined,
    useKeyring: false,
    cheapKey,
    onDamage: (path) => void damaged.push(path),
  });
}

/** The N that the file was made with. */
const costOf = (): number =>
  (JSON.parse(readFileSync(join(profile, 'secrets.json'), 'utf8')) as { n: number }).n;

describe('secrets without a keyring', () => {
  it('are read back with the passphrase, and stand nowhere in clear', async () => {
    const first = await open('a good passphrase', false);
    await first.set('a1', 'incoming', secret);
    expect(first.holder).toBe('file');
    const second = await open('a good passphrase', false);
    expect(await second.get('a1', 'incoming')).toBe(secret);
    // Not the cheap key of the tests, which open it all the same.
    expect(costOf()).toBe(131_072);
    const hooked = await open('a good passphrase');
    expect(await hooked.get('a1', 'incoming')).toBe(secret);
    await hooked.set('a1', 'incoming', secret);
    expect(costOf()).toBe(131_072);
    for (const name of readdirSync(profile)) {
      const text = readFileSync(join(profile, name), 'latin1');
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
      expect(text).not.toContain('a good passphrase');
    }
  }, 120_000);

  it('of a profile of the tests get the costly key when it is used in earnest', async () => {
    await (await open('right')).set('a1', 'incoming', secret);
    expect(costOf()).toBe(256);
    expect(await (await open('right', false)).get('a1', 'incoming')).toBe(secret);
    expect(costOf()).toBe(131_072);
    expect(await (await open('right')).get('a1', 'incoming')).toBe(secret);
    await expect(open('wrong')).rejects.toMatchObject({ code: 'auth-failed' });
  }, 120_000);

  it('of a file that names no cost were made with the costly key', async () => {
    await (await open('right', false)).set('a1', 'incoming', secret);
    const file = join(profile, 'secrets.json');
    const { n: _n, ...older } = JSON.parse(readFileSync(file, 'utf8')) as { n: number };
    writeFileSync(file, JSON.stringify(older));
    expect(await (await open('right')).get('a1', 'incoming')).toBe(secret);
  }, 120_000);

  it('refuse a wrong passphrase and stay as they were', async () => {
    await (await open('right')).set('a1', 'incoming', secret);
    await expect(open('wrong')).rejects.toMatchObject({ code: 'auth-failed' });
    expect(await (await open('right')).get('a1', 'incoming')).toBe(secret);
  });

  it('are locked without one; what is given meanwhile is kept at unlocking', async () => {
    const secrets = await open(null);
    expect(secrets.holder).toBe('locked');
    await expect(secrets.get('a1', 'incoming')).rejects.toMatchObject({ code: 'locked' });
    await secrets.set('a1', 'incoming', secret);
    expect(await secrets.get('a1', 'incoming')).toBe(secret);
    expect(readdirSync(profile)).toEqual([]);
    await secrets.unlock('later');
    expect(await (await open('later')).get('a1', 'incoming')).toBe(secret);
  });

  it('that could not be written down are refused and stay as they were, in memory too', async () => {
    const secrets = await open('right');
    await secrets.set('a1', 'incoming', 'old');
    const aside = `${profile}-aside`;
    renameSync(profile, aside);
    try {
      await expect(secrets.set('a1', 'incoming', secret)).rejects.toThrow('ENOENT');
      expect(await secrets.get('a1', 'incoming')).toBe('old');
    } finally {
      renameSync(aside, profile);
    }
    await Promise.all([secrets.set('a2', 'incoming', secret), secrets.set('a3', 'incoming', secret)]);
    const kept = await open('right');
    expect(await kept.get('a1', 'incoming')).toBe('old');
    expect(await kept.get('a2', 'incoming')).toBe(secret);
    expect(await kept.get('a3', 'incoming')).toBe(secret);
  });

  it.each(['', '{"version":1', 'null'])(
    'in a file that is damaged (%j) are asked for again, and the file is kept aside',
    async (text) => {
      writeFileSync(join(profile, 'secrets.json'), text);
      const secrets = await open('right');
      expect(damaged).toEqual([join(profile, 'secrets.json')]);
      expect(readFileSync(join(profile, 'secrets.json.bad'), 'utf8')).toBe(text);
      expect(await secrets.get('a1', 'incoming')).toBeNull();
      await secrets.set('a1', 'incoming', secret);
      expect(await (await open('right')).get('a1', 'incoming')).toBe(secret);
    },
  );
});
