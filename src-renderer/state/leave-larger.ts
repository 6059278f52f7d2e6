import { formatSize } from '../i18n/sizes.ts';
import { t } from '../i18n/t.ts';

const offeredSizes = [100_000, 1_000_000, 5_000_000, 25_000_000] as const;

const noLimit = 'all';

/** As the value of a choice. */
export const largerValue = (size: number | null | undefined): string =>
  size == null ? noLimit : String(size);
export const largerFrom = (value: string): number | null => (value === noLimit ? null : Number(value));

/** From which size on mail stays on a POP3 server until it is opened; another size is shown as it is. */
export function largerOptions(current: number | null | undefined): { value: string; label: string }[] {
  const sizes = [...new Set<number>([...offeredSizes, ...(current == null ? [] : [current])])].sort(
    (a, b) => a - b,
  );
  return [
    { value: noLimit, label: t('leave.largerNone') },
    ...sizes.map((size) => ({
      value: String(size),
      label: t('leave.largerThan', { size: formatSize(size).replace('.0 ', ' ') }),
    })),
  ];
}
