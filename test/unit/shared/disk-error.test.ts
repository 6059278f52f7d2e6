import { expect, test } from 'vitest';
import { AppError, toAppError } from '../../../src-shared/error.ts';

function ofNode(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: no luck, write`), { code, syscall: 'write', path });
}

test.each([
  ['ENOSPC', 'quota', /disk is full/],
  ['EDQUOT', 'quota', /disk is full/],
  ['EROFS', 'refused', /does not let Posthorn write/],
  ['EACCES', 'refused', /does not let Posthorn write there \(\/a\/b\)/],
  ['EEXIST', 'refused', /a file where a folder is needed/],
  ['EIO', 'refused', /The disk failed/],
])('case 71: %s of the disk is %s, in words', (code, expected, words) => {
  const error = toAppError(ofNode(code, '/a/b'));
  expect(error.code).toBe(expected);
  expect(error.data.detail).toMatch(words);
  expect(error.data.detail).not.toContain(code);
});

test('what is not the disk’s doing is a defect of ours', () => {
  expect(toAppError(ofNode('EBADF')).code).toBe('bug');
  expect(toAppError(Object.assign(new Error('x'), { code: 'EACCES' })).code).toBe('bug');
  expect(toAppError('x')).toBeInstanceOf(AppError);
});
