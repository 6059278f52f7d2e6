const shown: Readonly<Record<string, string>> = {
  Enter: '↵',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
  Delete: 'Del',
};

/** "g i" → [["g"], ["i"]]; "Ctrl K" → [["Ctrl", "K"]]: strokes one after the other, each of keys held together. */
export function keyStrokes(keys: string): string[][] {
  const parts = keys.split(' ');
  const modifiers = new Set(['Ctrl', 'Shift', 'Alt']);
  const strokes: string[][] = [];
  let held: string[] = [];
  for (const part of parts) {
    if (modifiers.has(part)) {
      held.push(part);
      continue;
    }
    strokes.push([...held, shown[part] ?? part]);
    held = [];
  }
  return strokes;
}

/** A key press as it is written in a command's keys: "j", "#", "Ctrl K", "Shift ArrowDown". Ctrl stands for Cmd too. */
export function strokeOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const command = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1;
  const key = letter && command ? event.key.toUpperCase() : event.key;
  // Shift is part of the character ("#", "?") unless a named key or a command is pressed.
  const shift = event.shiftKey && (!letter || command);
  return [command ? 'Ctrl' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', key]
    .filter((word) => word !== '')
    .join(' ');
}
