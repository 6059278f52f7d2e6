import { t } from '../../i18n/t.ts';

/** Under which name a file was saved, and in which folder: both may be others than expected. */
export function savedWords(path: string): string {
  const [place = '', name = path] = path.split(/[\\/]/).slice(-2);
  return place === '' ? t('reader.saved', { name }) : t('reader.savedIn', { name, place });
}

/** The same of several that lie in one folder. */
export function savedAllWords(paths: readonly string[]): string {
  const place = paths[0]?.split(/[\\/]/).at(-2) ?? '';
  return place === ''
    ? t('reader.savedAll', { count: paths.length })
    : t('reader.savedAllIn', { count: paths.length, place });
}
