/** What the program was started with: a mailto: address, or an .eml file to show. */
export interface StartArgument {
  mailto: string | null;
  emlFile: string | null;
}

export function readArgument(argument: string | null): StartArgument {
  if (argument === null) return { mailto: null, emlFile: null };
  return /^mailto:/i.test(argument)
    ? { mailto: argument, emlFile: null }
    : { mailto: null, emlFile: argument.endsWith('.eml') ? argument : null };
}

/** Why Posthorn cannot show what it was given, in a sentence; null when it can. */
export function argumentFault(argument: string | null, isFile: (path: string) => boolean): string | null {
  if (argument === null || argument === '') return null;
  const { mailto, emlFile } = readArgument(argument);
  if (emlFile !== null)
    return isFile(emlFile) ? null : `there is no message to show: “${emlFile}” is not there, or is no file.`;
  return mailto === null
    ? `Posthorn shows messages (files whose names end in .eml) and writes to mailto: addresses; “${argument}” is neither.`
    : null;
}

/** What another start of the program was asked to show, out of its whole command line with options and their values. */
export function argumentAmong(argv: readonly string[]): StartArgument {
  const meant = argv.findLast((argument) => /^mailto:/i.test(argument) || argument.endsWith('.eml'));
  return readArgument(meant ?? null);
}
