import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import { beforeDelimiter, sniffBoundary } from './boundaries.ts';
import { isCmsPart } from './cms-part.ts';
import { signedContent } from './cms.ts';
import type { DefectList } from './defect-list.ts';
import { Delimiters, type Delimiter } from './delimiters.ts';
import { isUnlabelledBase64 } from './disguised-file.ts';
import { behindEmptyLines, readHeaderBlock } from './header-block.ts';
import type { ReadLimits } from './limits.ts';
import { describePart, isMessageType, partBytes, type Part } from './part.ts';
import { sunParts } from './sun-attachment.ts';
import { decodeTransfer, transferEncoding } from './transfer.ts';

/**
 * One forward pass: every line is compared once with the boundaries that are open at that point, so
 * nesting does not multiply the work. A streaming splitter was not used: it is asynchronous, knows no
 * offsets, and joins nested messages to text.
 */
export function parseTree(bytes: Buffer, limits: ReadLimits, defects: DefectList): Part {
  const counter = { parts: 0 };
  return new TreeReader(bytes, limits, defects, counter, 0).message(0, '').part;
}

class TreeReader {
  readonly #bytes: Buffer;
  readonly #limits: ReadLimits;
  readonly #defects: DefectList;
  readonly #counter: { parts: number };
  readonly #depthBefore: number;
  readonly #delimiters: Delimiters;

  constructor(
    bytes: Buffer,
    limits: ReadLimits,
    defects: DefectList,
    counter: { parts: number },
    depthBefore: number,
  ) {
    this.#bytes = bytes;
    this.#delimiters = new Delimiters(bytes);
    this.#limits = limits;
    this.#defects = defects;
    this.#counter = counter;
    this.#depthBefore = depthBefore;
  }

  /** A message at `start`; its own parts are numbered below `prefix` (RFC 3501 6.4.5). */
  message(start: number, prefix: string, depth = this.#depthBefore): { part: Part; end: Delimiter } {
    return this.#entity(
      behindEmptyLines(this.#bytes, start),
      prefix,
      prefix === '' ? '1' : `${prefix}.1`,
      true,
      false,
      depth,
    );
  }

  /** `leafId`: this part's number when it is no multipart; `prefix`: what its children's begin with. */
  #entity(
    start: number,
    prefix: string,
    leafId: string,
    isMessage: boolean,
    inDigest: boolean,
    depth: number,
  ): { part: Part; end: Delimiter } {
    this.#counter.parts++;
    const block = readHeaderBlock(
      this.#bytes,
      start,
      (at) => this.#delimiters.at(at) !== null,
      this.#limits,
      this.#defects,
    );
    const part = describePart(block.fields, this.#bytes, start, block.bodyStart, inDigest);
    const isMultipart = part.type.value.startsWith('multipart/');
    part.partId = isMultipart && isMessage ? (prefix === '' ? '' : `${prefix}.TEXT`) : leafId;
    if (this.#limits.headersOnly) {
      part.bodyEnd = this.#bytes.length;
      return { part, end: this.#delimiters.atEnd() };
    }
    const tooDeep = depth >= this.#limits.maxDepth;
    const container = isMultipart || isMessageType(part.type.value);
    if (container && tooDeep) this.#defects.add('too-deep');
    let end: Delimiter;
    if (part.type.value === 'multipart/x-sun-attachment') {
      end = this.#delimiters.next(part.bodyStart);
      part.bodyEnd = beforeDelimiter(this.#bytes, part.bodyStart, end.at);
      part.children = sunParts(part, isMessage ? prefix : leafId, this.#limits, this.#defects);
      this.#counter.parts += part.children.length;
    } else if (isMultipart && !tooDeep) end = this.#multipart(part, isMessage ? prefix : leafId, depth);
    else if (isMessageType(part.type.value) && !tooDeep && part.encoding === 'identity') {
      const inner = this.message(part.bodyStart, leafId, depth + 1);
      part.children.push(inner.part);
      end = inner.end;
      part.bodyEnd = beforeDelimiter(this.#bytes, part.bodyStart, end.at);
    } else {
      end = this.#delimiters.next(part.bodyStart);
      part.bodyEnd = beforeDelimiter(this.#bytes, part.bodyStart, end.at);
      if (isMessageType(part.type.value) && !tooDeep) this.#encodedMessage(part, leafId, depth);
      else if (isCmsPart(part) && !tooDeep) this.#signedContent(part, leafId, depth);
      else if (isUnlabelledBase64(part)) part.encoding = 'base64';
    }
    return { part, end };
  }

  /** message/rfc822 in base64 (forbidden by RFC 2046 5.2.1, sent all the same): a buffer of its own. */
  #encodedMessage(part: Part, leafId: string, depth: number): void {
    const decoded = decodeTransfer(part.source.subarray(part.bodyStart, part.bodyEnd), part.encoding).bytes;
    part.children.push(
      new TreeReader(decoded, this.#limits, this.#defects, this.#counter, depth + 1).message(0, leafId).part,
    );
  }

  /** What an opaque S/MIME signature holds is a MIME entity (RFC 8551 3.5.2): readable, whoever signed it. */
  #signedContent(part: Part, leafId: string, depth: number): void {
    const content = signedContent(partBytes(part).bytes);
    if (content === null) return;
    const reader = new TreeReader(content, this.#limits, this.#defects, this.#counter, depth + 1);
    part.children.push(reader.message(0, leafId).part);
  }

  #multipart(part: Part, prefix: string, depth: number): Delimiter {
    const given = trimEndBy(part.type.params.get('boundary') ?? '', /[ \t]/);
    let boundary = given;
    if (boundary === '') {
      this.#defects.add('boundary-missing');
      boundary = sniffBoundary(this.#bytes, part.bodyStart) ?? '';
    }
    if (boundary === '') return this.#leaf(part, this.#delimiters.next(part.bodyStart), prefix, depth);
    let found = this.#children(part, boundary, prefix, depth);
    if (part.children.length > 0) return found;
    if (
      given !== '' &&
      this.#encodedMultipart(
        part,
        beforeDelimiter(this.#bytes, part.bodyStart, found.at),
        given,
        prefix,
        depth,
      )
    )
      return found;
    // Folded within its quotes: the blanks of the second line may be none of it.
    const unfolded = given.replace(/[ \t]+/g, '');
    if (unfolded !== given) {
      const folded = this.#children(part, unfolded, prefix, depth);
      if (part.children.length > 0) return folded;
    }
    const other = given === '' ? null : sniffBoundary(this.#bytes.subarray(0, found.at), part.bodyStart);
    // The end alone is there, behind words: its dashes are no part of a boundary.
    const before = this.#bytes.subarray(part.bodyStart, part.bodyEnd);
    if (other === null || (other === `${given}--` && before.toString('latin1').trim() !== '')) {
      this.#defects.add('boundary-unused');
      return this.#leaf(part, found, prefix, depth);
    }
    this.#defects.add('boundary-missing');
    found = this.#children(part, other, prefix, depth);
    return part.children.length > 0 ? found : this.#leaf(part, found, prefix, depth);
  }

  /** A multipart in base64 or quoted-printable as a whole (forbidden by RFC 2045 6.4): a buffer of its own. */
  #encodedMultipart(part: Part, end: number, boundary: string, prefix: string, depth: number): boolean {
    const encoding = transferEncoding(part.encodingName);
    if (encoding !== 'base64' && encoding !== 'quoted-printable') return false;
    const source = decodeTransfer(part.source.subarray(part.bodyStart, end), encoding).bytes;
    const inner: Part = { ...part, source, bodyStart: 0, children: [] };
    const reader = new TreeReader(source, this.#limits, this.#defects, this.#counter, depth + 1);
    reader.#children(inner, boundary, prefix, depth + 1);
    if (inner.children.length === 0) return false;
    this.#defects.add('encoding-broken');
    part.children = inner.children;
    part.bodyEnd = end;
    return true;
  }

  /** A multipart that has no parts is shown as what it is: text, or a part that lacks its separator. */
  #leaf(part: Part, end: Delimiter, prefix: string, depth: number): Delimiter {
    // A closing separator alone ends it, too, where nothing stands behind.
    const closed =
      part.bodyEnd > part.bodyStart && this.#delimiters.isLone(part.bodyEnd, end.at) ? part.bodyEnd : end.at;
    part.bodyEnd = beforeDelimiter(this.#bytes, part.bodyStart, closed);
    if (
      /^\s*content-(?:type|transfer-encoding|disposition|id|description|location|language|md5|class)[ \t]*:/i.test(
        this.#bytes.toString('latin1', part.bodyStart, part.bodyStart + 60),
      )
    ) {
      const own = this.#bytes.subarray(part.bodyStart, part.bodyEnd);
      const id = prefix === '' ? '1' : `${prefix}.1`;
      const reader = new TreeReader(own, this.#limits, this.#defects, this.#counter, depth + 1);
      part.children.push(reader.#entity(behindEmptyLines(own, 0), id, id, false, false, depth + 1).part);
      return end;
    }
    if (part.bodyEnd > part.bodyStart) {
      const params = new Map(part.type.params);
      part.children.push({
        ...part,
        partId: part.partId === '' || part.partId.endsWith('.TEXT') ? '1' : `${part.partId}.1`,
        type: { value: 'text/plain', params },
        disposition: null,
        children: [],
      });
    }
    return end;
  }

  #children(part: Part, boundary: string, prefix: string, depth: number): Delimiter {
    const own = { boundary, exact: false };
    const level = this.#delimiters.open(own);
    const digest = part.type.value === 'multipart/digest';
    let end = this.#delimiters.next(part.bodyStart);
    own.exact = end.level === level && end.exact;
    let number = 0;
    let full = false;
    while (end.level === level && !end.closing) {
      // Two separators in a row, or one at the very end: nothing stands between them.
      if (end.next >= this.#bytes.length) {
        end = this.#delimiters.atEnd();
        break;
      }
      if (this.#counter.parts >= this.#limits.maxParts) {
        if (!full) this.#defects.add('too-many-parts');
        full = true;
        end = this.#delimiters.next(end.next);
        continue;
      }
      number++;
      const id = prefix === '' ? String(number) : `${prefix}.${number}`;
      const inner = this.#entity(end.next, id, id, false, digest, depth + 1);
      part.children.push(inner.part);
      end = inner.end;
    }
    this.#delimiters.close(level);
    if (end.level === level) {
      part.bodyEnd = end.at;
      // The epilogue belongs to nobody; what follows is the outer part's.
      return this.#delimiters.next(end.next);
    }
    if (part.children.length > 0) this.#defects.add('multipart-unterminated');
    part.bodyEnd = end.at;
    return end.level < 0 ? end : (this.#delimiters.at(end.at) ?? end);
  }
}
