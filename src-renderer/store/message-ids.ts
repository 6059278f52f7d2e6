/** Where a message id says the message was when it was born. */
export interface BirthPlace {
  folderId: string;
  gen: number;
  uid: number;
}

/**
 * The id of a server's message: the same again after the cache was emptied, as long as the message
 * has not moved. Folder ids have no dots.
 */
export function idOfPlace(folderId: string, gen: number, uid: number): string {
  return `${folderId}.${gen.toString(36)}.${uid.toString(36)}`;
}

/** Null for ids that are not made from a place (waiting rows, second holders of a place). */
export function placeOfId(messageId: string): BirthPlace | null {
  const match = /^([^.]+)\.([0-9a-z]{1,8})\.([0-9a-z]{1,7})$/.exec(messageId);
  if (match === null) return null;
  return {
    folderId: match[1] ?? '',
    gen: Number.parseInt(match[2] ?? '', 36),
    uid: Number.parseInt(match[3] ?? '', 36),
  };
}
