/** Tells elements whether they are in view or within half a screenful of it. */
export interface Nearness {
  watch(element: HTMLElement, tell: (near: boolean) => void): () => void;
}

/**
 * One observer for a whole conversation: 200 of them would each be asked at every frame. Elements that came near are
 * told one a frame, the ones in view first, for each then draws a mail; one that went away before is not told at all.
 */
export function makeNearness(): Nearness {
  const tellers = new Map<Element, (near: boolean) => void>();
  /** Came near and was not told yet; true when it is in view. */
  const waiting = new Map<Element, boolean>();
  let observer: IntersectionObserver | null = null;
  let frame = 0;

  function tellNext(): void {
    frame = 0;
    const next = [...waiting].find(([, inView]) => inView) ?? [...waiting][0];
    if (next === undefined) return;
    waiting.delete(next[0]);
    tellers.get(next[0])?.(true);
    if (waiting.size > 0) frame = requestAnimationFrame(tellNext);
  }

  function observed(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, boundingClientRect: box, rootBounds } of entries) {
      const view = rootBounds ?? box;
      // The margin is a quarter of what is watched, above and below.
      const margin = view.height / 4;
      if (isIntersecting)
        waiting.set(target, box.bottom > view.top + margin && box.top < view.bottom - margin);
      else if (!waiting.delete(target)) tellers.get(target)?.(false);
    }
    if (waiting.size > 0 && frame === 0) frame = requestAnimationFrame(tellNext);
  }

  return {
    watch(element, tell) {
      observer ??= new IntersectionObserver(observed, {
        root: element.closest('.reader-scroll'),
        rootMargin: '50% 0px',
      });
      tellers.set(element, tell);
      observer.observe(element);
      return () => {
        observer?.unobserve(element);
        tellers.delete(element);
        waiting.delete(element);
        if (tellers.size > 0) return;
        observer?.disconnect();
        observer = null;
      };
    },
  };
}
