/** What is dragged out of the window: made ready before the drag begins, for a drag cannot wait. */
export interface DragOut {
  /** The pointer came near: the bytes are fetched. */
  prepare(): void;
  /** Puts the file into the drag, or stops it when the bytes are not here. */
  start(event: DragEvent): void;
  free(): void;
}

/** More than this is saved with its button: the bytes are held in memory while the pointer is near. */
export const mostDragged = 40_000_000;
/** The system reads the file after the drop; a large one takes it a while. */
const keptMs = 120_000;

/**
 * A file for Chromium's `DownloadURL`, which both shells know: where the drag is dropped the browser writes the bytes,
 * and the system marks the file as foreign as it does a download. `name` must be safe as a file's name.
 */
export function createDragOut(name: string, load: () => Promise<Uint8Array<ArrayBuffer>>): DragOut {
  let address: string | null = null;
  let loading = false;
  let freed = false;
  return {
    prepare() {
      if (loading || freed) return;
      loading = true;
      load().then(
        (bytes) => {
          // No type: a browser must not add an ending of its own to the name.
          if (!freed) address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
        },
        () => {
          loading = false;
        },
      );
    },
    start(event) {
      if (address === null || event.dataTransfer === null) {
        event.preventDefault();
        return;
      }
      event.dataTransfer.effectAllowed = 'copy';
      event.dataTransfer.setData(
        'DownloadURL',
        `application/octet-stream:${name.replaceAll(':', '_')}:${address}`,
      );
    },
    free() {
      freed = true;
      const old = address;
      address = null;
      if (old !== null) setTimeout(() => URL.revokeObjectURL(old), keptMs);
    },
  };
}
