import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseNewerProfile } from '../../../../src-main/platform/newer-profile.ts';
import { profilePaths, type ProfilePaths } from '../../../../src-main/platform/paths.ts';

let paths: ProfilePaths;
beforeEach(() => {
  paths = profilePaths(mkdtempSync(join(tmpdir(), 'posthorn-newer-')));
});
afterEach(() => rmSync(paths.profile, { recursive: true, force: true }));

const json = '{"version":2,"something":["new"]}';
const log = '00000000 {"t":"version","version":2}\n00000000 {"t":"new"}\n';
const files: [string, (p: ProfilePaths) => string, string][] = [
  ['accounts', (p) => p.accounts, json],
  ['settings', (p) => p.settings, json],
  ['folders', (p) => p.folders, json],
  ['secrets', (p) => p.secrets, json],
  ['a draft', (p) => join(p.drafts, 'd1.json'), json],
  ['the journal', (p) => p.journal, log],
  ['the outbox', (p) => p.outbox, log],
  ['local mail', (p) => join(p.localMail, 'a1', 'mail.log'), log],
];

test.each(files)(
  'R32: %s of a newer Posthorn is refused in words and not touched',
  async (_name, of, text) => {
    const path = of(paths);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    await expect(refuseNewerProfile(paths)).rejects.toThrow(
      /newer Posthorn.*version 2.*Nothing was changed/s,
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(dirname(path))).toHaveLength(1);
  },
);

test('what is ours, damaged or absent is for whoever opens it', async () => {
  writeFileSync(paths.accounts, '{"version":1,"accounts":[]}');
  writeFileSync(paths.settings, '{"version":');
  writeFileSync(paths.journal, '');
  await expect(refuseNewerProfile(paths)).resolves.toBeUndefined();
});
