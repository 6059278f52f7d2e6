/** Main's ids for files that are shown and kept nowhere. */
export function isFile(messageId: string): boolean {
  return messageId.startsWith('file-');
}
