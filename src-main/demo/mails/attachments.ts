import { crc32, deflateSync } from 'node:zlib';
import type { Attached } from './compose.ts';
import type { Random } from './random.ts';

/** A one-page PDF that real viewers open, with `lines` on it. */
export function pdf(filename: string, lines: readonly string[]): Attached {
  const safe = lines.map((line) => line.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&'));
  const content = `BT /F1 14 Tf 60 780 Td 20 TL ${safe.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = body.length;
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return { filename, contentType: 'application/pdf', bytes: Buffer.from(body, 'latin1') };
}

/** A PNG of water under a sky, different for every random. */
export function png(
  filename: string,
  random: Random,
  width = 160,
  height = 100,
  contentId?: string,
): Attached {
  const sky = [random.int(120, 220), random.int(150, 220), random.int(200, 255)];
  const sea = [random.int(10, 60), random.int(60, 120), random.int(90, 160)];
  const tide = random.int(Math.floor(height / 3), Math.floor((height * 2) / 3));
  // A little grain, or the picture would shrink to nothing; from a small table, for chance a pixel is slow.
  const grain = Array.from({ length: 251 }, () => random.int(0, 6));
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y += 1) {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x += 1) {
      const wave = tide + Math.round(3 * Math.sin((x + tide) / 9));
      const base = y < wave ? sky : sea;
      for (let c = 0; c < 3; c += 1)
        row[1 + x * 3 + c] = Math.min(255, (base[c] ?? 0) + (grain[(x * 7 + y * 31 + c * 3) % 251] ?? 0));
    }
    rows.push(row);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const bytes = Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
  return { filename, contentType: 'image/png', bytes, ...(contentId === undefined ? {} : { contentId }) };
}

function pngChunk(kind: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

export interface Meeting {
  uid: string;
  start: Date;
  minutes: number;
  summary: string;
  place: string;
  organizer: string;
}

/** An invitation (iTIP REQUEST). */
export function ics(filename: string, meeting: Meeting): Attached {
  const stamp = (date: Date): string => `${date.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Posthorn//Demo//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:${meeting.uid}`,
    `DTSTAMP:${stamp(meeting.start)}`,
    `DTSTART:${stamp(meeting.start)}`,
    `DTEND:${stamp(new Date(meeting.start.getTime() + meeting.minutes * 60_000))}`,
    `SUMMARY:${meeting.summary}`,
    `LOCATION:${meeting.place}`,
    `ORGANIZER:mailto:${meeting.organizer}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  return {
    filename,
    contentType: 'text/calendar; charset=utf-8; method=REQUEST',
    bytes: Buffer.from(lines.join('\r\n'), 'utf8'),
  };
}

/** A ZIP with stored (not compressed) entries. */
export function zip(filename: string, entries: readonly { name: string; bytes: Buffer }[]): Attached {
  const pieces: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const label = Buffer.from(name, 'utf8');
    // Version 2.0, names in UTF-8 (flag 11), stored, 1 January 2026.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(((2026 - 1980) << 9) | (1 << 5) | 1, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, label, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, label]));
    pieces.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return { filename, contentType: 'application/zip', bytes: Buffer.concat([...pieces, directory, end]) };
}
