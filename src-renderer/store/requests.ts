import type { StoreMethod } from '../../src-shared/cache-protocol.ts';

/** All methods; the type says when one is forgotten. */
const methods: Record<StoreMethod, true> = {
  open: true,
  setVolatile: true,
  emptyAccount: true,
  rewrite: true,
  putFolders: true,
  removeFolder: true,
  removeAccount: true,
  applyBatch: true,
  putCursor: true,
  addPending: true,
  dropPending: true,
  resetPending: true,
  putBodies: true,
  putFacts: true,
  dropBodies: true,
  forgetRested: true,
  wipe: true,
  locate: true,
  identify: true,
  uids: true,
  flagsOf: true,
  bodiesWanted: true,
  bodiesEstimate: true,
  envelopesAfter: true,
  byMessageIdHeader: true,
  folders: true,
  page: true,
  indexOf: true,
  idsOf: true,
  conversationIds: true,
  snapshot: true,
  snapshotPage: true,
  rows: true,
  thread: true,
  body: true,
  contacts: true,
  bodyMarks: true,
  bodiesToRead: true,
};

export function isStoreMethod(name: string): name is StoreMethod {
  return Object.hasOwn(methods, name);
}

export interface ReadRequest {
  id: number;
  method: string;
  params: unknown;
  /** Null in main's requests. */
  windowId: string | null;
}

export function readRequest(message: unknown): ReadRequest | null {
  if (!isRecord(message)) return null;
  const { id, method, params, windowId } = message;
  if (typeof id !== 'number' || typeof method !== 'string' || !isRecord(params)) return null;
  return {
    id,
    method,
    params,
    windowId: typeof windowId === 'string' && windowId.length < 100 ? windowId : null,
  };
}

/** Windows hold what strangers wrote: their requests are looked at to the last field. */
export function isWindowParams(method: StoreMethod, params: unknown): boolean {
  if (!isRecord(params)) return false;
  switch (method) {
    case 'folders':
      return isMaybeText(params['accountId']);
    case 'page':
      return isView(params['view']) && isCount(params['start']) && isCount(params['count']);
    case 'indexOf':
      return isView(params['view']) && typeof params['messageId'] === 'string';
    case 'idsOf':
      return isView(params['view']);
    case 'conversationIds':
      return isView(params['view']) && isTexts(params['messageIds'], 1_000_000);
    case 'rows':
      return isTexts(params['messageIds'], 1000);
    case 'thread':
      return typeof params['threadId'] === 'string' && isMaybeText(params['messageId']);
    case 'contacts':
      return typeof params['text'] === 'string' && params['text'].length <= 320 && isCount(params['limit']);
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMaybeText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isTexts(value: unknown, most: number): boolean {
  return Array.isArray(value) && value.length <= most && value.every((item) => typeof item === 'string');
}

function isView(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { folderIds, threaded, sort, filter } = value;
  return (
    isTexts(folderIds, 5000) &&
    typeof threaded === 'boolean' &&
    (sort === 'date-desc' || sort === 'date-asc') &&
    (filter === undefined || filter === 'unread' || filter === 'flagged')
  );
}
