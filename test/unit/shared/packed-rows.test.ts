import { describe, expect, it } from 'vitest';
import type { FolderBatch } from '../../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../../src-shared/model/message.ts';
import { isPackedEnvelope, packBatch, unpackBatch, unpackEnvelope } from '../../../src-shared/packed-rows.ts';

function row(uid: number, change: Partial<NewRow> = {}): NewRow {
  return {
    uid,
    flags: ['\\Seen', '$Work'],
    internalDate: 1_700_000_000_123,
    size: 4321,
    hasAttachments: true,
    preview: 'First words',
    envelope: {
      subject: '[list] "Quoted" \\ Ünïcode 日本',
      from: [{ name: 'Jürgen', address: 'j@example.test' }],
      to: [
        { name: '', address: 'ann@example.test' },
        { name: 'No address', address: '' },
      ],
      cc: [],
      replyTo: [{ name: '', address: '' }],
      messageIdHeader: '<1@x>',
      inReplyTo: '',
      references: ['<a@x>', '<b@x>'],
      sentAt: null,
    },
    ...change,
  };
}

const withSubject = (subject: string): NewRow => row(3, { envelope: { ...row(3).envelope, subject } });

function through(insert: NewRow[]): { isPacked: boolean; rows: (NewRow & { line?: string })[] } {
  const batch: FolderBatch = { folderId: 'f', gen: 2, insert, vanished: '7' };
  const packed = packBatch(batch);
  const { insert: rows = [], ...rest } = unpackBatch(JSON.parse(JSON.stringify(packed)) as typeof packed);
  expect(rest).toEqual({ folderId: 'f', gen: 2, vanished: '7' });
  return { isPacked: 'packed' in packed, rows };
}

describe('rows as one text', () => {
  it('come back as they were, their envelope as text beside them', () => {
    const rows = [
      row(1),
      row(2, { flags: [], preview: '', hasAttachments: false, emailId: 'M1' }),
      withSubject(''),
    ];
    const back = through(rows);
    expect(back.isPacked).toBe(true);
    expect(back.rows.map(({ line: _line, ...rest }) => rest)).toEqual(rows);
    for (const [at, { line = '' }] of back.rows.entries()) {
      expect(isPackedEnvelope(line)).toBe(true);
      expect(unpackEnvelope(line)).toEqual({
        envelope: rows[at]?.envelope,
        emailId: rows[at]?.emailId ?? null,
      });
    }
  });

  it('are sent as they are when one holds a separator', () => {
    for (const odd of ['a\u009db', '\u009e', 'c\u009f']) {
      const rows = [row(1), withSubject(odd)];
      expect(through(rows)).toEqual({ isPacked: false, rows });
    }
  });

  it('have no text of their own for the segment when it would break its lines', () => {
    const back = through([withSubject('two\nlines')]);
    expect(back.rows[0]?.line).toBeUndefined();
    expect(back.rows[0]?.envelope.subject).toBe('two\nlines');
  });

  it('say so when the text is cut', () => {
    expect(() => unpackEnvelope('\u009esubject only')).toThrow(SyntaxError);
    expect(() => unpackBatch({ folderId: 'f', gen: 1, packed: '1\u009e2\u009f' })).toThrow(SyntaxError);
  });
});
