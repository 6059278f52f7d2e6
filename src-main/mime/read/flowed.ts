/**
 * format=flowed (RFC 3676 4): lines that end in a blank go on in the next one of the same quote
 * depth; "-- " never flows; space-stuffing is taken off. Lines are separated by "\n".
 */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = [];
  const state: { open: { depth: number; text: string } | null } = { open: null };
  const flush = (): void => {
    if (state.open !== null)
      out.push(`${state.open.depth > 0 ? `${'>'.repeat(state.open.depth)} ` : ''}${state.open.text}`);
    state.open = null;
  };
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    let content = line.slice(depth);
    if (content.startsWith(' ')) content = content.slice(1);
    const flows = content.endsWith(' ') && content !== '-- ';
    // By the letter the empty line ends the paragraph before it and is gone; behind words everybody means an empty line.
    if (content === '' && state.open?.text.trim() !== '') flush();
    const kept = flows && delSp ? content.slice(0, -1) : content;
    if (state.open !== null && state.open.depth === depth && content !== '-- ') state.open.text += kept;
    else {
      flush();
      state.open = { depth, text: kept };
    }
    if (!flows) flush();
  }
  flush();
  return out.join('\n');
}
