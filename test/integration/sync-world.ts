import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailServer } from '../../src-main/demo/mail-server.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { FolderRecord } from '../../src-shared/model/folder.ts';
import { Headless, until } from '../harness/headless.ts';
import type { RawImap } from '../servers/raw-imap.ts';

/** What makes a test mail recognisable: `n` is in subject, Message-ID and text. */
export function mail(
  n: number | string,
  options: { messageId?: string | null; extra?: string } = {},
): string {
  const id =
    options.messageId === undefined
      ? `<m${String(n).replaceAll(/[^\w-]/g, '.')}@sync.test>`
      : options.messageId;
  return [
    `From: Bob ${n} <bob@example.test>`,
    'To: ann@example.test',
    `Subject: Mail ${n}`,
    ...(id === null ? [] : [`Message-ID: ${id}`]),
    'Date: Mon, 16 Nov 2026 10:00:00 +0000',
    '',
    `Hello number ${n}. ${options.extra ?? ''}`,
    '',
  ].join('\r\n');
}

/** A profile of its own, and programs on it. */
export class Profile {
  readonly dir = mkdtempSync(join(tmpdir(), 'posthorn-sync-'));
  readonly #flags: readonly string[];
  #open: Headless | null = null;

  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  start(flags: readonly string[] = []): Headless {
    this.#open = new Headless({
      profile: this.dir,
      flags: [...this.#flags, ...flags],
      passphrase: 'only for tests',
    });
    return this.#open;
  }

  /** The next start stays off the network: so that a test can prepare something before anything is sent. */
  stayOffline(): void {
    const file = join(this.dir, 'settings.json');
    const settings = JSON.parse(readFileSync(file, 'utf8')) as { settings?: object };
    const inner = 'settings' in settings ? settings.settings : settings;
    Object.assign(inner ?? {}, { stayOffline: true });
    writeFileSync(file, JSON.stringify(settings));
  }

  /** What the latest program wrote to standard error. */
  stderr(): string {
    return this.#open?.stderr ?? '';
  }

  async remove(): Promise<void> {
    if (this.#open !== null) await this.#open.kill();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

export interface AddOptions {
  host?: string;
  port?: number;
  tls?: 'implicit' | 'starttls' | 'none';
  password?: string;
  mode?: 'disconnected' | 'online';
}

export async function addAccount(
  posthorn: Headless,
  server: Pick<MailServer, 'imapsPort'>,
  user: string,
  options: AddOptions = {},
): Promise<string> {
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode: options.mode ?? 'disconnected',
    incoming: {
      protocol: 'imap',
      host: options.host ?? 'localhost',
      port: options.port ?? server.imapsPort,
      tls: options.tls ?? 'implicit',
      username: user,
      password: options.password ?? 'secret',
    },
    outgoing: null,
  });
  return accountId;
}

/** On a port of loopback, without TLS: whatever stands there sees the words. */
export async function addAccountInClear(posthorn: Headless, port: number, user: string): Promise<string> {
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode: 'disconnected',
    incoming: {
      protocol: 'imap',
      host: '127.0.0.1',
      port,
      tls: 'none',
      allowPlaintextPassword: true,
      username: user,
      password: 'secret',
    },
    outgoing: null,
  });
  return accountId;
}

export async function folderNamed(
  posthorn: Headless,
  accountId: string,
  path: string,
): Promise<FolderRecord> {
  const folders = await posthorn.call('folder.list', { accountId });
  const found = folders.find((folder) => folder.path === path);
  if (found === undefined)
    throw new Error(`no folder ${path} in ${folders.map((folder) => folder.path).join(', ')}`);
  return found;
}

/** Every row of a folder, by the cursor. */
export async function rowsOf(posthorn: Headless, folderId: string): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await posthorn.call('message.list', {
      folderId,
      limit: 1_000,
      ...(cursor === undefined || cursor === null ? {} : { cursor }),
    });
    for (const row of page.rows) if (!('gone' in row)) rows.push(row);
    cursor = page.cursor;
  } while (cursor !== null);
  return rows;
}

export async function rowBySubject(
  posthorn: Headless,
  folderId: string,
  subject: string,
): Promise<MessageRow> {
  const found = (await rowsOf(posthorn, folderId)).filter((row) => row.subject === subject);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} rows “${subject}”`);
  return first;
}

function line(messageId: string, flags: readonly string[], date: number, size: number): string {
  return `${messageId} ${size} ${new Date(date).toISOString()} ${[...flags].sort().join(' ')}`;
}

/** Folder → one line a message (Message-ID, size, INTERNALDATE, flags), as a raw connection sees the server. */
export async function serverState(raw: RawImap): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const folder of await raw.folders()) {
    if (folder.attributes.some((word) => /noselect|nonexistent/i.test(word))) continue;
    state[folder.path] = (await raw.messages(folder.path))
      .map((m) => line(m.messageId, m.flags, Date.parse(m.internalDate.trim()), m.size))
      .sort();
  }
  return state;
}

/** The same, as the program shows it. */
export async function shownState(posthorn: Headless, accountId: string): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const folder of await posthorn.call('folder.list', { accountId })) {
    if (!folder.selectable) continue;
    const lines: string[] = [];
    for (const row of await rowsOf(posthorn, folder.folderId))
      lines.push(line(row.messageIdHeader, row.flags, Date.parse(row.date), row.size));
    state[folder.path] = lines.sort();
  }
  return state;
}

/** Lines of the wire from `from` on. */
export async function wireSince(posthorn: Headless, from: number): Promise<string[]> {
  const { lines } = await posthorn.call('test.wire');
  return lines.slice(from).map((entry) => entry.line);
}

export async function wireLength(posthorn: Headless): Promise<number> {
  return (await posthorn.call('test.wire')).lines.length;
}

/** Runs sync until nothing waits any more; back-off is skipped by the clock of the test. */
export async function settled(posthorn: Headless, accountId: string, withinMs = 40_000): Promise<void> {
  let last = '';
  await until(
    async () => {
      const run = await posthorn.call('sync.run', { accountId });
      const waiting = (await posthorn.call('journal.list', { accountId })).filter(
        (op) => op.state !== 'parked',
      );
      if (waiting.length === 0 && run.accounts[0]?.errors.length === 0) return true;
      last = [
        ...(run.accounts[0]?.errors ?? []).map((error) => `${error.code}: ${error.detail}`),
        ...waiting.map((op) => `${op.state} ${op.kind} “${op.sentence}” ${op.error?.detail ?? ''}`),
      ].join('\n');
      await posthorn.call('test.clock', { advanceMs: 60_000 });
      return false;
    },
    'the account is settled',
    withinMs,
  ).catch((thrown: unknown) => {
    throw new Error(`${String(thrown)}\n${last}`);
  });
}

/** One sync that must not fail. */
export async function synced(
  posthorn: Headless,
  accountId: string,
  bodies: 'policy' | 'none' = 'policy',
): Promise<void> {
  const run = await posthorn.call('sync.run', { accountId, bodies });
  const errors = run.accounts.flatMap((account) => account.errors);
  if (errors.length > 0)
    throw new Error(`sync: ${errors.map((error) => `${error.code} ${error.detail}`).join('; ')}`);
}
