import type { Recipient } from './address-list.ts';
import type { Sender } from './answering.ts';

/** What a message being written begins with. */
export interface SessionStart {
  sender: Sender;
  rich: boolean;
  to?: Recipient[];
  cc?: Recipient[];
  bcc?: Recipient[];
  subject?: string;
  text: string;
  html: string;
  inReplyTo?: string | null;
  forwardOf?: string | null;
  wantsReport?: boolean;
  draftId?: string;
  savedAt?: string;
  problem?: string | null;
  expectedFrom?: string | null;
  list?: string | null;
  /** What stands in it was not only put there by us: closing keeps it. */
  worthKeeping?: boolean;
}
