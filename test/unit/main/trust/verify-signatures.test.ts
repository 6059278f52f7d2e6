import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, test } from 'vitest';
import { signatureVerdict } from '../../../../src-main/trust/signatures/signature-verdict.ts';
import { notAsked, verifySignatures } from '../../../../src-main/trust/signatures/verify-signatures.ts';

const text = 'Dear Bob,\r\n\r\nthe meeting is at ten.\r\n';
const plain = `From: Ann <ann@sender.test>\r\nTo: bob@x.test\r\nSubject: Hello\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\n${text}`;

interface Choice {
  canonicalization?: string;
  bits?: number;
  bodyLength?: number;
  algorithm?: string;
  expires?: Date;
  record?: string;
  message?: string;
}

/** A signed message and the name server that knows its key. */
async function signed(
  choice: Choice = {},
): Promise<{ mail: string; txt: (name: string) => Promise<string[][]> }> {
  const pair =
    choice.algorithm === 'ed25519-sha256'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: choice.bits ?? 1024 });
  const keyOf = (key: KeyObject): string =>
    choice.algorithm === 'ed25519-sha256'
      ? key.export({ type: 'spki', format: 'der' }).subarray(12).toString('base64')
      : key.export({ type: 'spki', format: 'der' }).toString('base64');
  const message = choice.message ?? plain;
  const { signatures, errors } = await dkimSign(Buffer.from(message), {
    canonicalization: choice.canonicalization ?? 'relaxed/relaxed',
    signingDomain: 'sender.test',
    selector: 's1',
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ...(choice.expires === undefined
      ? {}
      : { signTime: new Date('2019-01-01T00:00:00Z'), expires: choice.expires }),
    signatureData: [
      {
        signingDomain: 'sender.test',
        selector: 's1',
        privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        headerList: ['from', 'to', 'subject', 'date'],
        ...(choice.algorithm === undefined ? {} : { algorithm: choice.algorithm }),
        ...(choice.bodyLength === undefined ? {} : { maxBodyLength: choice.bodyLength }),
      },
    ],
  });
  if (errors.length > 0) throw new Error(String(errors[0]?.err));
  const type = choice.algorithm === 'ed25519-sha256' ? 'ed25519' : 'rsa';
  const record = `v=DKIM1; k=${type};${choice.record ?? ''} p=${keyOf(pair.publicKey)}`;
  return {
    mail: signatures + message,
    txt: (name) =>
      name === 's1._domainkey.sender.test'
        ? Promise.resolve([[record.slice(0, 200), record.slice(200)]])
        : Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' })),
  };
}

const resultOf = async (mail: string, txt: (name: string) => Promise<string[][]>): Promise<string> =>
  (await verifySignatures(Buffer.from(mail, 'latin1'), txt)).map(({ result }) => result).join();

describe('a signature', () => {
  test.each([
    ['as it is', {}, 'pass'],
    ['simple', { canonicalization: 'simple/simple' }, 'pass'],
    ['of the newer kind', { algorithm: 'ed25519-sha256' }, 'pass'],
    ['whose key belongs to a trial', { record: ' t=y;' }, 'partial'],
    ['over the first bytes of the text', { bodyLength: 10 }, 'partial'],
    ['whose time is over', { expires: new Date('2020-01-01T00:00:00Z') }, 'unusable'],
    ['with a key for something else', { record: ' s=calendar;' }, 'unusable'],
    ['with a key that was taken back', { record: ' x=1; p=;' }, 'unusable'],
  ] as [string, Choice, string][])('%s', async (_name, choice, expected) => {
    const { mail, txt } = await signed(choice);
    expect(await resultOf(mail, txt)).toBe(expected);
  });

  test('whose message was changed is none', async () => {
    const { mail, txt } = await signed();
    expect(await resultOf(mail.replace('at ten', 'at two'), txt)).toBe('fail');
    expect(await resultOf(mail.replace('Subject: Hello', 'Subject: Help'), txt)).toBe('fail');
    expect(await resultOf(`${mail}More.\r\n`, txt)).toBe('fail');
    expect(await resultOf(mail.replace(text, `${text}\r\n\r\n`), txt)).toBe('pass');
  });

  test.each(['From: Boss <boss@sender.test>', 'Subject: Another', 'Date: Mon, 1 Jan 2024 10:00:00 +0000'])(
    'leaves room for a second field on top: %s',
    async (field) => {
      const { mail, txt } = await signed();
      expect(await resultOf(`${field}\r\n${mail}`, txt)).toBe('partial');
    },
  );

  test('that leaves the subject open is no proof of it', async () => {
    const { mail, txt } = await signed({ message: plain.replace('Subject: Hello\r\n', '') });
    expect(await resultOf(mail, txt)).toBe('pass');
    expect(await resultOf(`Subject: Pay at once\r\n${mail}`, txt)).toBe('partial');
  });

  test('says why its key is not known', async () => {
    const { mail } = await signed();
    const coded = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
    expect(await resultOf(mail, coded('ENOTFOUND'))).toBe('no-key');
    expect(await resultOf(mail, coded('ENODATA'))).toBe('no-key');
    expect(await resultOf(mail, coded('ETIMEOUT'))).toBe('no-answer');
    expect(await resultOf(mail, coded('ESERVFAIL'))).toBe('no-answer');
    expect(await resultOf(mail, coded(notAsked))).toBe('not-asked');
    expect(await resultOf(mail, () => Promise.resolve([['nonsense']]))).toBe('unusable');
  });

  test('of hostile making throws nothing', async () => {
    const { mail, txt } = await signed();
    const header = mail.slice(0, mail.indexOf('From:'));
    for (const one of [
      '',
      '\r\n',
      'DKIM-Signature: \r\n\r\n',
      'DKIM-Signature: v=1; a=rsa-sha256; d=; s=; h=; bh=; b=\r\n\r\n',
      `DKIM-Signature: ${'v=1;'.repeat(10_000)}\r\n\r\n`,
      header.repeat(200) + plain,
      header.replace('d=sender.test', 'd=../../etc') + plain,
      header.replace('s=s1', 's=a b c') + plain,
      header.replace(/b=[^;]+$/s, 'b=\0\xff\r\n') + plain,
    ])
      await expect(verifySignatures(Buffer.from(one, 'latin1'), txt)).resolves.toBeInstanceOf(Array);
  });
});

describe('what signatures say of the sender', () => {
  test.each([
    [[{ domain: 'sender.test', result: 'pass' }], 'verified'],
    [[{ domain: 'mail.sender.test', result: 'pass' }], 'verified'],
    [
      [
        { domain: 'sender.test', result: 'fail' },
        { domain: 'sender.test', result: 'pass' },
      ],
      'verified',
    ],
    [[{ domain: 'other.test', result: 'pass' }], 'unchecked'],
    [[{ domain: 'sender.test', result: 'partial' }], 'unchecked'],
    [[{ domain: 'sender.test', result: 'fail' }], 'unchecked'],
    [[], 'unchecked'],
    [null, 'unchecked'],
  ] as const)('%j: %s', (signatures, verdict) => {
    expect(signatureVerdict(signatures, 'sender.test').verdict).toBe(verdict);
  });
});
