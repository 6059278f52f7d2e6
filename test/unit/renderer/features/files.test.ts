import { describe, expect, test } from 'vitest';
import { calendarEntries } from '../../../../src-renderer/features/message-view/calendar-entries.ts';
import { contactCards } from '../../../../src-renderer/features/message-view/contact-cards.ts';
import {
  fileSort,
  isProgram,
  previewKind,
} from '../../../../src-renderer/features/message-view/file-kind.ts';
import { mediaType } from '../../../../src-renderer/features/message-view/media-type.ts';
import { pictureHead } from '../../../../src-shared/text/picture-head.ts';
import { smallPng, smallWav } from '../../../fixtures/small-media.ts';

const file = (filename: string, contentType: string, size = 1000) => ({
  partId: '2',
  filename,
  contentType,
  size,
  disposition: 'attachment' as const,
  contentId: null,
  embedded: false,
});
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));

describe('what a file is', () => {
  test.each([
    ['a.pdf', 'application/octet-stream', 'pdf'],
    ['a.pdf', 'application/pdf', 'pdf'],
    ['a.svg', 'image/svg+xml', null],
    ['a.html', 'text/html', 'text'],
    ['a.vcf', 'text/plain', 'contact'],
    ['a.mp3', 'application/octet-stream', 'audio'],
    ['list.m3u8', 'audio/mpegurl', null],
    ['a.mp4', 'video/mp4', 'video'],
    ['a.exe', 'application/octet-stream', null],
    ['a.gif', 'text/plain', 'picture'],
    ['a.png', 'application/octet-stream', 'picture'],
    ['a.gif', 'text/html', 'text'],
  ])('%s as %s: %s', (name, type, kind) => {
    expect(previewKind(file(name, type))).toBe(kind);
  });
  test('too large to be looked at', () => {
    expect(previewKind(file('a.pdf', 'application/pdf', 31_000_000))).toBeNull();
  });
  test('in words, by the ending that another program will go by', () => {
    expect(fileSort(file('holiday.jpg.exe', 'image/jpeg')).words).toBe('file.program');
    expect(fileSort(file('a.docx', 'application/octet-stream')).words).toBe('file.document');
    expect(fileSort(file('noname', 'image/png')).words).toBe('file.picture');
    expect(fileSort(file('a.qqq', 'application/x-qqq')).words).toBe('file.file');
  });
  test.each([
    'setup.exe',
    'photo.jpg.PIF',
    'Offer.desktop',
    'tool.AppImage',
    'x.application',
    'a.reg',
    'b.vbe',
    'c.url',
  ])('%s is a program, whatever it calls itself', (name) => {
    expect(isProgram(file(name, 'image/png'))).toBe(true);
  });
  test.each(['letter.pdf', 'notes.txt', 'exe', 'web.html', 'a.service'])('%s is none', (name) => {
    expect(isProgram(file(name, 'application/octet-stream'))).toBe(false);
  });
});

describe('pictures say their size before they are decoded', () => {
  test('PNG, also one that claims what it has not', () => {
    expect(pictureHead(smallPng(3, 2, [0, 0, 0]))).toEqual({ type: 'image/png', width: 3, height: 2 });
    const bomb = smallPng(1, 1, [0, 0, 0], { width: 60_000, height: 60_000 });
    expect(pictureHead(bomb)).toEqual({ type: 'image/png', width: 60_000, height: 60_000 });
  });
  test('GIF, JPEG behind other segments, BMP, WebP', () => {
    expect(pictureHead(bytes('GIF89a\x10\x00\x08\x00'))).toMatchObject({ width: 16, height: 8 });
    expect(
      pictureHead(bytes('\xff\xd8\xff\xe0\x00\x04JF\xff\xc2\x00\x0b\x08\x00\x20\x00\x40\x01\0\0\0')),
    ).toMatchObject({ type: 'image/jpeg', width: 64, height: 32 });
    expect(pictureHead(bytes(`BM${'\0'.repeat(16)}\x05\0\0\0\xfd\xff\xff\xff`))).toMatchObject({
      width: 5,
      height: 3,
    });
    expect(pictureHead(bytes('RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x04\0\0'))).toMatchObject({
      width: 10,
      height: 5,
    });
  });
  test('a drawing, a text and what is cut off have none', () => {
    for (const text of ['<svg width="5" height="5"/>', 'hello', '\x89PNG', '\xff\xd8\xff\xe0', ''])
      expect(pictureHead(bytes(text))).toBeNull();
  });
});

test('what plays is known by its bytes; playlists are nothing that plays', () => {
  expect(mediaType(smallWav(1))).toBe('audio/wav');
  expect(mediaType(bytes('ID3\x04'))).toBe('audio/mpeg');
  expect(mediaType(bytes('\xff\xfb\x90'))).toBe('audio/mpeg');
  expect(mediaType(bytes('\0\0\0\x18ftypisom'))).toBe('video/mp4');
  for (const text of ['#EXTM3U\nhttp://a/', '<smil/>', '[playlist]', ''])
    expect(mediaType(bytes(text))).toBeNull();
});

describe('contacts', () => {
  test('of all three versions', () => {
    const { cards, more } = contactCards(
      [
        'BEGIN:VCARD',
        'VERSION:4.0',
        'FN:Ada Lovelace',
        'item1.EMAIL;TYPE="work,home":ada@example.org',
        'NOTE:first\\nsecond\\, and a line that goes',
        '  on',
        'END:VCARD',
        'BEGIN:VCARD',
        'VERSION:2.1',
        'N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Dr.;',
        'ADR;WORK:;;Hafen 1;Emden;;26721;D',
        'TEL;CELL:1\\;2',
        'END:VCARD',
      ].join('\r\n'),
    );
    expect(more).toBe(0);
    expect(cards).toMatchObject([
      { name: 'Ada Lovelace', emails: ['ada@example.org'], note: 'first\nsecond, and a line that goes on' },
      { name: 'Dr. Jörg Müller', addresses: ['Hafen 1, Emden, 26721, D'], phones: ['1;2'] },
    ]);
  });
  test('with the picture that lies in them, never one that is only named', () => {
    const base64 = Buffer.from(smallPng(8, 8, [1, 2, 3])).toString('base64');
    const photo = (line: string): string | undefined =>
      contactCards(`BEGIN:VCARD\nFN:Ann\n${line}\nEND:VCARD`).cards[0]?.photo;
    const shown = `data:image/png;base64,${base64}`;
    expect(photo(`PHOTO;ENCODING=b;TYPE=PNG:${base64.slice(0, 40)}\n ${base64.slice(40)}`)).toBe(shown);
    expect(photo(`PHOTO;BASE64;X=1:${base64}`)).toBe(shown);
    expect(photo(`PHOTO:data:image/gif;base64,${base64}`)).toBe(shown);
    expect(photo('PHOTO:https://out.example/photo.png')).toBe('');
    expect(photo(`PHOTO;ENCODING=b:${Buffer.from('<svg/>').toString('base64')}`)).toBe('');
    const bomb = Buffer.from(smallPng(4, 4, [0, 0, 0], { width: 30_000, height: 30_000 }));
    expect(photo(`PHOTO;ENCODING=b:${bomb.toString('base64')}`)).toBe('');
  });

  test('no end of them, and none in what is no vCard', () => {
    const many = contactCards('BEGIN:VCARD\nFN:x\nEND:VCARD\n'.repeat(70));
    expect([many.cards.length, many.more]).toEqual([50, 20]);
    expect(contactCards('hello\n:::;\nEMAIL:x').cards).toEqual([]);
  });
  test('a value that goes on for 300,000 lines is put together once', () => {
    const lines = 'abcdefgh=\n'.repeat(300_000);
    const { cards } = contactCards(
      `BEGIN:VCARD\nFN:x\nNOTE;ENCODING=QUOTED-PRINTABLE:${lines}end\nTEL:1\nEND:VCARD\n`,
    );
    expect(cards[0]?.note.length).toBe(2_000);
    expect(cards[0]?.phones).toEqual(['1']);
  });
});

describe('calendar entries', () => {
  test('say what the file says, and what its alarms say is not theirs', () => {
    const { entries } = calendarEntries(
      [
        'BEGIN:VCALENDAR',
        'METHOD:REQUEST',
        'BEGIN:VTIMEZONE',
        'TZID:Europe/Berlin',
        'BEGIN:STANDARD',
        'DTSTART:16010101T030000',
        'END:STANDARD',
        'END:VTIMEZONE',
        'BEGIN:VEVENT',
        'SUMMARY:Proofs\\, all of them',
        'DTSTART;TZID=Europe/Berlin:20261120T140000',
        'DTEND:20261120T143000Z',
        'RRULE:FREQ=SECONDLY',
        'ORGANIZER;CN="Ada, L":mailto:ada@example.org',
        'ATTENDEE:mailto:a@example.org',
        'ATTENDEE:mailto:b@example.org',
        'BEGIN:VALARM',
        'SUMMARY:alarm',
        'DESCRIPTION:alarm',
        'END:VALARM',
        'LOCATION:Hafen 1',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'DTSTART;VALUE=DATE:20261124',
        'DTEND:20269999',
        'STATUS:CANCELLED',
        'END:VEVENT',
        'END:VCALENDAR',
      ].join('\r\n'),
    );
    expect(entries).toMatchObject([
      {
        summary: 'Proofs, all of them',
        start: { kind: 'local', time: '2026-11-20T14:00', zone: 'Europe/Berlin' },
        end: { kind: 'instant', at: Date.UTC(2026, 10, 20, 14, 30) },
        organiser: 'Ada, L <ada@example.org>',
        guests: 2,
        location: 'Hafen 1',
        description: '',
        repeats: true,
        cancelled: false,
      },
      { start: { kind: 'day', day: '2026-11-24' }, end: null, cancelled: true },
    ]);
  });
  test('no end of them, and none in what is no calendar', () => {
    const many = calendarEntries('BEGIN:VCALENDAR\n' + 'BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n'.repeat(70));
    expect([many.entries.length, many.more]).toEqual([50, 20]);
    expect(calendarEntries('SUMMARY:x\nEND:VEVENT\nBEGIN:').entries).toEqual([]);
  });
});
