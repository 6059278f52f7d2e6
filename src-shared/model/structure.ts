/** A node of a message's structure as its server says it (RFC 3501 BODYSTRUCTURE): nothing that is proved. */
export interface StructurePart {
  /** IMAP part number; "" for the message itself when it is a multipart. */
  section: string;
  /** Lower case, "text/plain". */
  type: string;
  /** Lower case Content-Transfer-Encoding; "" for a multipart. */
  encoding: string;
  /** Bytes of the body as it is transferred; 0 for a multipart. */
  octets: number;
  /** Of a multipart; what a message/rfc822 holds is left out. */
  children: StructurePart[];
}

/**
 * Of a message whose text came first, whether the rest comes by itself; if not, why: the account's mail is only on its
 * server, nothing so large is to be kept of its folder, the disk is nearly full.
 */
export type RestOfMessage = 'follows' | 'server-only' | 'policy' | 'no-room';
