import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBegunFiles, type BegunFiles } from '../platform/begun-files.ts';
import { openBodyShelf, type BodyShelf } from '../bodies/body-shelf.ts';
import { createShelvedCache } from '../bodies/shelved-cache.ts';
import { openCache, type CacheClient } from '../cache/cache-client.ts';
import { cacheIdFile } from '../cache/cache-id.ts';
import { createMimeReader, type MimeReader } from '../mime/mime-reader.ts';
import { createRemoteImages, type RemoteImages } from '../mime/remote-images.ts';
import { createPdfPages, type PdfPages } from '../mime/pdf-pages.ts';
import { createSanitiser, type Sanitiser } from '../mime/sanitiser.ts';
import { appRoot } from '../platform/app-root.ts';
import { createFetchPublic, type FetchPublic } from '../platform/fetch-public.ts';
import { createNetwork, type Network } from '../platform/network.ts';
import type { Options } from '../platform/options.ts';
import { openShell } from '../shell/open-shell.ts';
import type { Shell } from '../shell/shell.ts';
import type { Profile } from './open-profile.ts';

/** The network, the shell, the cache in it, and what reads mail. */
export interface Browser {
  network: Network;
  /** For what strangers' mail names. */
  fetchPublic: FetchPublic;
  shell: Shell;
  cache: CacheClient;
  bodyShelf: BodyShelf;
  begunBodies: BegunFiles;
  reader: MimeReader;
  sanitiser: Sanitiser;
  pdfPages: PdfPages;
  remoteImages: RemoteImages;
}

export async function openBrowser(
  profile: Profile,
  options: Options,
  onSecondInstance: (argv: readonly string[]) => void,
): Promise<Browser> {
  const { paths, clock } = profile;
  const { log } = profile.log;
  const network = createNetwork({
    ...(options.dns === null ? {} : { dns: options.dns }),
    extraCa: options.extraCa.map((file) => readFileSync(file, 'utf8')),
    connectTo: options.connectTo,
    log,
    clock,
  });
  const fetchPublic = createFetchPublic(network, clock);
  const remoteImages = createRemoteImages(fetchPublic);
  const shell = await openShell({
    profileDir: paths.profile,
    headless: options.headless,
    rendererDir:
      (profile.hooks === null ? undefined : process.env['POSTHORN_RENDERER_DIR']) ??
      join(appRoot, 'build', 'renderer'),
    remoteContent: (token) => remoteImages.content(token),
    onSecondInstance,
    log,
  });
  const cacheIds = cacheIdFile(paths.cacheId);
  const store = await openCache({
    shell,
    expectedCacheId: await cacheIds.read(),
    volatileAccounts: () =>
      profile.accountStore
        .all()
        // One whose copies are still being erased has them on disk.
        .filter(({ mode, erasing }) => mode === 'online' && erasing !== true)
        .map(({ accountId }) => accountId),
    // A disk that takes nothing must not keep the cache closed: forgotten, it is made anew at the next start.
    rememberCacheId: (cacheId) =>
      cacheIds
        .write(cacheId)
        .catch((error: unknown) => log('warn', 'the cache is not remembered', { error })),
    lacksRoom: async () => (await profile.space.level()) !== 'ok',
    log,
    clock,
  });
  const bodyShelf = openBodyShelf(paths.bodies, store.opened.fresh, log);
  const cache = createShelvedCache({ cache: store, path: paths.bodies, shelf: bodyShelf, clock, log });
  if (profile.hooks !== null) profile.crashPids.push(...(await shell.processIds()));
  return {
    network,
    fetchPublic,
    shell,
    cache,
    bodyShelf,
    begunBodies: openBegunFiles(paths.begun, clock.now()),
    reader: createMimeReader({ clock, log }),
    sanitiser: createSanitiser(shell, clock, log),
    pdfPages: createPdfPages(shell, clock, log),
    remoteImages,
  };
}
