/** What must never reach a server (architecture §5 rule 3), whoever wrote the command. */
export interface WireOffence {
  rule: string;
  line: string;
}

const byUid = /^UID (FETCH|STORE|COPY|MOVE|SEARCH|EXPUNGE|REPLACE)\b/;
const writes = /^UID (?:STORE|COPY|MOVE|EXPUNGE|REPLACE)\b/;
const largestUid = 0xffff_ffff;
const bySequence = /^(FETCH|STORE|COPY|MOVE|SEARCH|SORT|THREAD|REPLACE)\b/;

/**
 * Judges one command without its tag; `dance`: it is the one EXPUNGE that may be sent. The rules: no CLOSE and no bare EXPUNGE (they remove what
 * others marked), no STORE that replaces flags, no sequence numbers, no UID 0, only offered extensions.
 */
export function lintCommand(
  line: string,
  capabilities: ReadonlySet<string>,
  dance = false,
): WireOffence | null {
  // What stands in quotes is a name or a search text, not syntax.
  const upper = line.replace(/"(?:\\.|[^"\\])*"/g, '""').toUpperCase();
  const offence = (rule: string): WireOffence => ({ rule, line });
  if (/^CLOSE\b/.test(upper)) return offence('CLOSE expunges silently');
  // Outside the dance of RFC 4549 §4.2.4, and wherever single UIDs can be expunged.
  if (/^EXPUNGE\b/.test(upper) && (!dance || capabilities.has('UIDPLUS')))
    return offence("a bare EXPUNGE removes other clients' marks");
  if (bySequence.test(upper)) return offence('sequence numbers move under our feet');
  if (/[\r\n\0]/.test(line)) return offence('a line break inside a command');
  if (!byUid.test(upper)) return needs(upper, capabilities, offence);
  const set = /^UID \w+ (\S+)/.exec(upper)?.[1] ?? '';
  if (!upper.startsWith('UID SEARCH') && !/^[0-9*:,]+$/.test(set)) return offence('not a UID set');
  if (!upper.startsWith('UID SEARCH')) {
    if (/(?:^|[,:])0+(?:$|[,:])/.test(set)) return offence('UID 0 is none');
    if (set.split(/[:,]/).some((uid) => Number(uid) > largestUid)) return offence('no UID is that large');
  }
  // "*" is whatever is last when the command arrives: a message nobody meant.
  if (writes.test(upper) && set.includes('*')) return offence('a change to a message that was not named');
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
  [/^UID REPLACE\b/, ['REPLACE']],
  [/^IDLE\b/, ['IDLE', 'IMAP4REV2']],
  [/^NOTIFY\b/, ['NOTIFY']],
  [/^ENABLE\b/, ['ENABLE']],
  [/^ENABLE .*\bQRESYNC\b/, ['QRESYNC']],
  [/^ENABLE .*\bCONDSTORE\b/, ['CONDSTORE', 'QRESYNC']],
  [/^ENABLE .*\bUTF8=ACCEPT\b/, ['UTF8=ACCEPT', 'UTF8=ONLY']],
  [/^COMPRESS\b/, ['COMPRESS=DEFLATE']],
  [/^ID\b/, ['ID']],
  [/^NAMESPACE\b/, ['NAMESPACE', 'IMAP4REV2']],
  [/^UNSELECT\b/, ['UNSELECT', 'IMAP4REV2']],
  [/^(?:GETQUOTA|GETQUOTAROOT|SETQUOTA)\b/, ['QUOTA']],
  [/^(?:GETACL|SETACL|DELETEACL|MYRIGHTS|LISTRIGHTS)\b/, ['ACL']],
  [/\(CHANGEDSINCE \d/, ['CONDSTORE', 'QRESYNC']],
  [/\(UNCHANGEDSINCE \d/, ['CONDSTORE', 'QRESYNC']],
  [/^UID FETCH \S+ \(.*\bMODSEQ\b/, ['CONDSTORE', 'QRESYNC']],
  [/^UID FETCH \S+ \(.*\bEMAILID\b/, ['OBJECTID']],
  [/^UID FETCH \S+ \(.*\bBINARY\b/, ['BINARY', 'IMAP4REV2']],
  [/^(?:SELECT|EXAMINE) .*\(CONDSTORE\)$/, ['CONDSTORE', 'QRESYNC']],
  [/^(?:SELECT|EXAMINE) .*\(QRESYNC /, ['QRESYNC']],
  [/^UID SEARCH RETURN\b/, ['ESEARCH', 'IMAP4REV2']],
  [/^LIST .* RETURN \(.*\bSTATUS\b/, ['LIST-STATUS', 'IMAP4REV2']],
  [/^LIST .* RETURN \(.*\bSPECIAL-USE\b/, ['SPECIAL-USE', 'IMAP4REV2']],
  [/^LIST .* RETURN \(/, ['LIST-EXTENDED', 'LIST-STATUS', 'SPECIAL-USE', 'IMAP4REV2']],
  [/^(?:STATUS|LIST) .*\bMAILBOXID\b/, ['OBJECTID']],
  [/^(?:STATUS|LIST) .*\bHIGHESTMODSEQ\b/, ['CONDSTORE', 'QRESYNC']],
  [/^(?:APPEND|UID REPLACE) .* UTF8 \(~/, ['UTF8=ACCEPT', 'UTF8=ONLY']],
  [/~\{\d+\}/, ['BINARY', 'UTF8=ACCEPT', 'UTF8=ONLY']],
  // Each message is flags, date and literal; the second one begins where the literal of the first ends.
  [/^APPEND .*"" (?:UTF8 \()?~?\{\d+\}\)? \([^)]*\) "" /, ['MULTIAPPEND']],
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
