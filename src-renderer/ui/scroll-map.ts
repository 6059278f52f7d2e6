/** Chromium clips heights at 33.5 Mpx; above this the list's real height is a map of the wanted one. */
export const maxPhysicalHeight = 16_000_000;
/** So much at both ends is mapped one to one, so that the ends are exact. */
const exactEnds = 1_000_000;

/**
 * Where a scrolling element of at most 16 Mpx stands for a list of any height. The ends are mapped
 * 1:1, the middle in proportion; rows are placed by the virtual position, so every row is reachable
 * and lies on whole pixels.
 */
export class ScrollMap {
  readonly virtualMax: number;
  readonly physicalHeight: number;
  readonly physicalMax: number;

  constructor(virtualHeight: number, viewport: number) {
    this.physicalHeight = Math.min(virtualHeight, maxPhysicalHeight);
    this.virtualMax = Math.max(0, virtualHeight - viewport);
    this.physicalMax = Math.max(0, this.physicalHeight - viewport);
  }

  get exact(): boolean {
    return this.virtualMax === this.physicalMax;
  }

  toPhysical(top: number): number {
    if (this.exact || top <= exactEnds) return top;
    const fromEnd = this.virtualMax - top;
    if (fromEnd <= exactEnds) return this.physicalMax - fromEnd;
    return exactEnds + (top - exactEnds) * this.#ratio;
  }

  toVirtual(physical: number): number {
    if (this.exact || physical <= exactEnds) return physical;
    const fromEnd = this.physicalMax - physical;
    if (fromEnd <= exactEnds) return this.virtualMax - fromEnd;
    return exactEnds + (physical - exactEnds) / this.#ratio;
  }

  get #ratio(): number {
    return (this.physicalMax - 2 * exactEnds) / (this.virtualMax - 2 * exactEnds);
  }
}
