import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import { t } from '../i18n/t.ts';

const offeredDays = [7, 14, 30, 90] as const;

/** As the value of a choice: "remove", "days:14", "until-deleted", "always". */
export function leaveValue(leave: LeaveOnServer | undefined): string {
  return leave === undefined ? 'remove' : leave.kind === 'days' ? `days:${leave.days}` : leave.kind;
}

export function leaveFrom(value: string): LeaveOnServer {
  const days = /^days:(\d+)$/.exec(value)?.[1];
  if (days !== undefined) return { kind: 'days', days: Number(days) };
  return { kind: value === 'always' || value === 'until-deleted' ? value : 'remove' };
}

/** What may become of mail on the server once it was taken home; another number of days is shown as it is. */
export function leaveOptions(current: LeaveOnServer | undefined): { value: string; label: string }[] {
  const own = current?.kind === 'days' ? current.days : null;
  const days = [...new Set<number>([...offeredDays, ...(own === null ? [] : [own])])].sort((a, b) => a - b);
  return [
    { value: 'remove', label: t('leave.remove') },
    ...days.map((count) => ({ value: `days:${count}`, label: t('leave.days', { count }) })),
    { value: 'until-deleted', label: t('leave.untilDeleted') },
    { value: 'always', label: t('leave.always') },
  ];
}
