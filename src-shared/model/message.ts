import * as v from 'valibot';

export const mailAddressSchema = v.object({ name: v.string(), address: v.string() });
export type MailAddress = v.InferOutput<typeof mailAddressSchema>;

/** What a message is and will always be. Dates: milliseconds since the epoch. */
export interface Envelope {
  subject: string;
  from: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  replyTo: MailAddress[];
  /** With angle brackets as on the wire, "" when absent. */
  messageIdHeader: string;
  inReplyTo: string;
  /** Message-IDs, oldest first, with angle brackets. */
  references: string[];
  /** The Date header, null when absent or unreadable: never "now". */
  sentAt: number | null;
}

/** A message as a server or a local change brings it into a folder. */
export interface NewRow {
  uid: number;
  flags: string[];
  /** INTERNALDATE, milliseconds. Lists sort by this. */
  internalDate: number;
  size: number;
  envelope: Envelope;
  hasAttachments: boolean;
  /** First words for the list, "" until the body is known. */
  preview: string;
  /** RFC 8474 EMAILID when the server has it. */
  emailId?: string;
}

/** Where a message is on the server. Known only to sync, backends, journal and the store. */
export interface MessageRef {
  folderId: string;
  gen: number;
  uid: number;
}

/** Which waiting change a row shows. */
export type RowPending = 'flags' | 'move' | 'copy' | 'delete' | 'append' | null;

/** One row as lists show it: view = project(server, pending). */
export const messageRowSchema = v.object({
  messageId: v.string(),
  folderId: v.string(),
  accountId: v.string(),
  threadId: v.string(),
  subject: v.string(),
  from: v.array(mailAddressSchema),
  to: v.array(mailAddressSchema),
  /** INTERNALDATE, ISO 8601 UTC. */
  date: v.string(),
  /** The Date header, ISO 8601 UTC; null when absent or unreadable. */
  sentAt: v.nullable(v.string()),
  size: v.number(),
  flags: v.array(v.string()),
  hasAttachments: v.boolean(),
  messageIdHeader: v.string(),
  preview: v.string(),
  readableOffline: v.boolean(),
  pending: v.nullable(v.picklist(['flags', 'move', 'copy', 'delete', 'append'])),
});
export type MessageRow = v.InferOutput<typeof messageRowSchema>;

/** A row in a threaded list stands for its conversation (within the listed folders). */
export interface ListRow extends MessageRow {
  /** Messages of the conversation in this view; 1 in a flat list. */
  threadCount: number;
  threadUnread: number;
  /** Senders of the conversation, oldest first, without repeats, at most 5. */
  threadFrom: MailAddress[];
}
