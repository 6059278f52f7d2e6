/** What a message keeps when its folder is numbered anew. */
export interface Identity {
  messageIdHeader: string;
  size: number;
  internalDate: number;
  /** RFC 8474 EMAILID where the server has it. */
  emailId?: string | undefined;
}

/**
 * Pairs messages of ours with those of a server by what they keep (R7): the EMAILID, else Message-ID, size and date.
 * Only what is one on both sides is a pair (RFC 4549 §4.2.2.1: of several, none is the right one).
 */
export function pairUp<A extends Identity, B extends Identity>(
  ours: readonly A[],
  theirs: readonly B[],
): Map<A, B> {
  const pairs = new Map<A, B>();
  const taken = new Set<B>();
  for (const keyOf of [emailIdOf, tripleOf]) {
    const left = ours.filter((one) => !pairs.has(one));
    const here = onlyOnes(left, keyOf);
    const there = onlyOnes(
      theirs.filter((one) => !taken.has(one)),
      keyOf,
    );
    for (const [key, one] of here) {
      const other = there.get(key);
      if (one === null || other === null || other === undefined || contradicts(one, other)) continue;
      pairs.set(one, other);
      taken.add(other);
    }
  }
  return pairs;
}

/** Null where several have the key. */
function onlyOnes<T extends Identity>(
  all: readonly T[],
  keyOf: (one: Identity) => string | null,
): Map<string, T | null> {
  const found = new Map<string, T | null>();
  for (const one of all) {
    const key = keyOf(one);
    if (key !== null) found.set(key, found.has(key) ? null : one);
  }
  return found;
}

/** Both have an EMAILID, and it is another one: the server says that they are two messages. */
export function contradicts(one: Identity, other: Identity): boolean {
  return one.emailId !== undefined && other.emailId !== undefined && one.emailId !== other.emailId;
}

function emailIdOf({ emailId }: Identity): string | null {
  return emailId ?? null;
}

function tripleOf({ messageIdHeader, size, internalDate }: Identity): string | null {
  const header = plainId(messageIdHeader);
  return header === '' ? null : `${header} ${size} ${internalDate}`;
}

/** Folded headers and ENVELOPE differ in white space. */
export function plainId(messageIdHeader: string): string {
  return messageIdHeader.replace(/\s+/g, '');
}
