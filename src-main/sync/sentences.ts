/** The words of the panel of waiting changes, one sentence an operation. */
export function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}

export function flagSentence(count: number, add: readonly string[], remove: readonly string[]): string {
  const many = messages(count);
  if (add.includes('\\Seen')) return `Mark ${many} as read`;
  if (remove.includes('\\Seen')) return `Mark ${many} as unread`;
  if (add.includes('\\Flagged')) return `Star ${many}`;
  if (remove.includes('\\Flagged')) return `Take the star off ${many}`;
  if (add.includes('\\Answered')) return `Mark ${many} as answered`;
  if (add.includes('$Forwarded')) return `Mark ${many} as forwarded`;
  if (add.includes('$Junk')) return `Mark ${many} as junk`;
  if (add.includes('$NotJunk')) return `Mark ${many} as not junk`;
  return `Change the marks of ${many}`;
}
