import { isIP } from 'node:net';
import { parse } from 'tldts';
import { isPublicAddress } from '../platform/public-address.ts';

/** One step on a message's way, as a Received line tells it (RFC 5321 4.4). */
interface Step {
  /** The name that the giving side gave itself; null: none, as for what was handed over within one machine. */
  from: string | null;
  by: string | null;
}

export function readStep(received: string): Step {
  // Comments hold what the giving side says of itself: "(by mx.home.example)" is nobody's signature.
  const words = withoutComments(received.slice(0, 4_096)).trim();
  const from = /^from\s+\[?([^\s;\]]+)/i.exec(words)?.[1] ?? null;
  const by = /(?:^|\s)by\s+\[?([^\s;\]]+)/i.exec(words)?.[1] ?? null;
  // qmail writes of steps within one machine: "(qmail 4711 invoked by uid 1000)".
  return { from, by: by ?? (from === null ? 'localhost' : null) };
}

/** A name or an address that means nothing on the internet: of a machine inside somebody's network. */
export function isInnerHost(host: string): boolean {
  const address = host.replace(/^IPv6:/i, '');
  if (isIP(address) !== 0) return !isPublicAddress(address);
  if (!host.includes('.')) return true;
  const { isIcann, publicSuffix } = parse(host.toLowerCase().replace(/\.$/, ''), { validateHostname: false });
  // "compute5.internal", "delivery04.provider". Names for examples stand for those of the internet (RFC 6761).
  return isIcann !== true && !/(?:^|\.)(?:test|example|invalid)$/.test(publicSuffix ?? 'invalid');
}

function withoutComments(text: string): string {
  let depth = 0;
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\') at += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') {
      depth = Math.max(0, depth - 1);
      out += ' ';
    } else if (depth === 0) out += char;
  }
  return out;
}
