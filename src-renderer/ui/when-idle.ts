/** A page that is never idle gets to it all the same, after so many milliseconds. */
const atLatest = 1_000;

/** Does it when the window has nothing to draw or to answer; returns how to take it back. */
export function whenIdle(job: () => void): () => void {
  const asked = requestIdleCallback(job, { timeout: atLatest });
  return () => cancelIdleCallback(asked);
}
