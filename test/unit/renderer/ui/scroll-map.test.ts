import { describe, expect, test } from 'vitest';
import { ScrollMap } from '../../../../src-renderer/ui/scroll-map.ts';
import { VirtualScroll } from '../../../../src-renderer/ui/virtual-scroll.svelte.ts';

describe('ScrollMap', () => {
  test('is exact while the height fits', () => {
    const map = new ScrollMap(6_400_000, 800);
    expect(map.exact).toBe(true);
    expect(map.toPhysical(1234)).toBe(1234);
  });

  test('reaches both ends of 1,000,000 rows and is its own inverse between', () => {
    const map = new ScrollMap(64_000_000, 800);
    expect(map.physicalHeight).toBe(16_000_000);
    expect(map.toPhysical(0)).toBe(0);
    expect(map.toPhysical(map.virtualMax)).toBe(map.physicalMax);
    for (const top of [0, 500, 999_999, 1_000_001, 20_000_000, 62_999_000, 63_999_100])
      expect(map.toVirtual(map.toPhysical(top))).toBeCloseTo(top, 3);
  });
});

describe('VirtualScroll', () => {
  function scroll(count: number): VirtualScroll {
    const made = new VirtualScroll();
    made.viewport = 640;
    made.count = count;
    return made;
  }

  test('a small step moves by what the wheel says, a far one by the map', () => {
    const made = scroll(1_000_000);
    made.scrolledTo(8_000_000);
    const far = made.top;
    expect(Math.abs(far - 32_000_000)).toBeLessThan(5000);
    made.scrolledTo(8_000_100);
    expect(made.top).toBeCloseTo(far + 100, 6);
  });

  test('rows stay where they are when the element is brought back to the map', () => {
    const made = scroll(1_000_000);
    made.scrolledTo(8_000_000);
    made.scrolledTo(8_000_900);
    const place = made.windowTop - made.physicalTop;
    made.settle();
    expect(made.windowTop - made.physicalTop).toBeCloseTo(place, 6);
  });

  test('reveals a row with as little movement as possible', () => {
    const made = scroll(1000);
    made.reveal(5);
    expect(made.top).toBe(0);
    made.reveal(12);
    expect(made.top).toBe(13 * 64 - 640);
    made.reveal(3);
    expect(made.top).toBe(3 * 64);
    made.reveal(999);
    expect(made.top).toBe(1000 * 64 - 640);
  });

  test('keeps the first row when the rows get another height', () => {
    const made = scroll(1000);
    made.moveTo(64 * 500);
    made.setRowHeight(32);
    expect(made.topIndex).toBe(500);
  });
});
