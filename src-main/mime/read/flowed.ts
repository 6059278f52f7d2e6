/**
 * format=flowed (RFC 3676 4): lines that end in a blank go on in the next one of the same quote
 * depth; "-- " never flows; space-stuffing is taken off. Lines are separated by "\n".
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = [];
  let current: { depth: number; text: string } | null = null;
  const flush = (): void => {
    if (current !== null) out.push(`${current.depth > 0 ? `${'>'.repeat(current.depth)} ` : ''}${current.text}`);
    current = null;
  };
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    let content = line.slice(depth);
    if (content.startsWith(' ')) content = content.slice(1);
    const flows = content.endsWith(' ') && content !== '-- ';
    const kept: string = flows && delSp ? content.slice(0, -1) : content;
    const open = current as { depth: number; text: string } | null;
    if (open !== null && open.depth === depth && content !== '-- ') open.text += kept;
    else {
      flush();
      current = { depth, text: kept };
    }
    if (!flows) flush();
  }
  flush();
  return out.join('\n');
}
