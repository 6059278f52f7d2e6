import type { MessagePatch } from './patch.ts';

/** The part of a row that operations change. */
export interface MutableRow {
  folderId: string;
  flags: readonly string[];
  removed: boolean;
}

/**
 * What a row shows: the server's state with the waiting patches applied in journal order.
 * Pure; the store calls it inside the transaction that writes either side, so neither a resync nor a
 * click can overwrite the other.
 */
export function project(server: MutableRow, pending: readonly MessagePatch[]): MutableRow {
  let view = server;
  for (const patch of pending) {
    switch (patch.kind) {
      case 'flags': {
        const flags = new Set(view.flags);
        for (const flag of patch.remove) flags.delete(flag);
        for (const flag of patch.add) flags.add(flag);
        view = { ...view, flags: [...flags] };
        break;
      }
      case 'folder':
        view = { ...view, folderId: patch.folderId, removed: false };
        break;
      case 'remove':
        view = { ...view, removed: true };
        break;
      case 'insert':
        view = { ...view, folderId: patch.folderId, removed: false };
        break;
    }
  }
  return view;
}
