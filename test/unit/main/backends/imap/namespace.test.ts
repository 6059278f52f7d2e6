import { expect, test } from 'vitest';
import { askNamespace } from '../../../../../src-main/backends/imap/commands/namespace.ts';
import { parseResponse } from '../../../../../src-main/backends/imap/parse-response.ts';
import type { Command } from '../../../../../src-main/backends/imap/port.ts';

async function asked(answer: string | null, capability = 'NAMESPACE'): Promise<unknown> {
  const sent: string[] = [];
  const said = await askNamespace({
    capabilities: new Set(['IMAP4REV1', capability]),
    run(command: Command) {
      sent.push(command.name);
      const response = answer === null ? null : parseResponse(Buffer.from(answer));
      if (response?.kind === 'untagged') void command.onUntagged?.(response.untagged);
      return Promise.resolve({ status: answer === null ? 'BAD' : 'OK', code: null, text: '' });
    },
  });
  return sent.length === 0 ? 'not asked' : said;
}

test.each([
  ['* NAMESPACE (("INBOX." ".")) NIL NIL', { prefix: 'INBOX.', delimiter: '.' }],
  ['* NAMESPACE (("" "/")) (("~" "/")) (("#shared/" "/"))', { prefix: '', delimiter: '/' }],
  // The first is the one to make folders in; extensions may follow its delimiter (RFC 2342 5).
  ['* NAMESPACE (("" "/" "X-PARAM" ("FLAG1"))("#mh/" "/")) NIL NIL', { prefix: '', delimiter: '/' }],
  ['* NAMESPACE (("INBOX" "/")) NIL NIL', { prefix: 'INBOX/', delimiter: '/' }],
  ['* NAMESPACE (("Bo&AO4-te." ".")) NIL NIL', { prefix: 'Boîte.', delimiter: '.' }],
  ['* NAMESPACE (("" NIL)) NIL NIL', { prefix: '', delimiter: null }],
  ['* NAMESPACE NIL NIL (("" "."))', null],
  ['* NAMESPACE', null],
  ['* NAMESPACE (NIL) nonsense', null],
  ['* OK what?', null],
  [null, null],
])('RFC 2342: %s', async (answer, said) => expect(await asked(answer)).toEqual(said));

test('RFC 2342: NAMESPACE is asked of IMAP4rev2, which has it, and of no server that does not offer it', async () => {
  expect(await asked('* NAMESPACE (("" "/")) NIL NIL', 'IMAP4REV2')).toEqual({ prefix: '', delimiter: '/' });
  expect(await asked('* NAMESPACE (("" "/")) NIL NIL', 'IDLE')).toBe('not asked');
});
