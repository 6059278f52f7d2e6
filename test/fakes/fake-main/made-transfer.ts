import type { TransferView } from '../../../src-shared/ipc/areas/transfer.ts';

/** An export in its middle, or stopped. */
export function madeTransfer(stopped: boolean): TransferView {
  return {
    transferId: 't1',
    kind: 'export',
    accountId: 'personal',
    folderId: 'personal/Archive',
    folderName: 'Archive',
    format: 'maildir',
    path: '/home/ina/Downloads/Archive',
    state: stopped ? 'cancelled' : 'running',
    done: 1_240,
    total: 8_020,
    share: 1_240 / 8_020,
    sentences: stopped ? ['The export was cancelled; what it had written was removed.'] : [],
  };
}
