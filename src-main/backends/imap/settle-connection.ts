import { askNamespace } from './commands/namespace.ts';
import { compressedStream } from './compressed-stream.ts';
import type { PersonalNamespace } from '../backend.ts';
import { listOf, rawOf, type ServerId, type Untagged } from './port.ts';
import { distrustOf } from './server-quirks.ts';
import type { SignInOptions } from './sign-in.ts';
import { toCapabilities, WireConnection } from './wire-connection.ts';

/**
 * After signing in: NAMESPACE, ID, ENABLE and COMPRESS, then the connection with its working time-out. What an
 * unknown server offers of QRESYNC is not turned on (server-quirks.ts).
 */
export async function settle(
  signedIn: WireConnection,
  options: SignInOptions,
  seen: { remoteAddress: string; greeting: string },
): Promise<WireConnection> {
  const { capabilities } = signedIn;
  let id: ServerId | null = null;
  const enabled = new Set<string>();
  const introduce = async (): Promise<void> => {
    // 163.com and its kin refuse SELECT to clients that do not introduce themselves.
    if (!capabilities.has('ID')) return;
    await signedIn.run({
      name: 'ID',
      parts: ['ID ("name" "Posthorn")'],
      pipelined: true,
      onUntagged: (response) => {
        if (response.name === 'ID') id = readId(response);
      },
    });
  };
  const enable = async (): Promise<void> => {
    const names = ['CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT'].filter(
      (name) =>
        (capabilities.has(name) || (name === 'UTF8=ACCEPT' && capabilities.has('UTF8=ONLY'))) &&
        !(name === 'QRESYNC' && distrustOf(id, seen.greeting).has('qresync')),
    );
    if (!capabilities.has('ENABLE') || names.length === 0) return;
    await signedIn.run({
      name: 'ENABLE',
      parts: [`ENABLE ${names.join(' ')}`],
      pipelined: true,
      onUntagged: (response) => {
        if (response.name === 'ENABLED')
          for (const name of toCapabilities(response.values.map(rawOf))) enabled.add(name);
      },
    });
  };
  // Whether QRESYNC is wanted depends on who the server is; without it all go in one round trip.
  let personal: PersonalNamespace | null;
  if (capabilities.has('QRESYNC')) {
    [personal] = await Promise.all([askNamespace(signedIn), introduce()]);
    await enable();
  } else [personal] = await Promise.all([askNamespace(signedIn), introduce(), enable()]);
  const { compress } = options;
  const loopback = /^(?:::1$|127\.|::ffff:127\.)/.test(seen.remoteAddress);
  let compressed = false;
  if ((compress === 'always' || (compress === 'auto' && !loopback)) && capabilities.has('COMPRESS=DEFLATE'))
    compressed = (await signedIn.run({ name: 'COMPRESS', parts: ['COMPRESS DEFLATE'] })).status === 'OK';
  const { stream, leftover } = signedIn.detach();
  let base = stream;
  if (compressed) base = compressedStream(stream, leftover);
  else if (leftover.length > 0) stream.unshift(leftover);
  const wire = new WireConnection(base, options.connection);
  wire.capabilities = new Set(capabilities);
  wire.profile = { enabled, distrusted: distrustOf(id, seen.greeting), personal };
  return wire;
}

function readId({ values }: Untagged): ServerId | null {
  const pairs = listOf(values[0]).map(rawOf);
  const said = (key: string): string => {
    const at = pairs.findIndex((word, i) => i % 2 === 0 && word.toLowerCase() === key);
    return at === -1 ? '' : (pairs[at + 1] ?? '').slice(0, 200);
  };
  return pairs.length === 0 ? null : { name: said('name'), version: said('version'), vendor: said('vendor') };
}
