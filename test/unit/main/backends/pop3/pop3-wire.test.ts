import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pop3Wire } from '../../../../../src-main/backends/pop3/pop3-wire.ts';
import { AdvanceableClock } from '../../../../../src-main/platform/clock.ts';

/** A wire whose other end says what the test pushes, cut where the test cuts. */
function wireOf(): { wire: Pop3Wire; clock: AdvanceableClock; say(...pieces: string[]): void; end(): void } {
  const clock = new AdvanceableClock();
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  return {
    wire: new Pop3Wire(stream, clock),
    clock,
    say: (...pieces) => {
      for (const piece of pieces) stream.push(Buffer.from(piece, 'latin1'));
    },
    end: () => stream.push(null),
  };
}

/** Lets streams and promises run until nothing is left that does not wait for the clock or the server. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function read(wire: Pop3Wire, announced: number | null = null): Promise<string> {
  const pieces: Buffer[] = [];
  return wire
    .content(
      60_000,
      10_000_000,
      (chunk) => {
        pieces.push(chunk);
        return Promise.resolve();
      },
      announced,
    )
    .then(() => Buffer.concat(pieces).toString('latin1'));
}

const stuffed = (message: string): string => message.replace(/(^|\n)\./g, '$1..');

describe('a message on the wire', () => {
  it('is the same wherever it was cut: dots at the edges of buffers too', async () => {
    const line = fc.string({ unit: fc.constantFrom('.', 'a', '\r', '\u00e9', ' '), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        async (lines, sizes) => {
          const message = lines.map((each) => `${each}\r\n`).join('');
          const sent = `${stuffed(message)}.\r\n+OK next\r\n`;
          const { wire, say } = wireOf();
          const reading = read(wire, message.length);
          for (let at = 0; at < sent.length;) {
            const size = sizes.next().value;
            say(sent.slice(at, at + size));
            at += size;
          }
          expect(await reading).toBe(message);
          expect((await wire.reply(60_000)).text).toBe('next');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may be one line of any length', async () => {
    const { wire, say } = wireOf();
    const long = 'x'.repeat(3_000_000);
    const reading = read(wire);
    say(`${long}\r\n.\r\n`);
    expect((await reading).length).toBe(long.length + 2);
  });

  it('comes at one byte a second, however long it takes', async () => {
    const { wire, clock, say } = wireOf();
    const message = `Subject: slow\r\n\r\n${'a word. '.repeat(12)}\r\n`;
    const reading = read(wire);
    for (const byte of `${stuffed(message)}.\r\n`) {
      clock.advance(1_000);
      say(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reading).toBe(message);
  });

  it('a server that stops is given up a minute after its last byte', async () => {
    const { wire, clock, say } = wireOf();
    const reading = read(wire);
    const told = expect(reading).rejects.toThrow('no answer in time');
    say('Subject: half');
    await settle();
    clock.advance(61_000);
    await told;
  });

  it.each([[['no end of line', '.\r\n']], [['no end of li', 'ne.', '\r\n']], [['no end of line.\r\n']]])(
    'the final dot right behind a last line without its end (%j) is the end when size and silence say so',
    async (pieces) => {
      const { wire, clock, say } = wireOf();
      const message = 'Subject: a\r\n\r\nno end of line';
      const reading = read(wire, message.length);
      say('Subject: a\r\n\r\n', ...pieces);
      await settle();
      clock.advance(5_001);
      expect(await reading).toBe(message);
    },
  );

  it('a last line that ends in a dot of its own is never cut, even when the size lies and the server is slow', async () => {
    const { wire, clock, say } = wireOf();
    const message = 'Subject: a\r\n\r\nThe end.\r\n';
    // Three octets short: exactly what a server without the line's end would announce.
    const reading = read(wire, message.length - 3);
    say(message);
    await settle();
    clock.advance(4_000);
    say('.\r\n');
    expect(await reading).toBe(message);
  });

  it('without a size that fits, such a dot is not believed', async () => {
    for (const announced of [null, 10, 1_000]) {
      const { wire, clock, say } = wireOf();
      const reading = read(wire, announced);
      const told = expect(reading).rejects.toThrow('no answer in time');
      say('Subject: a\r\n\r\nno end of line.\r\n');
      await settle();
      clock.advance(6_000);
      await settle();
      clock.advance(61_000);
      await told;
    }
  });

  it('cut off, it is not a message', async () => {
    const { wire, say, end } = wireOf();
    const reading = read(wire);
    const told = expect(reading).rejects.toThrow('closed');
    say('Subject: a\r\n\r\nhalf\r\n.');
    end();
    await told;
  });
});
