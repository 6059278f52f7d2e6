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
  const [start = ''] = first.split(/\s+/);
  const named = !start.includes('=') && !/^\S+\s+=/.test(first);
  // The name may be followed by a version.
  const authservId = named ? start.replace(/^"|"$/g, '').toLowerCase() : '';
  if (named && authservId === '') return null;
  const results: AuthResult[] = [];
  // Yahoo wrote the signer before the result, and no ";" behind its name.
  let early = named ? propertiesOf(first.slice(start.length)) : {};
  for (const part of parts.slice(named ? 1 : 0, mostResults)) {
    const found = /^([a-z0-9-]+)\s*(?:\/\s*\d+\s*)?=\s*([a-z0-9]+)/i.exec(part);
    if (found === null) {
      early = { ...propertiesOf(part), ...early };
      continue;
    }
    results.push({
      method: (found[1] ?? '').toLowerCase(),
      result: (found[2] ?? '').toLowerCase(),
      properties: { ...early, ...propertiesOf(part.slice(found[0].length)) },
    });
    early = {};
  }
  return { authservId, results };
}

function propertiesOf(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  // From where a name begins alone: a stranger's may be as long as the field.
  for (const [, name = '', quoted, plain = ''] of text.matchAll(
    /(?<![a-z0-9-])([a-z0-9-]+(?:\s*\.\s*[a-z0-9_-]+)?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gi,
  ))
    properties[name.replace(/\s/g, '').toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain;
  return properties;
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
