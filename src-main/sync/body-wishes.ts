import { everything, wishesOf, type BodyPolicy, type BodyWish } from '../../src-shared/model/body-policy.ts';
import type { FolderEntry } from './folder-register.ts';

/** What is to be fetched ahead in a folder: its own choice, else the account's; Junk and Trash only when chosen. */
export function bodyWishes(entry: FolderEntry, account: BodyPolicy, now: number): readonly BodyWish[] {
  if (entry.local || !entry.selectable || entry.bodies === 'none') return [];
  if (entry.bodies === 'all') return everything;
  if (entry.bodies !== 'account') return wishesOf(entry.bodies, now);
  return entry.role === 'junk' || entry.role === 'trash' ? [] : wishesOf(account, now);
}
