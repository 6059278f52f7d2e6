import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';

/** Defects that change what is read; the others are of no interest to a person. */
const telling: ReadonlySet<string> = new Set([
  'too-slow',
  'unreadable',
  'no-header',
  'address-in-name',
  'multipart-unterminated',
  'too-deep',
  'partial',
  'external-body',
  'too-many-parts',
  'encoding-unknown',
  'encoding-broken',
  'charset-unknown',
  'charset-broken',
  'text-truncated',
  'html-unreadable',
  'calendar-unreadable',
  'header-too-large',
]);
const broken: ReadonlySet<string> = new Set([
  'unreadable',
  'multipart-unterminated',
  'encoding-broken',
  'charset-broken',
  'no-header',
  'too-slow',
]);

/** Whom a message is from, when, and what it is called: said twice, somebody may have been shown another one. */
const twice = /^[^(]*\((from|sender|subject|date): /i;

/** What is said over the text of a message about its defects; "": nothing. `damaged`: some of it may be lost. */
export function toldDefects({ defects }: FullMessage): { words: string; damaged: boolean } {
  // Each once: fifty subjects would be a page of a stranger's words in our place.
  const named = new Set<string | undefined>([undefined]);
  const isNew = (detail: string): boolean => {
    const name = twice.exec(detail)?.[1]?.toLowerCase();
    if (named.has(name)) return false;
    named.add(name);
    return true;
  };
  const told = defects.filter(
    ({ code, detail }) => telling.has(code) || (code === 'header-duplicate' && isNew(detail)),
  );
  return {
    words: told.map(({ detail }) => detail).join(' '),
    damaged: told.some(({ code }) => broken.has(code)),
  };
}
