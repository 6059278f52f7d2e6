import { describe, expect, test } from 'vitest';
import type { DeliveryReport } from '../../../../src-shared/ipc/areas/sending.ts';
import { notesOfReport, notesOfSent } from '../../../../src-renderer/features/message-view/delivery-notes.ts';

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
    expect(notes.map(({ kind, sentence, other }) => [kind, sentence, other?.messageId])).toEqual([
      ['bad', 'failed: ann@example.org', 'r3'],
      ['good', 'delivered: bob@example.org', 'r2'],
    ]);
  });

  test('over a report stands which mail it is about, also when that is gone', () => {
    const one = report('ann@example.org', 'failed', 'r1');
    const [here, gone] = notesOfReport([
      { report: one, sent: { messageId: 's1', subject: 'Agenda' } },
      { report: one, sent: null },
    ]);
    expect(here).toMatchObject({
      about: 'About your message “Agenda”:',
      other: { messageId: 's1', label: 'Show that message' },
    });
    expect(gone).toMatchObject({
      about: 'About a message of yours that is not here any more:',
      other: null,
    });
  });

  test('a report that anybody could have written says so', () => {
    const one = report('ann@example.org', 'failed', 'r1');
    expect(notesOfSent([{ ...one, proof: 'message-id' }])[0]?.unproven).toBe(true);
    expect(notesOfSent([one])[0]?.unproven).toBe(false);
  });
});
