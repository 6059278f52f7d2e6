import { ScrollMap } from './scroll-map.ts';

const overscan = 6;
/**
 * The layer that holds the rows moves by so many rows at a time. In between, a row that stays in view stays
 * at its place in the layer, and only rows that are new are drawn: without a graphics card that is most of a frame.
 */
const layerStep = 64;

/**
 * Scroll position of a list of equal rows, kept in virtual pixels. Changing `count` and `top` in one
 * turn moves both in one frame: rows can be put in above the view without the view moving.
 */
export class VirtualScroll {
  count = $state(0);
  rowHeight = $state(64);
  viewport = $state(0);
  top = $state(0);
  /** What `scrollTop` of the element is, or is to become. */
  physicalTop = $state(0);
  /** Grows whenever the element must be moved to `physicalTop`. */
  moves = $state(0);
  readonly map = $derived(new ScrollMap(this.count * this.rowHeight, this.viewport));
  readonly first = $derived(Math.max(0, Math.floor(this.top / this.rowHeight) - overscan));
  readonly last = $derived(
    Math.min(this.count, Math.ceil((this.top + this.viewport) / this.rowHeight) + overscan),
  );
  /** Index of the row at the upper edge of the view. */
  readonly topIndex = $derived(Math.max(0, Math.min(this.count - 1, Math.floor(this.top / this.rowHeight))));
  readonly #layerFirst = $derived(Math.floor(this.first / layerStep) * layerStep);
  /** Where the layer of the rows lies inside the scrolling element. */
  readonly windowTop = $derived(this.#layerFirst * this.rowHeight - this.top + this.physicalTop);
  /** Where the rows from `first` on lie inside the layer. */
  readonly rowsTop = $derived((this.first - this.#layerFirst) * this.rowHeight);

  /** The element was scrolled by the user (or has arrived where we moved it). */
  scrolledTo(physical: number): void {
    const delta = physical - this.physicalTop;
    if (Math.abs(delta) < 1) return;
    this.physicalTop = physical;
    const map = this.map;
    const far = Math.abs(delta) > Math.max(2000, this.viewport * 3);
    this.top = map.exact ? physical : far ? map.toVirtual(physical) : clamp(this.top + delta, map.virtualMax);
    const room = this.viewport * 2;
    const atEdge = physical < room || physical > map.physicalMax - room;
    if (!map.exact && atEdge) this.settle();
  }

  /** Brings the element back to where the map has the position; nothing moves on the screen. */
  settle(): void {
    const physical = this.map.toPhysical(this.top);
    if (Math.abs(physical - this.physicalTop) < 1) return;
    this.physicalTop = physical;
    this.moves += 1;
  }

  moveTo(top: number): void {
    this.top = clamp(Math.round(top), this.map.virtualMax);
    this.physicalTop = this.map.toPhysical(this.top);
    this.moves += 1;
  }

  setRowHeight(height: number): void {
    if (height === this.rowHeight) return;
    const place = this.top / this.rowHeight;
    this.rowHeight = height;
    this.moveTo(Math.round(place) * height);
  }

  /** Shows the row with as little movement as possible. */
  reveal(index: number): void {
    const start = index * this.rowHeight;
    if (start < this.top) this.moveTo(start);
    else if (start + this.rowHeight > this.top + this.viewport)
      this.moveTo(start + this.rowHeight - this.viewport);
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
