import type { AccountView } from '../../../src-shared/ipc/areas/account.ts';
import type { AppInfo } from '../../../src-shared/ipc/areas/app.ts';
import type { FolderRecord, FolderRole } from '../../../src-shared/model/folder.ts';

/** What a test asks the fake for; all of it JSON, so that it travels into a page. */
export interface FakeWorld {
  /** 0: a program without accounts. */
  accounts?: 0 | 1 | 2 | 3;
  /** Messages in the first inbox. */
  messages?: number;
  /** Messages that every tenth row stands for, when not three. */
  conversation?: number;
  offline?: boolean;
  firstSync?: boolean;
  authFailed?: boolean;
  /** The first account is fetched by POP3 and signs in with a certificate. */
  pop3?: boolean;
  notices?: string[];
  settings?: Record<string, unknown>;
  /** The store answers so late (ms). */
  storeDelay?: number;
  storeFails?: string;
  /** Waiting changes in the journal, one of them refused. */
  waiting?: boolean;
}

const names = [
  { accountId: 'personal', name: 'Personal', address: 'ina@example.org', color: 0 },
  { accountId: 'work', name: 'Noordlicht', address: 'ina@noordlicht.example', color: 1 },
  { accountId: 'club', name: 'Rowing club', address: 'secretary@rowing.example', color: 2 },
] as const;

const inasCertificate = {
  name: 'ina.p12',
  subject: 'Ina Verhoeven',
  issuer: 'Example Authority',
  validTo: '2027-05-03T00:00:00Z',
};

export function makeAccounts(world: FakeWorld): AccountView[] {
  return names.slice(0, world.accounts ?? 3).map(({ accountId, name, address, color }, at) => {
    const failed = world.authFailed === true && at === 0;
    const progress =
      world.firstSync === true
        ? { folderId: `${accountId}/INBOX`, folderName: 'Inbox', done: 12_431, total: 80_200 }
        : null;
    return {
      accountId,
      address,
      name,
      color,
      mode: 'disconnected',
      state: failed
        ? 'auth-failed'
        : world.offline === true
          ? 'offline'
          : progress === null
            ? 'idle'
            : 'syncing',
      stateDetail: failed ? 'The server imap.example.org did not accept the password.' : null,
      error: null,
      lastSyncAt: new Date().toISOString(),
      lastHeardAt: null,
      failures: [],
      pendingOps: 0,
      parkedOps: 0,
      progress,
      settings: {
        accountId,
        address,
        name,
        color,
        mode: 'disconnected',
        incoming: {
          protocol: world.pop3 === true && at === 0 ? 'pop3' : 'imap',
          host: 'imap.example.org',
          port: world.pop3 === true && at === 0 ? 995 : 993,
          tls: 'implicit',
          username: address,
          ...(world.pop3 === true && at === 0 ? { clientCertificate: inasCertificate } : {}),
        },
        outgoing: { host: 'smtp.example.org', port: 465, tls: 'implicit', username: address },
        identities: [{ identityId: `${accountId}-1`, name: 'Ina Verhoeven', address, signature: '' }],
        sentCopy: 'append',
        bodies: { days: 30, maxBytes: 200_000 },
        notify: true,
      },
    };
  });
}

export interface FolderPlan {
  record: FolderRecord;
  count: number;
}

export function makeFolders(world: FakeWorld): FolderPlan[] {
  const inbox = world.messages ?? 2000;
  const plans: FolderPlan[] = [];
  const add = (accountId: string, path: string, role: FolderRole | null, count: number): void => {
    const partly = world.firstSync === true && role === 'inbox';
    plans.push({
      count,
      record: {
        folderId: `${accountId}/${path}`,
        accountId,
        path,
        name: path.split('/').at(-1) ?? path,
        delimiter: '/',
        role,
        subscribed: true,
        selectable: true,
        pending: null,
        total: partly ? 80_200 : count,
        unread: 0,
        flagged: 0,
        cached: count,
        readable: count,
        complete: !partly && !(world.firstSync === true && role === 'archive'),
        cursor: null,
        version: 1,
      },
    });
  };
  const few = (count: number): number => (inbox === 0 ? 0 : count);
  names.slice(0, world.accounts ?? 3).forEach(({ accountId }, at) => {
    add(accountId, 'INBOX', 'inbox', at === 0 ? inbox : few(300));
    add(accountId, 'Drafts', 'drafts', few(at === 0 ? 2 : 0));
    add(accountId, 'Sent', 'sent', few(40));
    add(accountId, 'Archive', 'archive', few(500));
    if (at === 0) for (const name of ['Receipts', 'Travel']) add(accountId, name, null, few(30));
    if (at === 1)
      for (const name of ['Projects', 'Projects/Harbour museum', 'Projects/Tide tables'])
        add(accountId, name, null, few(12));
    if (at === 2) add(accountId, 'Committee', null, few(9));
    add(accountId, 'Junk', 'junk', few(at === 0 ? 4 : 0));
    add(accountId, 'Trash', 'trash', few(6));
  });
  return plans;
}

export function makeInfo(world: FakeWorld): AppInfo {
  return {
    name: 'Posthorn',
    version: '0.1.0',
    shell: 'chromium',
    shellVersion: 'Chromium 130.0',
    profile: '/tmp/profile',
    secrets: 'file',
    demoAvailable: true,
    online: world.offline !== true,
    offlineSince: world.offline === true ? new Date(Date.now() - 3_600_000).toISOString() : null,
    offlineReason: world.offline === true ? 'no-network' : null,
    notices: world.notices ?? [],
  };
}
