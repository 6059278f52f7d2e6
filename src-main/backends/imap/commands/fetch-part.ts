import { fetchItems } from '../fetch-items.ts';
import type { Tagged } from '../port.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight } from './in-sight.ts';

/**
 * One part of a message. BINARY (RFC 3516) leaves base64 to the server: a quarter less comes over the wire. A part
 * that the server cannot decode ([UNKNOWN-CTE]) is asked for as it stands.
 */
export async function fetchPart(
  context: CommandContext,
  path: string,
  uid: number,
  section: string,
): Promise<{ bytes: Uint8Array; decoded: boolean } | null> {
  await ensureInSight(context, path, [uid]);
  if (context.port.capabilities.has('BINARY')) {
    const { tagged, bytes } = await ask(context, uid, `BINARY.PEEK[${section}]`, false);
    if (tagged.status === 'OK') return bytes === null ? null : { bytes, decoded: true };
  }
  const { bytes } = await ask(context, uid, `BODY.PEEK[${section}]`, true);
  return bytes === null ? null : { bytes, decoded: false };
}

async function ask(
  context: CommandContext,
  uid: number,
  item: string,
  mustWork: boolean,
): Promise<{ tagged: Tagged; bytes: Buffer | null }> {
  let bytes: Buffer | null = null;
  const command = {
    name: 'UID FETCH',
    parts: [`UID FETCH ${uid} (UID ${item})`],
    onUntagged: (response: Parameters<typeof fetchItems>[0]): void => {
      if (response.name !== 'FETCH') return;
      const { uid: given, body } = fetchItems(response);
      if (given !== uid || body === undefined || body === null || Array.isArray(body)) return;
      bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
    },
  };
  const tagged = mustWork
    ? await runOk(context, command, 'fetch a part of the message', 'message')
    : await context.port.run(command);
  return { tagged, bytes };
}
