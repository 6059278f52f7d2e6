import { join } from 'node:path';

/**
 * What lies where in a profile. Everything but `cache` entries is durable: written by main, fsynced,
 * and not to be had again from a server. docs/profile.md says the same in words.
 */
export interface ProfilePaths {
  profile: string;
  lock: string;
  settings: string;
  accounts: string;
  secrets: string;
  folders: string;
  syncTimes: string;
  journal: string;
  outbox: string;
  reports: string;
  answers: string;
  drafts: string;
  blobs: string;
  /** Exports and imports that are under way. */
  transfers: string;
  /** Mail that is on this computer alone, a folder for each account that has some. */
  localMail: string;
  /** cache: which IndexedDB main last knew */
  cacheId: string;
  /** cache: Chromium's own directory, IndexedDB in it */
  browser: string;
  /** cache: full-text index */
  searchIndex: string;
  /** cache: bytes of messages */
  bodies: string;
  /** cache: first bytes of large messages that are being fetched */
  begun: string;
  /** cache: answers of the provider database */
  discovery: string;
  log: string;
}

export function profilePaths(profile: string): ProfilePaths {
  return {
    profile,
    lock: join(profile, 'profile.lock'),
    settings: join(profile, 'settings.json'),
    accounts: join(profile, 'accounts.json'),
    secrets: join(profile, 'secrets.json'),
    folders: join(profile, 'folders.json'),
    syncTimes: join(profile, 'sync-times.json'),
    journal: join(profile, 'journal.log'),
    outbox: join(profile, 'outbox.log'),
    reports: join(profile, 'reports.log'),
    answers: join(profile, 'answers.json'),
    drafts: join(profile, 'drafts'),
    blobs: join(profile, 'blobs'),
    transfers: join(profile, 'transfers'),
    localMail: join(profile, 'local-mail'),
    cacheId: join(profile, 'cache-id.json'),
    browser: join(profile, 'browser'),
    searchIndex: join(profile, 'search.sqlite'),
    bodies: join(profile, 'bodies.sqlite'),
    begun: join(profile, 'begun'),
    discovery: join(profile, 'discovery'),
    log: join(profile, 'log'),
  };
}
