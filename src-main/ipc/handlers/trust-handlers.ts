import { AppError } from '../../../src-shared/error.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import { shownHost } from '../../../src-shared/text/shown-host.ts';
import type { AccountStore } from '../../accounts/account-store.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { MimeReader } from '../../mime/mime-reader.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FetchPublic } from '../../platform/fetch-public.ts';
import type { FolderRegister } from '../../sync/folder-register.ts';
import { offline } from '../../sync/session.ts';
import { headerBytes } from '../../trust/header-bytes.ts';
import { createKnownPeople } from '../../trust/known-people.ts';
import { listFacts } from '../../trust/list-facts.ts';
import { messageTrust } from '../../trust/message-trust.ts';
import { asciiDomain } from '../../trust/ascii-domain.ts';
import { checkSignatures } from '../../trust/signatures/check-signatures.ts';
import type { Signature } from '../../trust/signatures/verify-signatures.ts';
import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import type { Network } from '../../platform/network.ts';
import type { Log } from '../../platform/log.ts';
import type { MessageSource } from '../message-source.ts';
import type { Handlers } from '../serve.ts';

export interface TrustHandlerPorts {
  source: MessageSource;
  reader: MimeReader;
  cache: CachePort;
  register: FolderRegister;
  accountStore: Pick<AccountStore, 'all' | 'get'>;
  fetchPublic: FetchPublic;
  clock: Clock;
  online(): boolean;
  picturesFrom(): readonly string[];
  network: Pick<Network, 'txt'>;
  log: Log;
}

export type TrustHandlers = Pick<Handlers, 'message.trust' | 'message.checkSender' | 'message.unsubscribe'>;

interface Head {
  row: MessageRow;
  mail: ReadMail;
}

const mostChecked = 1_000;

export function trustHandlers(ports: TrustHandlerPorts): TrustHandlers {
  const { source, reader, accountStore, register } = ports;
  const people = createKnownPeople(ports.cache, ports.clock);

  /** Kept while the program runs: a key is asked for once. */
  const checked = new Map<string, Signature[]>();

  async function headOf(messageId: string): Promise<Head> {
    const row = await source.rowOf(messageId);
    const bytes = (await source.partsFirst(row))?.bytes ?? (await source.bytesOf(row));
    return { row, mail: await reader.read(headerBytes(bytes)) };
  }

  const trustOf = async (
    { row, mail }: Head,
    signatures: readonly Signature[] | null | undefined = checked.get(row.messageId),
  ): Promise<MessageTrust> =>
    await messageTrust(
      {
        mail,
        account: accountStore.get(row.accountId) ?? null,
        role: register.get(row.folderId)?.role ?? null,
        own: accountStore.all().flatMap(({ identities }) => identities),
        picturesFrom: ports.picturesFrom(),
        signatures,
      },
      people,
    );

  return {
    'message.trust': async ({ messageId }) => await trustOf(await headOf(messageId)),
    'message.checkSender': async ({ messageId }) => {
      const head = await headOf(messageId);
      const before = await trustOf(head);
      const sender = head.mail.from[0];
      if (!before.canCheck || sender === undefined) return before;
      if (!ports.online()) throw offline();
      const signatures = await checkSignatures(await source.bytesOf(head.row), asciiDomain(sender.address), {
        clock: ports.clock,
        txt: (name) => ports.network.txt(name),
        log: ports.log,
      });
      // What nobody answered is asked again the next time.
      if (signatures?.every(({ result }) => result !== 'no-answer') === true) {
        if (checked.size >= mostChecked) checked.clear();
        checked.set(messageId, signatures);
        return await trustOf(head);
      }
      return await trustOf(head, signatures);
    },
    'message.unsubscribe': async ({ messageId }) => {
      const { mail } = await headOf(messageId);
      const { unsubscribe } = listFacts(mail.headers);
      if (unsubscribe?.kind !== 'one-click')
        throw refused(
          'This message does not offer to be unsubscribed in one click. Nothing was sent; use the way that it names.',
        );
      if (!ports.online()) throw offline();
      // RFC 8058 3.2: this very body, and nothing that would tell one reader from another but the address itself.
      const { status } = await ports.fetchPublic(unsubscribe.url, {
        form: 'List-Unsubscribe=One-Click',
        maxBytes: 1024 * 1024,
        timeoutMs: 20_000,
      });
      if (status < 200 || status >= 300)
        throw refused(
          `${unsubscribe.target} did not confirm that you are unsubscribed (it answered ${status}). Try again later, or unsubscribe on its page.`,
        );
      return { host: shownHost(new URL(unsubscribe.url).hostname) };
    },
  };
}

function refused(detail: string): AppError {
  return new AppError({ code: 'refused', scope: 'message', next: 'tell-user', detail });
}
