import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Backend, WantedSection } from '../../../../src-main/backends/backend.ts';
import { createPartsFirst, type PartsFirst } from '../../../../src-main/ipc/parts-first.ts';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { begunInMemory } from '../../../../src-main/platform/begun-files.ts';
import type { OpenBodyPorts } from '../../../../src-main/sync/open-body.ts';
import { createOpenParts, type OpenParts } from '../../../../src-main/sync/open-parts.ts';
import { AppError } from '../../../../src-shared/error.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';
import type { StructurePart } from '../../../../src-shared/model/structure.ts';
import { base64Lines, file, message, multipart, part, serverOf, texts } from './large-messages.ts';

interface World {
  size?: number;
  /** What the server says in place of the truth. */
  structure?: (told: StructurePart) => StructurePart | null;
  section?: (name: string, bytes: Buffer | undefined) => Buffer | undefined;
  /** The connection dies after so many pieces, once. */
  dies?: number;
  ensure?: () => Promise<AbortSignal>;
  onFetching?: (parts: OpenParts, done: number, total: number) => void;
}

function made(bytes: Buffer, world: World = {}) {
  const server = serverOf(bytes);
  const wire = { bytes: 0, pieces: [] as number[], structures: 0 };
  let dies = world.dies ?? Infinity;
  const given = (name: string): Buffer | undefined =>
    world.section === undefined ? server.section(name) : world.section(name, server.section(name));
  const backend = {
    expectValidity: () => undefined,
    fetchStructure: () => {
      wire.structures += 1;
      return Promise.resolve(
        world.structure === undefined ? server.structure : world.structure(server.structure),
      );
    },
    fetchSections: (_path: string, _uid: number, wanted: readonly WantedSection[]) => {
      const found = new Map<string, Buffer>();
      for (const { section, first } of wanted) {
        const body = given(section)?.subarray(0, first);
        if (body === undefined) continue;
        wire.bytes += body.length;
        found.set(section, body);
      }
      return Promise.resolve(found);
    },
    fetchPiece: (_p: string, _u: number, from: number, length: number, _c: unknown, section = '') => {
      if (wire.pieces.length >= dies) {
        dies = Infinity;
        return Promise.reject(
          new AppError({ code: 'connection-lost', scope: 'account', next: 'retry', detail: 'It was lost.' }),
        );
      }
      wire.pieces.push(from);
      return Promise.resolve(given(section)?.subarray(from, from + length) ?? null);
    },
  } as unknown as Backend;
  const ports = {
    backend,
    clock: { monotonic: () => 0 },
    register: { get: () => ({ folderId: 'f1', path: 'INBOX', uidValidity: 7 }) },
    begun: begunInMemory(),
    cache: {
      call: () =>
        Promise.resolve([
          {
            messageId: 'm1',
            accountId: 'a1',
            size: world.size ?? bytes.length,
            ref: { folderId: 'f1', uid: 5 },
          },
        ]),
    },
    onFetching: (_id: string, done: number, total: number) => world.onFetching?.(parts, done, total),
  } as unknown as OpenBodyPorts;
  const signal = new AbortController().signal;
  const parts: OpenParts = createOpenParts(ports, {
    ensure: world.ensure ?? (() => Promise.resolve(signal)),
  });
  const first = createPartsFirst({
    engines: {
      get: () =>
        ({ partly: (id: string) => parts.open(id), wholeLater: () => Promise.resolve('follows') }) as never,
    },
    reader: { read: (raw) => Promise.resolve(readMail(raw)) },
  });
  const shown = (): Promise<PartsFirst | null> =>
    first({ messageId: 'm1', accountId: 'a1', readableOffline: false } as MessageRow);
  return { parts, shown, wire };
}

const big = (name: string, seed = 1): string => file(name, 'application/pdf', 300_000, seed);
const plain = message(multipart('mixed', [texts, big('one.pdf'), big('two.pdf', 2), big('three.pdf', 3)]));

describe('a large message is shown with its text first', () => {
  const picture = (length: number, id: string): string =>
    part('image/png; name=x.png', base64Lines(length, 5), [
      'Content-Transfer-Encoding: base64',
      `Content-ID: <${id}>`,
      'Content-Disposition: inline; filename=x.png',
    ]);
  const html = part('text/html', '<p>Look <img src="cid:small@x"> <img src="cid:large@x"></p>');
  test.each([
    ['two forms of the text and files', plain, ['2', '3', '4']],
    [
      'pictures in the text, of which the small one comes along',
      message(multipart('related', [html, picture(9_000, 'small@x'), picture(900_000, 'large@x')])),
      ['3'],
    ],
    [
      'multiparts in multiparts, with a line before the parts',
      message(
        multipart('mixed', [
          multipart('related', [texts, picture(5_000, 'small@x')], 'inner'),
          file('a b.zip', 'application/zip', 900_001),
          part('text/plain', 'A footer of the list.'),
          part('text/calendar; method=REQUEST', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR'),
        ]),
        'This is a multi-part message in MIME format.\r\n',
      ),
      ['2'],
    ],
    [
      'a small message inside',
      message(
        multipart('mixed', [
          texts,
          part('message/rfc822', 'Subject: inner\r\nFrom: bob@example.test\r\n\r\nInner words.'),
          big('one.pdf'),
          big('two.pdf'),
        ]),
      ),
      ['3', '4'],
    ],
  ])('%s', async (_what, bytes, waiting) => {
    const { shown, wire } = made(bytes);
    const first = await shown();
    const whole = readMail(bytes);
    expect([...(first?.waiting.keys() ?? [])]).toEqual(waiting);
    const mail = readMail(first?.bytes ?? Buffer.alloc(0));
    for (const name of ['subject', 'text', 'html', 'headers', 'inlineImages', 'protection', 'date'] as const)
      expect(mail[name]).toEqual(whole[name]);
    expect(mail.attachments.map((one) => ({ ...one, size: 0 }))).toEqual(
      whole.attachments.map((one) => ({ ...one, size: 0 })),
    );
    for (const { partId, size } of whole.attachments) {
      const said =
        first?.waiting.get(partId) ?? mail.attachments.find((one) => one.partId === partId)?.size ?? 0;
      expect(Math.abs(said - size)).toBeLessThanOrEqual(4);
    }
    expect(wire.bytes).toBeLessThan(bytes.length / 20);
    expect(wire.pieces).toEqual([]);
  });

  const relabelled = (
    told: StructurePart,
    section: string,
    change: Partial<StructurePart>,
  ): StructurePart => ({
    ...told,
    ...(told.section === section ? change : {}),
    children: told.children.map((child) => relabelled(child, section, change)),
  });
  const tnef = Buffer.from([0x78, 0x9f, 0x3e, 0x22, 0, 0, 1, 6, 0x90, 8, 0]);
  const odd: [string, Buffer, World?][] = [
    ['one part alone', message(big('one.pdf'))],
    ['nothing but text', message(part('text/plain', 'x'.repeat(900_000)))],
    ['a small one', message(multipart('mixed', [texts, file('a.pdf', 'application/pdf', 300_000)]))],
    [
      'a signed one',
      message(
        multipart('signed', [
          multipart('mixed', [texts, big('one.pdf'), big('two.pdf')]),
          part('application/pgp-signature', 'x'),
        ]),
      ),
    ],
    [
      'a signed one inside',
      message(
        multipart('mixed', [
          multipart('signed', [texts, part('application/pgp-signature', 'x')]),
          big('one.pdf'),
          big('two.pdf'),
        ]),
      ),
    ],
    [
      'armour in its text',
      message(
        multipart('mixed', [
          part('text/plain', '-----BEGIN PGP MESSAGE-----\r\n\r\nabc=\r\n-----END PGP MESSAGE-----'),
          big('a.pdf'),
          big('b.pdf'),
        ]),
      ),
    ],
    [
      'an encrypted file of S/MIME',
      message(multipart('mixed', [texts, file('smime.p7m', 'application/octet-stream', 700_000)])),
    ],
    [
      'winmail.dat under another name',
      message(multipart('mixed', [texts, file('a.bin', 'application/octet-stream', 700_000, 1, tnef)])),
    ],
    [
      'a report',
      message(
        multipart('report', [
          texts,
          part('message/delivery-status', 'Reporting-MTA: dns; x'),
          big('a.pdf'),
          big('b.pdf'),
        ]),
      ),
    ],
    [
      'a large message inside',
      message(
        multipart('mixed', [texts, part('message/rfc822', `Subject: x\r\n\r\n${'y\r\n'.repeat(300_000)}`)]),
      ),
    ],
    [
      'a large text file',
      message(multipart('mixed', [texts, part('text/csv; name=a.csv', 'a,b\r\n'.repeat(200_000))])),
    ],
    [
      'files that are only forms of the text',
      message(multipart('alternative', [part('text/plain', 'Hello'), big('a.pdf'), big('b.pdf')])),
    ],
    ['no words', message(multipart('mixed', [big('a.pdf'), big('b.pdf')]))],
    [
      'more parts than one reads',
      message(
        multipart('mixed', [
          texts,
          ...Array.from({ length: 250 }, (_, at) => file(`${at}.pdf`, 'application/pdf', 4_000)),
        ]),
      ),
    ],
    ['an unknown multipart', message(multipart('form-data', [texts, big('a.pdf'), big('b.pdf')]))],
    ['no end', message(multipart('mixed', [texts, big('a.pdf'), big('b.pdf')]).replace(/--b-mixed--$/, ''))],
    ['a server without a structure', plain, { structure: () => null }],
    [
      'a structure with another type',
      plain,
      { structure: (told) => relabelled(told, '3', { type: 'image/png' }) },
    ],
    [
      'a structure with one part less',
      plain,
      { structure: (told) => ({ ...told, children: told.children.slice(0, 3) }) },
    ],
    [
      'a structure with another length of the text',
      plain,
      { structure: (told) => relabelled(told, '1.1', { octets: 5 }) },
    ],
    [
      'a structure with another length of a file',
      plain,
      { structure: (told) => relabelled(told, '3', { octets: 900_000 }) },
    ],
    ['a size that does not fit', plain, { size: plain.length + 100_000 }],
    [
      'a server that gives no headers of parts',
      plain,
      { section: (name, given) => (name === '3.MIME' ? undefined : given) },
    ],
    [
      'a server that gives other headers',
      plain,
      { section: (name, given) => (name === '3.MIME' ? Buffer.from('\r\n') : given) },
    ],
    [
      'bare line ends in a header',
      plain,
      {
        section: (name, given) =>
          name === 'HEADER' ? Buffer.from(String(given).replace('\r\n', '\n')) : given,
      },
    ],
    [
      'a file that is no base64',
      plain,
      { section: (name, given) => (name === '3' ? Buffer.from('%'.repeat(given?.length ?? 0)) : given) },
    ],
    [
      'a text that holds the boundary',
      message(multipart('mixed', [texts, big('a.pdf'), big('b.pdf')])),
      {
        section: (name, given) =>
          name === '1.1' ? Buffer.from('\r\n--b-mixed\r\n\r\n'.padEnd(given?.length ?? 0, '.')) : given,
      },
    ],
  ];
  test.each(odd)('but not with %s', async (_what, bytes, world = {}) => {
    const { shown, wire } = made(bytes, world);
    expect(await shown()).toBeNull();
    expect(wire.bytes).toBeLessThan(bytes.length / 2);
  });

  test('which is asked for once, and again when it is another message', async () => {
    const { shown, wire } = made(plain);
    const [one, other] = await Promise.all([shown(), shown()]);
    expect((await shown())?.bytes).toBe(one?.bytes);
    expect(other?.bytes).toBe(one?.bytes);
    expect(wire.structures).toBe(1);
  });

  test('and offline it says so', async () => {
    const offline = new AppError({ code: 'offline', scope: 'app', next: 'wait-online', detail: 'Offline.' });
    const { shown } = made(plain, { ensure: () => Promise.reject(offline) });
    await expect(shown()).rejects.toMatchObject({ code: 'not-cached' });
  });
});

describe('a file of it that is not here', () => {
  const sum = (bytes: Uint8Array | null): string =>
    createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');

  test('comes in pieces, goes on after a lost connection and has the right bytes (R27)', async () => {
    const { parts, wire } = made(plain, { dies: 1 });
    const alone = await parts.part('m1', '3');
    expect(sum(readPart(alone ?? Buffer.alloc(0), '1'))).toBe(sum(readPart(plain, '3')));
    expect(wire.pieces.length).toBeGreaterThan(1);
    expect(new Set(wire.pieces).size).toBe(wire.pieces.length);
    const before = wire.pieces.length;
    await parts.part('m1', '3');
    expect(wire.pieces).toHaveLength(before);
  });

  test('is stopped by the user, with those behind it, and goes on later', async () => {
    let stops = true;
    const larger = message(
      multipart('mixed', [texts, file('large.zip', 'application/zip', 1_500_000), big('b.pdf')]),
    );
    const { parts, wire } = made(larger, {
      onFetching: (some, done) => {
        if (done > 0 && stops) some.stop('m1');
      },
    });
    const both = await Promise.allSettled([parts.part('m1', '2'), parts.part('m1', '3')]);
    expect(both.map((one) => one.status === 'rejected' && (one.reason as AppError).code)).toEqual([
      'cancelled',
      'cancelled',
    ]);
    stops = false;
    const alone = await parts.part('m1', '2');
    expect(sum(readPart(alone ?? Buffer.alloc(0), '1'))).toBe(sum(readPart(larger, '2')));
    expect(wire.pieces.filter((from) => from === 0)).toHaveLength(1);
  });

  test.each([
    ['longer', (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('AAAA')])],
    ['shorter', (bytes: Buffer): Buffer => bytes.subarray(0, -4)],
  ])('that is %s than the server said is not taken', async (_what, change) => {
    const { parts } = made(plain, {
      section: (name, given) => (name === '3' && given !== undefined ? change(given) : given),
    });
    expect(await parts.part('m1', '3')).toBeNull();
  });
});
