/** ISO-2022-KR (RFC 1557) as EUC-KR: between SO and SI the high bit is meant. */
export function shifted(bytes: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length);
  let on = false;
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x1b && bytes[i + 1] === 0x24 && bytes[i + 2] === 0x29 && bytes[i + 3] === 0x43) i += 3;
    else if (byte === 0x0e) on = true;
    else if (byte === 0x0f) on = false;
    else {
      if (byte === 10) on = false;
      out[length++] = on && byte > 32 ? byte | 0x80 : byte;
    }
  }
  return out.subarray(0, length);
}

/** HZ (RFC 1843) as GB 2312. */
export function hz(bytes: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length);
  let on = false;
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const next = bytes[i + 1] ?? 0;
    if (byte === 0x7e && next === 0x7b) [on, i] = [true, i + 1];
    else if (byte === 0x7e && next === 0x7d) [on, i] = [false, i + 1];
    else if (byte === 0x7e && next === 0x7e && !on) [out[length++], i] = [0x7e, i + 1];
    else {
      if (byte === 10) on = false;
      out[length++] = on && byte > 32 ? byte | 0x80 : byte;
    }
  }
  return out.subarray(0, length);
}
