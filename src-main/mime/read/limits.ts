/** What one message may cost. Chosen so that a hostile message stays below a second and 200 MB. */
export interface ReadLimits {
  /** Nesting of parts and of messages in messages together. */
  maxDepth: number;
  maxParts: number;
  /** Of one header block, bytes. */
  maxHeaderBytes: number;
  maxHeaders: number;
  /** Of one header value, characters. */
  maxHeaderValue: number;
  /** Per address header. */
  maxAddresses: number;
  /** Of one text or HTML part, decoded bytes. */
  maxTextBytes: number;
  /** Of all texts together, characters. */
  maxTextTotal: number;
  maxDefects: number;
  /** Reads the header alone (what is left when a message was too slow). */
  headersOnly: boolean;
}

export const defaultLimits: ReadLimits = {
  maxDepth: 250,
  maxParts: 2_000,
  maxHeaderBytes: 256 * 1024,
  maxHeaders: 1_000,
  maxHeaderValue: 64 * 1024,
  maxAddresses: 2_000,
  maxTextBytes: 2 * 1024 * 1024,
  maxTextTotal: 4 * 1024 * 1024,
  maxDefects: 60,
  headersOnly: false,
};
