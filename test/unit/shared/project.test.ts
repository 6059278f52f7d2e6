import { describe, expect, it } from 'vitest';
import { project } from '../../../src-shared/project.ts';

const server = { folderId: 'A', flags: ['\\Seen', 'work'], removed: false };

describe('what a row shows', () => {
  it('is the server with the waiting patches applied in order', () => {
    const view = project(server, [
      { kind: 'flags', messageId: 'm', add: ['\\Flagged'], remove: ['\\Seen'] },
      { kind: 'folder', messageId: 'm', folderId: 'B' },
      { kind: 'folder', messageId: 'm', folderId: 'C' },
      { kind: 'flags', messageId: 'm', add: [], remove: ['\\Flagged'] },
    ]);
    expect(view).toEqual({ folderId: 'C', flags: ['work'], removed: false });
  });

  it('is the server again when the patches are dropped, and never changes the server side', () => {
    project(server, [{ kind: 'remove', messageId: 'm' }]);
    expect(project(server, [])).toEqual({ folderId: 'A', flags: ['\\Seen', 'work'], removed: false });
  });

  it('is the same when a patch is applied twice', () => {
    const patch = { kind: 'flags', messageId: 'm', add: ['x'], remove: ['work'] } as const;
    const once = project(server, [{ ...patch, add: ['x'], remove: ['work'] }]);
    expect(project(once, [{ ...patch, add: ['x'], remove: ['work'] }])).toEqual(once);
  });
});
