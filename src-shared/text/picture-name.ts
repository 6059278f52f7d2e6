/** What stands in `data-cid` of sanitised HTML for a picture that comes with its mail: many have no Content-ID. */
export function pictureName(part: { contentId: string | null; partId: string }): string {
  return part.contentId ?? `part:${part.partId}`;
}
