import { describe, expect, test } from 'vitest';
import type { DeliveryReport } from '../../../../src-shared/ipc/areas/sending.ts';
import type { ReportedRecipient } from '../../../../src-shared/model/mail-report.ts';
import { notesOfSent } from '../../../../src-renderer/features/message-view/delivery-notes.ts';
import { reportSentence, reportTitle } from '../../../../src-renderer/features/message-view/report-words.ts';

const report = (
  address: string,
  action: DeliveryReport['action'],
  reportMessageId: string,
): DeliveryReport => ({
  state: 'reported',
  address,
  recipient: address,
  action,
  status: null,
  detail: `${action}: ${address}`,
  at: '2026-11-20T14:31:00Z',
  reportMessageId,
  proof: 'envelope-id',
});

describe('what is said about a delivery', () => {
  test('over a sent mail only the latest about each recipient stands, and it leads to its report', () => {
    const notes = notesOfSent([
      report('ann@example.org', 'delayed', 'r1'),
      report('bob@example.org', 'delivered', 'r2'),
      report('ann@example.org', 'failed', 'r3'),
    ]);
    expect(notes.map(({ kind, sentence, reportMessageId }) => [kind, sentence, reportMessageId])).toEqual([
      ['bad', 'failed: ann@example.org', 'r3'],
      ['good', 'delivered: bob@example.org', 'r2'],
    ]);
  });

  test('over a report stands what it means for each recipient, without the words of the server', () => {
    const one: ReportedRecipient = {
      address: 'ann@example.org',
      action: 'failed',
      status: '5.1.1',
      reason: 'there is no such mailbox',
      diagnostic: '550 5.1.1 no',
      sentence: 'Could not be delivered … The server says: 550 5.1.1 no',
    };
    expect(reportSentence(one)).toBe(
      'Could not be delivered to ann@example.org, because there is no such mailbox.',
    );
    expect(reportSentence({ ...one, address: '', reason: null })).toBe(
      'Could not be delivered to a recipient who is not named, because its server refused it.',
    );
    expect(reportSentence({ ...one, action: 'delayed', reason: null })).toMatch(/^Not delivered to .* yet;/);
    expect(reportTitle({ kind: 'delivery', about: '', recipients: [one] })).toBe('Not delivered');
    expect(reportTitle({ kind: 'receipt', about: '', recipients: [] })).toBe('Read receipt');
  });

  test('a report that anybody could have written says so', () => {
    const one = report('ann@example.org', 'failed', 'r1');
    expect(notesOfSent([{ ...one, proof: 'message-id' }])[0]?.unproven).toBe(true);
    expect(notesOfSent([one])[0]?.unproven).toBe(false);
  });
});
