/** A file that a mail program wrote in a way of its own into a text or another file. */
export interface PackedFile {
  /** As written; "" when it has none. Not safe to show. */
  name: string;
  bytes: Buffer;
  /** Lower case; null: nothing is said about it. */
  contentType: string | null;
  /** Cut off, or its checksum is wrong: `bytes` is what could be read. */
  broken: boolean;
}

/** One that stands in a text, with its range there. */
export interface TextFile extends PackedFile {
  from: number;
  to: number;
}

/** Of one part. Each is a row in the mail and counts in a part's number. */
export const mostFiles = 500;
