import type { SentCopy } from '../../src-shared/model/account.ts';

/** Servers that file what is sent through them in Sent by themselves: appending would double it. */
const filesSentItself = [
  /(^|\.)gmail\.com$/,
  /(^|\.)googlemail\.com$/,
  /(^|\.)office365\.com$/,
  /(^|\.)outlook\.com$/,
];

/** Who should file the copy of a sent mail for an account with this incoming host. */
export function sentCopyFor(incomingHost: string): SentCopy {
  return filesSentItself.some((pattern) => pattern.test(incomingHost.toLowerCase())) ? 'server' : 'append';
}
