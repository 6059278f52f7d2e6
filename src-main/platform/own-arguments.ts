import { resolve } from 'node:path';

/**
 * What of a command line is for Posthorn itself: behind `node main.ts` and `electron [switches] FOLDER` in a checkout,
 * behind the program's name alone in a package. `--no-sandbox` is Electron's own: the launcher of an AppImage adds it
 * where the system keeps user namespaces from ordinary programs.
 */
export function ownArguments(
  {
    argv,
    versions,
    defaultApp,
  }: Pick<NodeJS.Process, 'argv'> & {
    versions: Readonly<Record<string, string | undefined>>;
    /** Electron's: it was given a folder to run. */
    defaultApp?: boolean;
  },
  root: string,
): string[] {
  if (versions['electron'] === undefined) return argv.slice(2);
  const given = argv.slice(1).filter((argument) => argument !== '--no-sandbox');
  if (defaultApp !== true) return given;
  const folder = given.findIndex((argument) => resolve(argument) === resolve(root));
  return given.toSpliced(folder, folder === -1 ? 0 : 1);
}
