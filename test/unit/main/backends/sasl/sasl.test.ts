import { describe, expect, it } from 'vitest';
import { chooseMechanisms } from '../../../../../src-main/backends/sasl/choose-mechanism.ts';
import { cramMd5 } from '../../../../../src-main/backends/sasl/cram-md5.ts';
import { oauthBearer, xoauth2 } from '../../../../../src-main/backends/sasl/oauth.ts';
import { external, login, plain } from '../../../../../src-main/backends/sasl/plain.ts';
import { saslprep } from '../../../../../src-main/backends/sasl/saslprep.ts';
import { scram } from '../../../../../src-main/backends/sasl/scram.ts';

const text = (buffer: Buffer | null): string => buffer?.toString('utf8') ?? '';
const service = { host: 'mail.example.test', port: 993 };

describe('SCRAM', () => {
  it('follows the exchange of RFC 5802 section 5', () => {
    const m = scram('sha1', { username: 'user', password: 'pencil' }, { nonce: 'fyko+d2lbbFgONRv9qkxdawL' });
    expect(text(m.initial())).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const answer = m.step(
      Buffer.from('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096'),
    );
    expect(text(answer)).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    expect(m.step(Buffer.from('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).toHaveLength(0);
    m.finish();
  });

  it('follows the exchange of RFC 7677 section 3, the signature in the success', () => {
    const m = scram('sha256', { username: 'user', password: 'pencil' }, { nonce: 'rOprNGfwEbeRWgbNEkqO' });
    m.initial();
    const answer = m.step(
      Buffer.from('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'),
    );
    expect(text(answer)).toContain('p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=');
    m.finish(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='));
  });

  it('does not believe a success without the right signature', () => {
    const start = (): ReturnType<typeof scram> => {
      const m = scram('sha1', { username: 'user', password: 'pencil' }, { nonce: 'fyko' });
      m.initial();
      m.step(Buffer.from('r=fyko123,s=QSXCR+Q6sek8bf92,i=4096'));
      return m;
    };
    expect(() => start().finish()).toThrow(/proving/);
    expect(() => start().step(Buffer.from('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).toThrow(/could not prove/);
    expect(() => start().step(Buffer.from('e=invalid-proof'))).toThrow(/refused/);
  });

  it('refuses a nonce that is not ours, and absurd iteration counts', () => {
    const step = (challenge: string): (() => Buffer) => {
      const m = scram('sha1', { username: 'u', password: 'p' }, { nonce: 'abc' });
      m.initial();
      return () => m.step(Buffer.from(challenge));
    };
    expect(step('r=xyz,s=QUJD,i=4096')).toThrow(/random number/);
    expect(step('r=abc,s=QUJD,i=4096')).toThrow(/random number/);
    expect(step('r=abcd,s=QUJD,i=99999999999')).toThrow(/unreadable/);
    expect(step('m=x,r=abcd,s=QUJD,i=4096')).toThrow(/extension/);
  });

  it('binds to the channel with -PLUS and escapes names', () => {
    const m = scram(
      'sha256',
      { username: 'a,b=c', password: 'p' },
      {
        nonce: 'n',
        channelBinding: { type: 'tls-exporter', data: Buffer.from('xyz') },
      },
    );
    expect(m.name).toBe('SCRAM-SHA-256-PLUS');
    expect(text(m.initial())).toBe('p=tls-exporter,,n=a=2Cb=3Dc,r=n');
    expect(text(m.step(Buffer.from('r=n1,s=QUJD,i=1')))).toMatch(
      new RegExp(`^c=${Buffer.from('p=tls-exporter,,xyz').toString('base64')},r=n1,p=`),
    );
  });
});

describe('the other mechanisms', () => {
  it('CRAM-MD5 answers the example of RFC 2195', () => {
    const m = cramMd5({ username: 'tim', password: 'tanstaaftanstaaf' });
    expect(text(m.step(Buffer.from('<1896.697170952@postoffice.reston.mci.net>')))).toBe(
      'tim b913a602c7eda7a495b4e6e7334d3890',
    );
  });

  it('PLAIN and LOGIN send name and password as UTF-8', () => {
    expect(text(plain({ username: 'tim', password: 'tänstaaf' }).initial())).toBe('\0tim\0tänstaaf');
    const m = login({ username: 'tim', password: 'x' });
    expect(m.initial()).toBeNull();
    expect([text(m.step(Buffer.from('User Name\0'))), text(m.step(Buffer.from('Password\0')))]).toEqual([
      'tim',
      'x',
    ]);
  });

  it('OAuth answers the error challenge before the final no', () => {
    const m = oauthBearer({ username: 'a@b.test', token: 't' }, service);
    expect(text(m.initial())).toBe(
      'n,a=a@b.test,\u0001host=mail.example.test\u0001port=993\u0001auth=Bearer t\u0001\u0001',
    );
    expect(m.step(Buffer.from('{"status":"invalid_token"}'))).toEqual(Buffer.from([1]));
    expect(m.serverError?.()).toBe('invalid_token');
    const x = xoauth2({ username: 'a', token: 't' });
    x.initial();
    expect(x.step(Buffer.from('{"status":"401"}'))).toHaveLength(0);
  });
});

describe('SASLprep (RFC 4013 section 3)', () => {
  it.each([
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['a\u00a0b', 'a b'],
  ])('%j becomes %j', (given, wanted) => expect(saslprep(given)).toBe(wanted));
  it.each(['\u0007', '\u0627\u0031', '\ue000'])('%j is refused', (given) =>
    expect(() => saslprep(given)).toThrow(),
  );
});

describe('choosing', () => {
  const choose = (offered: string[], more: Partial<Parameters<typeof chooseMechanisms>[0]> = {}): string =>
    chooseMechanisms({
      offered,
      credentials: { username: 'u', password: 'p' },
      service,
      secure: true,
      allowPlaintextPassword: false,
      ...more,
    })[0]?.name ?? '';

  it('takes the strongest that is offered', () => {
    const all = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'GSSAPI'];
    for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5', 'PLAIN', 'LOGIN']) {
      expect(choose(all)).toBe(name);
      all.splice(all.indexOf(name), 1);
    }
    expect(() => choose(all)).toThrow(/offers: GSSAPI/);
  });

  it('never shows the password without TLS unless the user said so', () => {
    expect(() => choose(['PLAIN', 'LOGIN'], { secure: false })).toThrow(/not encrypted/);
    expect(choose(['PLAIN', 'CRAM-MD5'], { secure: false })).toBe('CRAM-MD5');
    expect(choose(['PLAIN'], { secure: false, allowPlaintextPassword: true })).toBe('PLAIN');
    expect(() => choose(['XOAUTH2'], { secure: false, credentials: { username: 'u', token: 't' } })).toThrow(
      /not encrypted/,
    );
  });

  it('prefers a token, and anonymous only when asked', () => {
    expect(
      choose(['PLAIN', 'XOAUTH2', 'OAUTHBEARER'], {
        credentials: { username: 'u', token: 't', password: 'p' },
      }),
    ).toBe('OAUTHBEARER');
    expect(() => choose(['ANONYMOUS'])).toThrow();
    expect(choose(['ANONYMOUS'], { credentials: { username: '', anonymous: true } })).toBe('ANONYMOUS');
    const clientCertificate = { names: ['ann'] };
    expect(choose(['EXTERNAL', 'PLAIN'], { credentials: { username: 'u', clientCertificate } })).toBe(
      'EXTERNAL',
    );
    expect(choose(['PLAIN'], { credentials: { username: 'u', password: 'p', clientCertificate } })).toBe(
      'PLAIN',
    );
    expect(choose(['ANONYMOUS', 'PLAIN'], { preferred: 'anonymous' })).toBe('ANONYMOUS');
    expect(() => choose(['SCRAM-SHA-256'], { preferred: 'plain' })).toThrow(/does not offer PLAIN/);
    expect(() => choose(['SCRAM-SHA-256-PLUS'], { preferred: 'SCRAM-SHA-256-PLUS' })).toThrow(
      /on this connection/,
    );
  });

  it('binds where it can, and tells a server that hides that it binds', () => {
    const bound = {
      ...service,
      channelBindings: [
        { type: 'tls-exporter' as const, data: Buffer.from('f') },
        { type: 'tls-server-end-point' as const, data: Buffer.from('g') },
      ],
    };
    const all = (offered: string[], service_ = bound, preferred?: string) =>
      chooseMechanisms({
        offered,
        credentials: { username: 'u', password: 'p' },
        service: service_,
        secure: true,
        allowPlaintextPassword: false,
        preferred,
      });
    const first = (...given: Parameters<typeof all>): string =>
      text(all(...given)[0]?.initial() ?? Buffer.alloc(0)).slice(0, 5);
    expect(first(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'])).toBe('p=tls');
    expect(first(['SCRAM-SHA-256'])).toBe('y,,n=');
    expect(first(['SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS'])).toBe('n,,n=');
    expect(first(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'], bound, 'SCRAM-SHA-256')).toBe('n,,n=');
    // What follows is for a server that does not know the binding; by name nothing weaker is taken.
    const ways = (...given: Parameters<typeof all>): string[] =>
      all(...given).map((mechanism) => text(mechanism.initial() ?? Buffer.alloc(0)).split(',')[0] ?? '');
    const both = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];
    expect(ways(both)).toEqual(['p=tls-exporter', 'p=tls-server-end-point', 'n']);
    expect(ways(both, bound, 'scram-sha-256-plus')).toEqual(['p=tls-exporter', 'p=tls-server-end-point']);
    expect(ways(['SCRAM-SHA-256-PLUS'])).toEqual(['p=tls-exporter', 'p=tls-server-end-point']);
  });
});

describe('EXTERNAL', () => {
  const sent = (username: string): string =>
    text(
      external({ username, clientCertificate: { names: ['ann', 'ann.b@example.test'] } }).initial() ??
        Buffer.alloc(0),
    );

  it('names nobody when the certificate says it already, else whom the user asked for', () => {
    expect(sent('ann')).toBe('');
    expect(sent('Ann@example.test')).toBe('');
    expect(sent('ann.b@example.test')).toBe('');
    expect(sent('bob')).toBe('bob');
  });
});
