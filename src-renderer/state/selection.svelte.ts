/** The rows that are picked for one action, beside the one that is open. */
export class Selection {
  picked = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a range begins. */
  anchorId: string | null = null;

  get count(): number {
    return this.picked.size;
  }

  get active(): boolean {
    return this.picked.size > 0;
  }

  toggle(messageId: string): void {
    const next = new Set(this.picked);
    if (!next.delete(messageId)) next.add(messageId);
    this.picked = next;
    this.anchorId = messageId;
  }

  set(messageIds: Iterable<string>): void {
    this.picked = new Set(messageIds);
  }

  add(messageIds: Iterable<string>): void {
    this.picked = new Set([...this.picked, ...messageIds]);
  }

  clear(): void {
    this.picked = new Set();
    this.anchorId = null;
  }
}
