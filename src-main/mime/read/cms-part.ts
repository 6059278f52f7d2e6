import { fileNameOf } from './attachment-list.ts';
import type { Part } from './part.ts';

/** Whether a part is an S/MIME message (RFC 8551 3.2), also under the types of programs and gateways that do not know it. */
export function isCmsPart(part: Part): boolean {
  const type = part.type.value;
  if (/^application\/(?:(?:x-)?pkcs7(?:-mime)?|x-smime)$/.test(type)) return true;
  // Sent as bytes of whatever kind: the name says it (3.2.1).
  return (
    !/^(?:text|image|audio|video|multipart|message)\//.test(type) && /\.p7m$/i.test(fileNameOf(part) ?? '')
  );
}
