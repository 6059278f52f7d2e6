import { describe, expect, test } from 'vitest';
import { PageChannel, type NoteEnd } from '../../../../src-main/shell/chromium/page-channel.ts';
import { pieceLength } from '../../../../src-main/shell/chromium/page-script.ts';

function channel() {
  const seen = { delivered: [] as string[], messages: [] as string[], ready: 0, ended: [] as NoteEnd[] };
  const landed: (() => void)[] = [];
  const made = new PageChannel({
    deliver: (texts) => {
      seen.delivered.push(...texts);
      return new Promise((resolve) => landed.push(resolve));
    },
    ready: () => (seen.ready += 1),
    message: (json) => seen.messages.push(json),
    noteEnded: (end) => seen.ended.push(end),
  });
  return { made, seen, landed };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the page channel', () => {
  test('keeps messages until the page is ready, then sends them in order', async () => {
    const { made, seen } = channel();
    made.sendMessage('1');
    made.sendControl('b', '3');
    await turn();
    expect(seen.delivered).toEqual([]);
    made.open();
    made.sendMessage('2');
    await turn();
    expect(seen.delivered).toEqual(['w1', 'b3', 'w2']);
  });

  test('cuts a long message and waits while much is on its way', async () => {
    const { made, seen, landed } = channel();
    made.open();
    made.sendMessage('x'.repeat(pieceLength * 6 + 5));
    made.sendMessage('"end"');
    await turn();
    expect(seen.delivered.map((text) => text[0]).join('')).toBe('pppp');
    while (landed.length > 0) {
      landed.shift()?.();
      await turn();
    }
    expect(seen.delivered.map((text) => text[0]).join('')).toBe('ppppppew');
    expect(seen.delivered.map((text) => text.slice(1)).join('')).toHaveLength(pieceLength * 6 + 5 + 5);
  });

  test('reads what the page says, several at a time and in parts', () => {
    const { made, seen } = channel();
    made.receive('r\nw{"a":1}\np[1,\ne2]\nc{"key":"1","how":"clicked"}');
    expect(seen).toMatchObject({
      ready: 1,
      messages: ['{"a":1}', '[1,2]'],
      ended: [{ key: '1', how: 'clicked' }],
    });
  });

  test('drops half a message of a document that is gone', () => {
    const { made, seen } = channel();
    made.receive('p[1,');
    made.close();
    made.receive('w2');
    made.receive('e]');
    expect(seen.messages).toEqual(['2', ']']);
  });
});
