import type { NewRow } from '../../../src-shared/model/message.ts';
import { hasAttachments, textCharset } from './body-structure.ts';
import { emptyEnvelope, parseDate, readEnvelope } from './envelope.ts';
import { type HeaderFields, readHeaderFields, referencesIn } from './header-fields.ts';
import { flagsIn, listOf, numberOf, rawOf, type Untagged, type Value } from './port.ts';
import { modseq } from './object-id.ts';

/** The items of a FETCH response by name; BODY[…] items keep their section. */
export interface FetchItems {
  uid: number;
  flags: string[] | null;
  modseq: string | null;
  internalDate: number;
  size: number;
  envelope: Value | undefined;
  structure: Value | undefined;
  emailId: string | null;
  /** The first BODY[…] or BINARY[…] item. */
  body: Value | undefined;
}

export function fetchItems(response: Untagged): FetchItems {
  const items: FetchItems = {
    uid: 0,
    flags: null,
    modseq: null,
    internalDate: 0,
    size: 0,
    envelope: undefined,
    structure: undefined,
    emailId: null,
    body: undefined,
  };
  const list = listOf(response.values[0]);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const given = list[i];
    const value = list[i + 1];
    if (typeof given !== 'string') continue;
    const name = given.charCodeAt(0) > 90 ? given.toUpperCase() : given;
    switch (name) {
      case 'UID':
        items.uid = numberOf(value) ?? 0;
        break;
      case 'FLAGS':
        // \Recent is about this session, not about the message.
        items.flags = flagsIn(value).filter((flag) => flag !== '\\Recent');
        break;
      case 'MODSEQ':
        items.modseq = modseq(rawOf(listOf(value)[0]));
        break;
      case 'INTERNALDATE':
        items.internalDate = parseDate(rawOf(value)) ?? 0;
        break;
      case 'RFC822.SIZE':
        items.size = numberOf(value) ?? 0;
        break;
      case 'ENVELOPE':
        items.envelope = value;
        break;
      case 'BODYSTRUCTURE':
        items.structure = value;
        break;
      case 'EMAILID':
        items.emailId = rawOf(listOf(value)[0]) || null;
        break;
      default:
        if (name.startsWith('BODY[') || name.startsWith('BINARY[')) items.body = value;
    }
  }
  return items;
}

/** A row of what could be read: an odd ENVELOPE or BODYSTRUCTURE leaves gaps, not an error. */
export function toRow(items: FetchItems, fields: HeaderFields = readHeaderFields(items.body)): NewRow {
  const row: NewRow = {
    uid: items.uid,
    flags: items.flags ?? [],
    internalDate: items.internalDate,
    size: items.size,
    envelope:
      items.envelope === undefined
        ? emptyEnvelope
        : readEnvelope(items.envelope, referencesIn(fields.references), textCharset(items.structure)),
    hasAttachments: hasAttachments(items.structure),
    preview: '',
  };
  if (items.emailId !== null) row.emailId = items.emailId;
  return row;
}
