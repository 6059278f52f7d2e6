import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTransfer } from '../../../../src-main/mime/read/transfer.ts';

const lines = (text: string): string => text.replace(/.{76}/g, '$&\r\n');
const decode = (text: string): ReturnType<typeof decodeTransfer> =>
  decodeTransfer(Buffer.from(text, 'latin1'), 'base64');

test('base64 of any bytes, in lines, gives them back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { bytes: decoded, broken } = decode(lines(Buffer.from(bytes).toString('base64')));
      expect(decoded.equals(bytes)).toBe(true);
      expect(broken).toBe(false);
    }),
  );
});

test('one foreign character anywhere among the digits is left out and told of (RFC 2045 6.8)', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 3, maxLength: 200 }),
      fc.nat(),
      fc.constantFrom('-', '_', '!', '*', '\u0000', '\u00e9', '.'),
      (bytes, at, foreign) => {
        const digits = Buffer.from(bytes).toString('base64');
        const inside = at % digits.replace(/=+$/, '').length;
        const { bytes: decoded, broken } = decode(
          `${digits.slice(0, inside)}${foreign}${digits.slice(inside)}`,
        );
        expect(decoded.equals(bytes)).toBe(true);
        expect(broken).toBe(true);
      },
    ),
  );
});
