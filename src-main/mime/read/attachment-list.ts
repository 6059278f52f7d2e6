import { ordinal } from '../../../src-shared/text/ordinal.ts';
import { safeFilename } from '../../../src-shared/text/safe-filename.ts';
import type { MailAttachment } from '../../../src-shared/model/mail.ts';
import type { DefectList } from './defect-list.ts';
import { decodeWords, oneLine } from './encoded-words.ts';
import { readAppleFile } from './packed/mac-file.ts';
import { filesInPart, packingOf, type Packing } from './packed/packed-files.ts';
import { readTnef, type Tnef } from './packed/tnef.ts';
import type { FileInText } from './part-text.ts';
import { defaultName } from './part-names.ts';
import { partBytes, type Part } from './part.ts';
import { decodeTransfer } from './transfer.ts';

/** The attachments of one message, in order; files that programs packed in a way of their own are unpacked. */
export class AttachmentList {
  readonly list: MailAttachment[] = [];
  readonly #defects: DefectList;
  readonly #textLimit: number;

  constructor(defects: DefectList, textLimit: number) {
    this.#defects = defects;
    this.#textLimit = textLimit;
  }

  /** Gives what a winmail.dat says of the message itself, null for all else. */
  add(part: Part, realName: string | null = null): Tnef | null {
    if (part.encoding === 'unknown') this.#defects.add('encoding-unknown', oneLine(part.encodingName));
    this.#note(part);
    const packing = packingOf(part.type.value, () => partBytes(part).bytes);
    if (packing !== null) {
      const bytes = partBytes(part).bytes;
      const tnef = packing === 'tnef' ? readTnef(bytes, this.#textLimit) : null;
      if (tnef?.broken === true) this.#defects.add('encoding-broken');
      // Nothing but the message's text in it: not a file that anybody sent.
      if (tnef !== null && tnef.files.length === 0) return tnef;
      if (this.#unpacked(part, packing, bytes)) return tnef;
    }
    const given = realName ?? fileNameOf(part);
    this.list.push({
      partId: part.partId,
      filename: given === null ? defaultName(part) : this.#safe(given, part.type.value),
      contentType: part.type.value,
      size: decodedSize(part),
      disposition:
        part.disposition?.value === 'inline' || (part.disposition === null && part.contentId !== null)
          ? 'inline'
          : 'attachment',
      contentId: part.contentId,
      embedded: false,
    });
    return null;
  }

  addFromText({ partId, name, contentType, size }: FileInText): void {
    this.#push(partId, name, contentType, size, null);
  }

  /** multipart/appledouble: the name that the Macintosh knew is in the first part, the file is the second. */
  addAppleDouble(part: Part): boolean {
    const header = part.children.find((child) => child.type.value === 'application/applefile');
    const file = part.children.find((child) => child !== header);
    if (header === undefined || file === undefined || file.children.length > 0) return false;
    const real = readAppleFile(partBytes(header).bytes)?.name ?? '';
    this.add(file, fileNameOf(file) ?? fileNameOf(header) ?? (real === '' ? null : real));
    return true;
  }

  #unpacked(part: Part, packing: Packing, bytes: Buffer): boolean {
    const files = filesInPart(packing, bytes);
    for (const [index, file] of files.entries()) {
      if (file.broken) this.#defects.add('encoding-broken');
      const contentId = 'contentId' in file && typeof file.contentId === 'string' ? file.contentId : null;
      // The mail's own name stands before that inside where the two are one file; "Report.hqx" is the packed one's.
      const given = packing === 'tnef' ? null : fileNameOf(part);
      const name = given === null || (/\.hqx$/i.test(given) && file.name.trim() !== '') ? file.name : given;
      this.#push(
        `${part.partId}.${packing}${index + 1}`,
        name,
        file.contentType,
        file.bytes.length,
        contentId,
      );
    }
    return files.length > 0;
  }

  #push(partId: string, name: string, type: string | null, size: number, contentId: string | null): void {
    const contentType =
      type === null || !/^[\w.+-]+\/[\w.+-]+$/.test(type) ? 'application/octet-stream' : type;
    this.list.push({
      partId,
      filename: name.trim() === '' ? 'attachment' : this.#safe(decodeWords(name), contentType),
      contentType,
      size,
      disposition: contentId === null ? 'attachment' : 'inline',
      contentId,
      embedded: false,
    });
  }

  #note(part: Part): void {
    const { value, params } = part.type;
    if (value === 'message/partial') {
      const [number, total] = [Number(params.get('number')), Number(params.get('total'))];
      const of = Number.isSafeInteger(total) && total >= number ? ` of ${total} pieces` : ' piece';
      this.#defects.add(
        'partial',
        Number.isSafeInteger(number) && number > 0 ? `the ${ordinal(number)}${of}` : '',
      );
    } else if (value === 'message/external-body') {
      const where = ['access-type', 'server', 'site', 'directory', 'name', 'url']
        .map((key) => params.get(key) ?? '')
        .filter((text) => text !== '');
      this.#defects.add('external-body', oneLine(where.join(' ')));
    }
  }

  #safe(name: string, contentType: string): string {
    const safe = safeFilename(name, contentType.startsWith('image/') ? 'image' : 'attachment');
    if (safe !== name.trim()) this.#defects.add('filename-changed', safe);
    return safe;
  }
}

export function fileNameOf(part: Part): string | null {
  const name = part.disposition?.params.get('filename') ?? part.type.params.get('name') ?? null;
  return name === null || name.trim() === '' ? null : decodeWords(name);
}

function decodedSize(part: Part): number {
  const length = part.bodyEnd - part.bodyStart;
  if (part.encoding === 'identity' || part.encoding === 'unknown') return length;
  if (part.encoding !== 'base64') return partBytes(part).bytes.length;
  // Exact for small parts; large ones are counted by their first line's length, without decoding all.
  if (length < 65_536)
    return decodeTransfer(part.source.subarray(part.bodyStart, part.bodyEnd), 'base64').bytes.length;
  const body = part.source.subarray(part.bodyStart, part.bodyEnd);
  const lineEnd = body.indexOf(10);
  const line = lineEnd < 0 ? length : lineEnd + 1;
  const breaks = lineEnd < 0 ? 0 : Math.ceil(length / line) * (body[lineEnd - 1] === 13 ? 2 : 1);
  const padding = body.subarray(-8).toString('latin1').split('=').length - 1;
  return Math.max(0, Math.floor(((length - breaks) * 3) / 4) - padding);
}
