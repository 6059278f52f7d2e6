import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrashControl } from '../platform/crash-points.ts';
import { openLocalMail, type LocalMail } from './local-mail.ts';

/** The local mail of every account that has some, each opened once, when it is first needed. */
export interface LocalMails {
  open(store: string): Promise<LocalMail>;
  /** For good: the account was removed by the user. */
  remove(store: string): Promise<void>;
  closeAll(): Promise<void>;
}

export function createLocalMails(
  directory: string,
  crash: CrashControl,
  onDamage: (path: string, kept: string) => void,
): LocalMails {
  const opened = new Map<string, Promise<LocalMail>>();
  return {
    open(store) {
      let mail = opened.get(store);
      if (mail === undefined) {
        const path = join(directory, store);
        mail = openLocalMail(path, crash).then((open) => {
          if (open.damaged > 0) onDamage(join(path, 'mail.log'), join(path, 'mail.log.bad'));
          return open;
        });
        // A folder that could not be opened is tried again by whoever asks next.
        mail.catch(() => opened.delete(store));
        opened.set(store, mail);
      }
      return mail;
    },
    async remove(store) {
      const mail = await opened.get(store)?.catch(() => undefined);
      opened.delete(store);
      await mail?.close();
      await rm(join(directory, store), { recursive: true, force: true });
    },
    async closeAll() {
      await Promise.all(
        [...opened.values()].map(async (mail) => (await mail.catch(() => undefined))?.close()),
      );
      opened.clear();
    },
  };
}
