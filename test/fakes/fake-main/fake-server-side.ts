import type { OfflineEstimate } from '../../../src-shared/ipc/areas/offline.ts';
import type { FolderSharing } from '../../../src-shared/ipc/areas/server-folders.ts';
import type { FolderBodies } from '../../../src-shared/model/body-policy.ts';
import type { FolderRecord, FolderView } from '../../../src-shared/model/folder.ts';

/** What main asks servers and disks about folders: space, sharing, what is readable without a network. */
export class FakeServerSide {
  readonly #folders: () => Iterable<FolderRecord>;
  readonly #bodies = new Map<string, FolderBodies>();
  #prepared = false;
  #sharing: FolderSharing = {
    own: 'lrswipkxtea',
    entries: [
      { identifier: 'ina@example.org', rights: 'lrswipkxtea' },
      { identifier: 'jonas', rights: 'lr' },
    ],
  };

  constructor(folders: () => Iterable<FolderRecord>) {
    this.#folders = folders;
  }

  /** Undefined: not a method of this part. */
  answer(method: string, given: unknown): unknown {
    const params = given as {
      accountId: string;
      folderId: string;
      identifier: string;
      rights: string;
      policy?: { bodies: FolderBodies };
    };
    switch (method) {
      case 'folder.list':
        return [...this.#folders()]
          .filter((folder) => folder.accountId === params.accountId)
          .map((folder) => this.#view(folder));
      case 'folder.update':
        if (params.policy !== undefined) this.#bodies.set(params.folderId, params.policy.bodies);
        return {};
      case 'quota.get':
        return {
          folderId: params.folderId,
          roots: [{ name: 'User', resources: [{ resource: 'storage', used: 1.9e9, limit: 2e9 }] }],
        };
      case 'acl.get':
        return this.#sharing;
      case 'acl.set':
      case 'acl.delete': {
        const entries = this.#sharing.entries.filter(({ identifier }) => identifier !== params.identifier);
        if (method === 'acl.set') entries.push({ identifier: params.identifier, rights: params.rights });
        this.#sharing = { ...this.#sharing, entries };
        return this.#sharing;
      }
      case 'offline.estimate':
        return this.#estimate();
      case 'offline.prepare':
        this.#prepared = true;
        return this.#estimate();
      case 'account.modePreview':
        return {
          messages: 2360,
          bytes: 214_000_000,
          pending: 2,
          sentences: [
            '2,360 messages (214 MB) are fetched to this computer first.',
            '2 changes have not gone to the server yet.',
          ],
        };
      default:
        return undefined;
    }
  }

  #view({ folderId, ...folder }: FolderRecord): FolderView {
    const part = folderId === 'personal/Receipts';
    return {
      folderId,
      ...folder,
      complete: !part,
      completeTo: part ? '2024-03-03T00:00:00.000Z' : null,
      known: part ? { n: 30, of: 412 } : { n: folder.cached, of: folder.cached },
      lastCheckAt: '2026-11-21T06:30:00.000Z',
      error: null,
      bodies: this.#bodies.get(folderId) ?? 'account',
    };
  }

  #estimate(): OfflineEstimate {
    const missing = this.#prepared ? 0 : 312;
    return {
      messages: 2360,
      bytes: 214_000_000,
      missing,
      missingBytes: missing * 90_000,
      free: 48_000_000_000,
      ready: this.#prepared,
      sentences: this.#prepared ? [] : ['312 messages are still to be fetched (28.1 MB).'],
      folders: [],
    };
  }
}
