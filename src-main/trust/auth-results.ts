/** One Authentication-Results field (RFC 8601 2.2). */
export interface AuthResults {
  /** Lower case; "" where the field names nobody (Exchange Online). */
  authservId: string;
  results: AuthResult[];
}

export interface AuthResult {
  /** "dkim", "spf", "dmarc", "arc", …: lower case. */
  method: string;
  result: string;
  /** "header.d" → value, names in lower case. */
  properties: Record<string, string>;
}

const mostResults = 50;

/** Null for what is no such field. Comments are dropped; never throws. */
export function parseAuthResults(field: string): AuthResults | null {
  const parts = splitParts(field.slice(0, 16_384));
  const first = parts[0] ?? '';
  const named = !first.includes('=');
  // The name may be followed by a version.
  const authservId = named ? (first.split(/\s+/)[0] ?? '').replace(/^"|"$/g, '').toLowerCase() : '';
  if (named && authservId === '') return null;
  const results: AuthResult[] = [];
  for (const part of parts.slice(named ? 1 : 0, mostResults)) {
    const found = /^([a-z0-9-]+)\s*(?:\/\s*\d+\s*)?=\s*([a-z0-9]+)/i.exec(part);
    if (found === null) continue;
    const properties: Record<string, string> = {};
    const rest = part.slice(found[0].length);
    for (const [, name = '', quoted, plain = ''] of rest.matchAll(
      /([a-z0-9-]+(?:\s*\.\s*[a-z0-9_-]+)?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gi,
    ))
      properties[name.replace(/\s/g, '').toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain;
    results.push({
      method: (found[1] ?? '').toLowerCase(),
      result: (found[2] ?? '').toLowerCase(),
      properties,
    });
  }
  return { authservId, results };
}

/** The parts between semicolons, without comments; quoted strings keep theirs. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let now = '';
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char === '\\') {
      i += 1;
      if (depth === 0) now += char + (text[i] ?? '');
    } else if (quoted) {
      now += char;
      quoted = char !== '"';
    } else if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (char === ';') {
      parts.push(now.trim());
      now = '';
    } else {
      now += char;
      quoted = char === '"';
    }
  }
  parts.push(now.trim());
  return parts;
}
