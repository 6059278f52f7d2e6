import * as v from 'valibot';
import { method } from '../method.ts';

export interface OfflineFolder {
  folderId: string;
  path: string;
  /** What the folder's choice wants here, and what of it is not here yet. */
  messages: number;
  bytes: number;
  missing: number;
  missingBytes: number;
}

export interface OfflineEstimate {
  messages: number;
  bytes: number;
  missing: number;
  missingBytes: number;
  /** Bytes free on the disk of the profile; null where the system does not say. */
  free: number | null;
  /** Every header is here and every wanted message can be read without a network. */
  ready: boolean;
  /** Plain sentences: what is still missing, and why. */
  sentences: string[];
  folders: OfflineFolder[];
}

const which = v.optional(v.object({ accountId: v.optional(v.string()) }), {});

export const offlineMethods = {
  'offline.estimate': method<OfflineEstimate>()({
    params: which,
    doc: 'How much of the mail that is to be readable without a network is here, and how much space the rest needs.',
    returns: '{messages, bytes, missing, missingBytes, free, ready, sentences, folders}',
  }),
  'offline.prepare': method<OfflineEstimate>()({
    params: which,
    doc: 'Fetches all that is to be readable without a network; progress comes by `sync.progress`. Resolves with what is then here: `ready`, or why not.',
    returns: 'as offline.estimate',
  }),
} as const;
