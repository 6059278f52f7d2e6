import type { RemoteStatus, Call } from '../backends/backend.ts';
import { passFolders, type FolderPassPorts } from './folder-pass.ts';

/** The server's list of folders, brought into the register. */
export interface FolderListing {
  /** Asks anew, or joins a list that is on its way. */
  list(call: Call): Promise<Map<string, RemoteStatus>>;
  /** The folders were listed in this session already. */
  knownIn(session: AbortSignal): boolean;
}

/** One LIST at a time: two would each add a folder that is new. */
export function createFolderListing(ports: FolderPassPorts): FolderListing {
  let listing: Promise<Map<string, RemoteStatus>> | null = null;
  let listedIn: AbortSignal | null = null;
  return {
    async list(call) {
      listing ??= passFolders(ports, call).finally(() => {
        listing = null;
      });
      const statuses = await listing;
      listedIn = call.signal;
      return statuses;
    },
    knownIn: (session) => listedIn === session,
  };
}
