/** Takes files that are dropped on `node`; `onover` hears whether some are held over it. */
export function dropFiles(
  node: HTMLElement,
  { onfiles, onover }: { onfiles: (files: readonly File[]) => void; onover: (over: boolean) => void },
): { destroy: () => void } {
  // Every element below sends its own enter and leave.
  let depth = 0;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  const handlers: Record<'dragenter' | 'dragleave' | 'dragover' | 'drop', (event: DragEvent) => void> = {
    dragenter: (event) => {
      event.preventDefault();
      depth += 1;
    },
    dragleave: () => {
      depth = Math.max(0, depth - 1);
    },
    dragover: (event) => event.preventDefault(),
    drop: (event) => {
      event.preventDefault();
      depth = 0;
      onfiles([...(event.dataTransfer?.files ?? [])]);
    },
  };
  const listen = (event: Event): void => {
    if (!(event instanceof DragEvent) || !hasFiles(event)) return;
    handlers[event.type as keyof typeof handlers](event);
    onover(depth > 0);
  };
  for (const type of Object.keys(handlers)) node.addEventListener(type, listen);
  return {
    destroy() {
      for (const type of Object.keys(handlers)) node.removeEventListener(type, listen);
    },
  };
}
