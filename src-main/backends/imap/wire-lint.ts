/** What must never reach a server (architecture §5 rule 3), whoever wrote the command. */
export interface WireOffence {
  rule: string;
  line: string;
}

const byUid = /^UID (FETCH|STORE|COPY|MOVE|SEARCH|EXPUNGE)\b/;
const bySequence = /^(FETCH|STORE|COPY|MOVE|SEARCH|SORT|THREAD)\b/;

/**
 * Judges one command without its tag. The rules: no CLOSE and no bare EXPUNGE (they remove what
 * others marked), no STORE that replaces flags, no sequence numbers, no UID 0, only offered extensions.
 */
export function lintCommand(line: string, capabilities: ReadonlySet<string>): WireOffence | null {
  // What stands in quotes is a name or a search text, not syntax.
  const upper = line.replace(/"(?:\\.|[^"\\])*"/g, '""').toUpperCase();
  const offence = (rule: string): WireOffence => ({ rule, line });
  if (/^CLOSE\b/.test(upper)) return offence('CLOSE expunges silently');
  if (/^EXPUNGE\b/.test(upper)) return offence("a bare EXPUNGE removes other clients' marks");
  if (bySequence.test(upper)) return offence('sequence numbers move under our feet');
  if (/[\r\n\0]/.test(line)) return offence('a line break inside a command');
  if (!byUid.test(upper)) return needs(upper, capabilities, offence);
  const set = /^UID \w+ (\S+)/.exec(upper)?.[1] ?? '';
  if (!upper.startsWith('UID SEARCH') && !/^[0-9*:,]+$/.test(set)) return offence('not a UID set');
  if (!upper.startsWith('UID SEARCH') && /(?:^|[,:])0+(?:$|[,:])/.test(set)) return offence('UID 0 is none');
  if (
    upper.startsWith('UID STORE') &&
    !/^UID STORE \S+ (?:\(UNCHANGEDSINCE \d+\) )?[+-]FLAGS(?:\.SILENT)? \(/.test(upper)
  ) {
    return offence('STORE may only add or remove flags');
  }
  if (upper.startsWith('UID FETCH') && /\bBODY\[/.test(upper))
    return offence('FETCH BODY[] sets \\Seen: BODY.PEEK');
  return needs(upper, capabilities, offence);
}

/** First word of a command, or an argument, and the capability that it takes. */
const extensions: [RegExp, readonly string[]][] = [
  [/^UID EXPUNGE\b/, ['UIDPLUS', 'IMAP4REV2']],
  [/^UID MOVE\b/, ['MOVE', 'IMAP4REV2']],
  [/^IDLE\b/, ['IDLE', 'IMAP4REV2']],
  [/^ENABLE\b/, ['ENABLE', 'CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT', 'IMAP4REV2']],
  [/^COMPRESS\b/, ['COMPRESS=DEFLATE']],
  [/^ID\b/, ['ID']],
  [/^NAMESPACE\b/, ['NAMESPACE', 'IMAP4REV2']],
  [/^UNSELECT\b/, ['UNSELECT', 'IMAP4REV2']],
  [/\(CHANGEDSINCE \d/, ['CONDSTORE', 'QRESYNC']],
  [/^(?:SELECT|EXAMINE) .*\(CONDSTORE\)$/, ['CONDSTORE', 'QRESYNC']],
  [/^UID SEARCH RETURN\b/, ['ESEARCH', 'IMAP4REV2']],
  [/^LIST .* RETURN \(.*\bSTATUS\b/, ['LIST-STATUS', 'IMAP4REV2']],
  [/^LIST .* RETURN \(/, ['LIST-EXTENDED', 'LIST-STATUS', 'SPECIAL-USE', 'IMAP4REV2']],
];

function needs(
  upper: string,
  capabilities: ReadonlySet<string>,
  offence: (rule: string) => WireOffence,
): WireOffence | null {
  for (const [pattern, anyOf] of extensions) {
    if (pattern.test(upper) && !anyOf.some((name) => capabilities.has(name))) {
      return offence(`${anyOf[0]} was not offered`);
    }
  }
  return null;
}
