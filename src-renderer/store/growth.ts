/** Half as much again: a worker of 1 M rows wastes a third at most while it grows. */
export function grownLength(length: number): number {
  return Math.ceil(length * 1.5) + 16;
}

export function growUint32(array: Uint32Array<ArrayBuffer>, fill = 0): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(grownLength(array.length));
  if (fill !== 0) grown.fill(fill, array.length);
  grown.set(array);
  return grown;
}

export function growFloat64(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(grownLength(array.length));
  grown.set(array);
  return grown;
}

export function growUint16(array: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const grown = new Uint16Array(grownLength(array.length));
  grown.set(array);
  return grown;
}

export function growUint8(array: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(grownLength(array.length));
  grown.set(array);
  return grown;
}
