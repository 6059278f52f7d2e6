import * as v from 'valibot';

/**
 * Which messages are fetched ahead so that they can be read without a network: the newest `days` (however large, up
 * to 25 MB each), of any age those of at most `maxBytes`, and with `starred` every starred one. Nothing of the three
 * is headers only; 64 KB is "text"; a large `maxBytes` is "everything up to N MB".
 */
export const bodyPolicySchema = v.object({
  days: v.pipe(v.number(), v.minValue(0), v.maxValue(100_000)),
  maxBytes: v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  starred: v.optional(v.boolean()),
});
export type BodyPolicy = v.InferOutput<typeof bodyPolicySchema>;

/** A folder's own choice: the account's, nothing, everything, or a policy of its own. */
export const folderBodiesSchema = v.union([v.picklist(['account', 'none', 'all']), bodyPolicySchema]);
export type FolderBodies = v.InferOutput<typeof folderBodiesSchema>;

/** One thing to look for; a message is wanted when any of a policy's wishes takes it. */
export interface BodyWish {
  /** Not older than this (milliseconds); null: of any age. */
  newerThan: number | null;
  maxBytes: number;
  flagged?: boolean;
}

/** Nothing larger is fetched that nobody asked for, however new. */
const largest = 25 * 1024 * 1024;

/** In the order in which they are worth fetching: starred, newest, small. */
export function wishesOf(policy: BodyPolicy, now: number): BodyWish[] {
  const wishes: BodyWish[] = [];
  if (policy.starred === true)
    wishes.push({ newerThan: null, maxBytes: Number.MAX_SAFE_INTEGER, flagged: true });
  if (policy.days > 0) wishes.push({ newerThan: now - policy.days * 86_400_000, maxBytes: largest });
  if (policy.maxBytes > 0) wishes.push({ newerThan: null, maxBytes: policy.maxBytes });
  return wishes;
}

export const everything: readonly BodyWish[] = [{ newerThan: null, maxBytes: Number.MAX_SAFE_INTEGER }];
