import { accountWords } from './accounts.ts';
import { composerWords } from './composer.ts';
import { settingsWords } from './settings.ts';
import { commandWords } from './commands.ts';
import { fileWords } from './files.ts';
import { folderWords } from './folders.ts';
import { frameWords } from './frame.ts';
import { journalWords } from './journal.ts';
import { listWords } from './list.ts';
import { noticeWords } from './notices.ts';
import { offlineWords } from './offline.ts';
import { readerCardWords } from './reader-cards.ts';
import { readerWords } from './reader.ts';
import { transferWords } from './transfer.ts';
import { trustWords } from './trust.ts';
import { searchWords } from './search.ts';
import { statusWords } from './status.ts';

/** Every word of the window, one file an area. Another language is another set of these files. */
export const catalogue = {
  ...frameWords,
  ...folderWords,
  ...listWords,
  ...offlineWords,
  ...readerWords,
  ...readerCardWords,
  ...fileWords,
  ...transferWords,
  ...trustWords,
  ...searchWords,
  ...journalWords,
  ...statusWords,
  ...commandWords,
  ...noticeWords,
  ...accountWords,
  ...composerWords,
  ...settingsWords,
} as const;

export type WordKey = keyof typeof catalogue;
