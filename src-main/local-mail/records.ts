import * as v from 'valibot';
import { folderRoleSchema } from '../../src-shared/model/folder.ts';

/** Where a message that was taken home came from, so that it is never taken twice nor removed unproved. */
const sourceSchema = v.object({
  /** The drop box's name for it, or one made of its content where the server names none. */
  key: v.string(),
  size: v.number(),
  /** SHA-256 of the header block; what a server calls by the same key again is compared with it. */
  header: v.string(),
  /** When it was taken home, milliseconds: for “leave it there for N days”. */
  at: v.number(),
  /** The drop box's own mark of it, where it has one. */
  mark: v.optional(v.string()),
  /** SHA-256 of the whole message as it was taken. */
  blob: v.optional(v.string()),
  /** Since when no whole list of the server has had it, milliseconds. */
  absent: v.optional(v.number()),
});

const messageSchema = v.object({
  uid: v.number(),
  blob: v.string(),
  size: v.number(),
  date: v.number(),
  flags: v.array(v.string()),
  source: v.optional(sourceSchema),
  /** Only its header is here (what TOP gave): it is large, and the server keeps it until it is asked for. */
  stub: v.optional(v.literal(true)),
});

/** The records of a local mail log, oldest first. Each is one whole act: none is ever half done. */
export const localRecordSchema = v.variant('t', [
  v.object({
    t: v.literal('folder'),
    path: v.string(),
    uidValidity: v.number(),
    role: v.nullable(folderRoleSchema),
    uidNext: v.optional(v.number()),
  }),
  v.object({ t: v.literal('rename'), from: v.string(), to: v.string() }),
  v.object({ t: v.literal('unfolder'), path: v.string() }),
  v.object({ t: v.literal('subscribe'), path: v.string(), subscribed: v.boolean() }),
  v.object({ t: v.literal('add'), path: v.string(), messages: v.array(messageSchema) }),
  v.object({
    t: v.literal('flags'),
    path: v.string(),
    uids: v.array(v.number()),
    add: v.array(v.string()),
    remove: v.array(v.string()),
  }),
  v.object({
    t: v.literal('copy'),
    path: v.string(),
    to: v.string(),
    /** Pairs of old and new UID. */
    uids: v.array(v.tuple([v.number(), v.number()])),
    move: v.boolean(),
  }),
  v.object({ t: v.literal('gone'), path: v.string(), uids: v.array(v.number()) }),
  /** The whole message is here now where only its header was. */
  v.object({ t: v.literal('whole'), path: v.string(), uid: v.number(), blob: v.string(), size: v.number() }),
  /** Keys whose messages are not here any more (the user removed them) but may still be on the server. */
  v.object({ t: v.literal('known'), sources: v.array(sourceSchema) }),
  v.object({ t: v.literal('forget'), keys: v.array(v.string()) }),
  /** The server names a message otherwise than it did (UIDVALIDITY, new UIDLs): the one here is that one. */
  v.object({ t: v.literal('rekey'), from: v.string(), source: sourceSchema }),
  /** The server's whole list did not have these (`at`), or has them again (null). */
  v.object({ t: v.literal('absent'), keys: v.array(v.string()), at: v.nullable(v.number()) }),
  v.object({ t: v.literal('modseq'), value: v.number(), nextValidity: v.number() }),
]);
export type LocalRecord = v.InferOutput<typeof localRecordSchema>;
export type LocalMessage = v.InferOutput<typeof messageSchema>;
export type Source = v.InferOutput<typeof sourceSchema>;
