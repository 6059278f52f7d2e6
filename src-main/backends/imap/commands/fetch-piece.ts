import { fetchItems } from '../fetch-items.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight } from './in-sight.ts';

/**
 * Bytes `from` … `from + length` of a message, or of its part `section` (RFC 3501 6.4.5); fewer at its end, none behind
 * it. Null: the message is gone.
 */
export async function fetchPiece(
  context: CommandContext,
  path: string,
  uid: number,
  section: string,
  from: number,
  length: number,
): Promise<Uint8Array | null> {
  await ensureInSight(context, path, [uid]);
  let piece: Uint8Array | null = null;
  await runOk(
    context,
    {
      name: 'UID FETCH',
      parts: [`UID FETCH ${uid} (UID BODY.PEEK[${section}]<${from}.${length}>)`],
      onUntagged: (response) => {
        if (response.name !== 'FETCH') return;
        const { uid: given, body } = fetchItems(response);
        if (given !== uid || body === undefined || body === null || Array.isArray(body)) return;
        piece = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
      },
    },
    'fetch a piece of the message',
    'message',
  );
  return piece;
}
