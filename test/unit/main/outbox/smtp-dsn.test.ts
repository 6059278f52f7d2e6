import { describe, expect, test } from 'vitest';
import { recipientParameters, senderParameters } from '../../../../src-main/backends/smtp/dsn.ts';
import { fromXtext } from '../../../../src-main/mime/read/reports/delivery-status.ts';

describe('a request for delivery reports (RFC 3461)', () => {
  test.each([
    ['never', 'NOTIFY=NEVER'],
    ['failure', 'NOTIFY=FAILURE,DELAY'],
    ['delivery', 'NOTIFY=SUCCESS,FAILURE,DELAY'],
  ] as const)('%s', (wish, notify) => {
    expect(recipientParameters({ wish, envelopeId: 'x1' }, 'bob@example.test')).toEqual([
      notify,
      'ORCPT=rfc822;bob@example.test',
    ]);
  });

  test('xtext keeps everything in one parameter and comes back as it was', () => {
    const odd = '"eve smith+x=y"@example.test';
    const [, orcpt = ''] = recipientParameters({ wish: 'failure', envelopeId: null }, odd);
    expect(orcpt).toBe('ORCPT=rfc822;"eve+20smith+2Bx+3Dy"@example.test');
    expect(fromXtext(orcpt.slice('ORCPT=rfc822;'.length))).toBe(odd);
    expect(senderParameters({ wish: 'failure', envelopeId: 'a b' })).toEqual(['RET=HDRS', 'ENVID=a+20b']);
  });

  test('an address that is not ASCII is written in ASCII (RFC 6533)', () => {
    const [, orcpt = ''] = recipientParameters({ wish: 'failure', envelopeId: null }, 'jörg@bücher.example');
    expect(orcpt).toBe('ORCPT=utf-8;j\\x{F6}rg@b\\x{FC}cher.example');
    expect(fromXtext(orcpt.slice('ORCPT=utf-8;'.length))).toBe('jörg@bücher.example');
  });
});
