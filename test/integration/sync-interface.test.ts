import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { CallFailed, Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, mail, Profile, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
let profile: Profile;
let posthorn: Headless;
let accountId: string;
let peer: RawImap;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
  peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
  dovecot.seedMaildir(
    'ann',
    'List',
    Array.from({ length: 50 }, (_, n) => ({
      bytes: mail(n),
      internalDate: new Date(Date.UTC(2026, 0, 1 + n)),
    })),
  );
  profile = new Profile(['--extra-ca', dovecot.ca]);
  posthorn = profile.start();
  accountId = await addAccount(posthorn, dovecot, 'ann');
  await synced(posthorn, accountId);
});
afterAll(async () => {
  await profile.remove();
  await peer.close();
  await dovecot.stop();
});

/** The code of the refusal, and its JSON-RPC number. */
async function refusal(call: Promise<unknown>): Promise<[string | undefined, number]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof CallFailed) return [error.data?.code, error.code];
    throw error;
  }
  throw new Error('it was not refused');
}

describe('message.list', () => {
  test('a cursor pages through one stable order; what goes meanwhile is told of', async () => {
    const { folderId } = await folderNamed(posthorn, accountId, 'List');
    const first = await posthorn.call('message.list', { folderId, limit: 20 });
    expect(first).toMatchObject({ total: 50 });
    expect(first.snapshot).not.toBe('');
    const subjects = first.rows.map((row) => ('gone' in row ? '' : row.subject));
    expect(subjects[0]).toBe('Mail 49');
    const all = await rowsOf(posthorn, folderId);
    // One of the second page goes, and a new one comes to the top.
    await posthorn.call('message.delete', { messageIds: [all[25]?.messageId ?? ''], permanent: true });
    await peer.append('List', mail('new'));
    await synced(posthorn, accountId);
    const second = await posthorn.call('message.list', { folderId, limit: 20, cursor: first.cursor ?? '' });
    expect(second.rows).toHaveLength(20);
    expect(second.rows[5]).toEqual({ messageId: all[25]?.messageId, gone: true });
    expect(second.rows.map((row) => row.messageId)).toEqual(all.slice(20, 40).map((row) => row.messageId));
    const third = await posthorn.call('message.list', { folderId, limit: 20, cursor: second.cursor ?? '' });
    expect(third.rows).toHaveLength(10);
    expect(third.cursor).toBeNull();
    expect((await posthorn.call('message.list', { folderId, limit: 1 })).rows[0]).toMatchObject({
      subject: 'Mail new',
    });
  });

  test('offset, order and bounds', async () => {
    const { folderId } = await folderNamed(posthorn, accountId, 'List');
    const page = await posthorn.call('message.list', { folderId, offset: 1, limit: 2, sort: 'date-asc' });
    expect(page.rows.map((row) => ('gone' in row ? '' : row.subject))).toEqual(['Mail 1', 'Mail 2']);
    expect((await posthorn.call('message.list', { folderId, offset: 5_000 })).rows).toEqual([]);
    for (const params of [
      { limit: 1_001 },
      { limit: 0 },
      { offset: -1 },
      { limit: 1.5 },
      { cursor: 'nonsense' },
    ])
      expect(await refusal(posthorn.call('message.list', { folderId, ...params }))).toEqual([
        'bad-params',
        -32602,
      ]);
    expect(
      await refusal(posthorn.call('message.list', { folderId, sort: 'size' as unknown as 'date-asc' })),
    ).toEqual(['bad-params', -32602]);
  });
});

describe('errors', () => {
  test('ids of nothing are bad parameters', async () => {
    const nothing = 'does-not-exist';
    const calls = [
      posthorn.call('message.get', { messageId: nothing }),
      posthorn.call('message.list', { folderId: nothing }),
      posthorn.call('folder.list', { accountId: nothing }),
      posthorn.call('folder.delete', { folderId: nothing }),
      posthorn.call('sync.run', { accountId: nothing }),
      posthorn.call('message.setFlags', { messageIds: [nothing], add: ['\\Seen'] }),
      posthorn.call('message.move', { messageIds: [nothing], folderId: nothing }),
      posthorn.call('journal.retry', { opId: nothing }),
      posthorn.call('journal.cancel', { opId: nothing }),
      posthorn.call('account.remove', { accountId: nothing }),
    ];
    for (const code of await Promise.all(calls.map(refusal))) expect(code).toEqual(['bad-params', -32602]);
  });

  test('an account whose check fails is not kept, and the reason is one of the list', async () => {
    // Their state goes on changing meanwhile: it syncs.
    const accounts = async (): Promise<string[]> =>
      (await posthorn.call('account.list')).map(({ accountId }) => accountId);
    const before = await accounts();
    const add = (change: object, tls: 'implicit' | 'starttls' | 'none' = 'implicit'): Promise<unknown> =>
      posthorn.call('account.add', {
        address: 'ann@example.test',
        mode: 'disconnected',
        incoming: {
          protocol: 'imap',
          host: 'localhost',
          port: dovecot.imapsPort,
          tls,
          username: 'ann',
          password: 'secret',
          ...change,
        },
        outgoing: null,
      });
    expect((await refusal(add({ password: 'wrong' })))[0]).toBe('auth-failed');
    expect((await refusal(add({ port: 1 })))[0]).toBe('offline');
    expect((await refusal(add({ host: 'no-such-host.invalid' })))[0]).toMatch(/^(host-unknown|offline)$/);
    expect((await refusal(add({ host: '127.0.0.1 x' })))[0]).toBe('bad-params');
    expect(await accounts()).toEqual(before);
  });

  test('TLS: a stranger’s certificate, trust by fingerprint, and no encryption', async () => {
    const other = new Profile([]);
    try {
      const program = other.start();
      const incoming = {
        protocol: 'imap' as const,
        host: 'localhost',
        port: dovecot.imapsPort,
        tls: 'implicit' as const,
        username: 'ann',
        password: 'secret',
      };
      const add = (change: object): Promise<{ accountId: string }> =>
        program.call('account.add', {
          address: 'ann@example.test',
          mode: 'disconnected',
          incoming: { ...incoming, ...change },
          outgoing: null,
        });
      const failed = await add({}).catch((error: unknown) => error);
      if (!(failed instanceof CallFailed)) throw new Error('a stranger was trusted');
      const chain = readFileSync(dovecot.certificates.cert, 'utf8');
      const fingerprint = new X509Certificate(chain).fingerprint256.replaceAll(':', '').toLowerCase();
      expect(failed.data).toMatchObject({
        code: 'tls-certificate',
        certificate: { fingerprint256: fingerprint },
      });
      expect((await refusal(add({ trustFingerprint256: 'ab'.repeat(32) })))[0]).toBe('tls-certificate');
      const trusted = await add({ trustFingerprint256: fingerprint.toUpperCase() });
      expect((await program.call('sync.run', { accountId: trusted.accountId })).accounts[0]?.errors).toEqual(
        [],
      );
      await program.call('account.remove', { accountId: trusted.accountId });
      // Without encryption the password is not shown: SCRAM proves it instead, PLAIN is not used.
      const clear = { tls: 'none', port: dovecot.imapPort };
      const { accountId: hidden } = await add(clear);
      const wire = (await program.call('test.wire')).lines.map((entry) => entry.line);
      expect(wire.filter((line) => /AUTHENTICATE/.test(line)).at(-1)).toMatch(/SCRAM|CRAM/);
      await program.call('account.remove', { accountId: hidden });
      expect((await refusal(add({ ...clear, auth: { mechanism: 'PLAIN' } })))[0]).toMatch(
        /tls-missing|auth-failed/,
      );
      await add({ ...clear, auth: { mechanism: 'PLAIN' }, allowPlaintextPassword: true });
    } finally {
      await other.remove();
    }
  });
});

describe('the program', () => {
  test('case 74: a second one on the same profile exits with 3', () => {
    const second = spawnSync(process.execPath, [...posthorn.child.spawnargs.slice(1)], {
      encoding: 'utf8',
      env: { ...process.env },
      timeout: 30_000,
    });
    expect(second.status).toBe(3);
    expect(second.stdout).toBe('');
  });

  test('bad lines are answered, a line of more than 64 MiB is skipped, and it goes on', async () => {
    const other = new Profile([]);
    const program = other.start();
    onTestFailed(() => console.log(program.stderr.slice(-2_000)));
    try {
      await program.call('app.info');
      const answers: { id: unknown; error?: { code: number } }[] = [];
      program.child.stdout?.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\n'))
          if (line.startsWith('{')) answers.push(JSON.parse(line) as never);
      });
      program.child.stdin?.write('this is not JSON\n{"jsonrpc":"2.0"}\n[]\n');
      program.child.stdin?.write('{"jsonrpc":"2.0","id":"a","method":"no.such"}\n');
      program.child.stdin?.write('{"jsonrpc":"2.0","id":"b","method":"folder.list","params":{}}\n');
      program.child.stdin?.write(`${'x'.repeat(65 * 1024 * 1024)}\n`);
      await program.call('app.info');
      const codes = answers
        .filter((answer) => answer.error !== undefined)
        .map((answer) => answer.error?.code);
      expect(codes.toSorted()).toEqual([-32600, -32600, -32600, -32601, -32602, -32700].toSorted());
      expect(await program.quit()).toBe(0);
    } finally {
      await other.remove();
    }
  });

  test('without the passphrase the account is locked, what is cached stays readable, and it can be unlocked', async () => {
    const { folderId } = await folderNamed(posthorn, accountId, 'List');
    expect(await posthorn.quit()).toBe(0);
    posthorn = new Headless({ profile: profile.dir, flags: ['--extra-ca', dovecot.ca] });
    try {
      const run = await posthorn.call('sync.run', { accountId });
      expect(run.accounts[0]?.errors.map((error) => error.code)).toEqual(['locked']);
      expect((await posthorn.call('account.list'))[0]?.state).toBe('locked');
      const [row] = await rowsOf(posthorn, folderId);
      await posthorn.call('message.setFlags', { messageIds: [row?.messageId ?? ''], add: ['\\Flagged'] });
      expect(await posthorn.call('journal.list')).toHaveLength(1);
      await posthorn.call('app.unlock', { passphrase: 'only for tests' });
      await synced(posthorn, accountId);
      expect(await posthorn.call('journal.list')).toEqual([]);
    } finally {
      await posthorn.quit();
    }
  });
});
