import { expect, it } from 'vitest';
import { threadedAt, withThreadedAt } from '../../../../src-renderer/state/threaded.ts';
import type { Place } from '../../../../src-renderer/state/places.ts';
import { defaultSettings } from '../../../../src-shared/settings.ts';

const inbox: Place = { kind: 'unified', role: 'inbox' };
const lists: Place = { kind: 'folder', folderId: 'f1' };

it('a list has a choice of its own until it is as everywhere', () => {
  const off = { ...defaultSettings, ...withThreadedAt(lists, defaultSettings, false) };
  expect([threadedAt(lists, off), threadedAt(inbox, off)]).toEqual([false, true]);
  const everywhere = { ...off, threaded: false };
  expect(threadedAt(inbox, everywhere)).toBe(false);
  const both = { ...everywhere, ...withThreadedAt(inbox, everywhere, true) };
  expect(both.threadedIn).toEqual({ 'folder:f1': false, 'unified:inbox': true });
  expect(withThreadedAt(lists, off, true)).toEqual({ threadedIn: {} });
});
