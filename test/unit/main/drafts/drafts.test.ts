import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDrafts, type Drafts } from '../../../../src-main/drafts/drafts.ts';
import { openDraftStore, type DraftStore } from '../../../../src-main/drafts/draft-store.ts';
import { toDraft, type StoredDraft } from '../../../../src-main/drafts/stored-draft.ts';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { openBlobs, type Blobs } from '../../../../src-main/platform/blobs.ts';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import {
  createCrashControl,
  noCrashes,
  type CrashControl,
} from '../../../../src-main/platform/crash-points.ts';
import type { MessageRow } from '../../../../src-shared/model/message.ts';

let directory: string;
let clock: AdvanceableClock;
let blobs: Blobs;
let store: DraftStore;
let drafts: Drafts;
let updated: string[];
let removed: string[];
const damaged: string[] = [];
const messages = new Map<string, { row: Partial<MessageRow>; raw: string }>();

async function open(crash: CrashControl = noCrashes): Promise<void> {
  store = await openDraftStore(join(directory, 'drafts'), (path) => damaged.push(path));
  drafts = createDrafts({
    store,
    copies: {
      update: (draft) => Promise.resolve(void updated.push(draft.draftId)),
      remove: (draft) => Promise.resolve(void removed.push(draft.draftId)),
    },
    blobs,
    clock,
    crash,
    needAccount: () => undefined,
    rowOf: (messageId) => Promise.resolve((messages.get(messageId)?.row as MessageRow | undefined) ?? null),
    rawOf: (messageId) => {
      const raw = messages.get(messageId)?.raw;
      return raw === undefined ? Promise.reject(new Error('not cached')) : Promise.resolve(Buffer.from(raw));
    },
    read: (bytes) => Promise.resolve(readMail(bytes)),
    part: (bytes, partId) => Promise.resolve(readPart(bytes, partId)),
    cleanHtml: (html) => Promise.resolve(html.replaceAll(/<script.*?<\/script>/gs, '')),
    log: () => undefined,
  });
}

const only = (): StoredDraft => {
  const [draft, ...others] = drafts.list();
  if (draft === undefined || others.length > 0) throw new Error(`${others.length + 1} drafts`);
  return draft;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drafts-'));
  clock = new AdvanceableClock();
  blobs = openBlobs(join(directory, 'blobs'));
  updated = [];
  removed = [];
  messages.clear();
  await open();
});
afterEach(async () => {
  drafts.stop();
  await rm(directory, { recursive: true });
});

describe('a draft', () => {
  test('is in its file when save answers, attachments included', async () => {
    const saved = await drafts.save({
      accountId: 'a1',
      to: [{ name: 'Lee, Ann', address: 'ann@example.test' }, 'half an addr'],
      subject: 'Hi',
      text: 'one',
      attachments: [{ filename: 'ä.txt', base64: Buffer.from('abc').toString('base64') }],
    });
    await open();
    expect(toDraft(only())).toMatchObject({
      draftId: saved.draftId,
      to: ['"Lee, Ann" <ann@example.test>', 'half an addr'],
      subject: 'Hi',
      attachments: [{ filename: 'ä.txt', contentType: 'text/plain', size: 3 }],
    });
    expect((await blobs.get(only().attachments[0]?.blob ?? ''))?.toString()).toBe('abc');
  });

  test('keeps what a later save does not speak of, and the attachments named again', async () => {
    const { draftId, attachments } = await drafts.save({
      accountId: 'a1',
      subject: 'Hi',
      text: 'one',
      attachments: [
        { filename: 'a', base64: 'YQ==' },
        { filename: 'b', base64: 'Yg==' },
      ],
    });
    await drafts.save({ draftId, accountId: 'a1', text: 'two' });
    expect(only()).toMatchObject({ subject: 'Hi', text: 'two' });
    expect(only().attachments).toHaveLength(2);
    await drafts.save({
      draftId,
      accountId: 'a1',
      attachments: [{ attachmentId: attachments[1]?.attachmentId ?? '' }],
    });
    expect(only().attachments.map((attachment) => attachment.filename)).toEqual(['b']);
  });

  test.each(['draft.blob-written', 'draft.saved'] as const)(
    'killed at %s is the old or the new one, whole',
    async (point) => {
      const { draftId } = await drafts.save({ accountId: 'a1', text: 'old' });
      const crash = createCrashControl(() => {
        throw new Error('killed');
      });
      await open(crash);
      crash.crashAt(point, 1);
      await expect(
        drafts.save({
          draftId,
          accountId: 'a1',
          text: 'new',
          attachments: [{ filename: 'a', base64: 'YQ==' }],
        }),
      ).rejects.toThrow('killed');
      await open();
      expect(only().text).toBe(point === 'draft.saved' ? 'new' : 'old');
    },
  );

  test('whose file is damaged is set aside, the others stay', async () => {
    await drafts.save({ accountId: 'a1', text: 'good' });
    await writeFile(join(directory, 'drafts', 'd-bad.json'), '{"half');
    await writeFile(join(directory, 'drafts', 'd-x.json.tmp-1-1'), 'rest of a write that was killed');
    await open();
    expect(only().text).toBe('good');
    expect(damaged.at(-1)).toContain('d-bad.json');
    expect((await readdir(join(directory, 'drafts'))).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  test('goes to the server half a minute after the last save, or when the composer closes', async () => {
    const { draftId } = await drafts.save({ accountId: 'a1', text: 'a' });
    for (let i = 0; i < 10; i += 1) {
      clock.advance(5_000);
      await drafts.save({ draftId, accountId: 'a1', text: `a${i}` });
    }
    expect(updated).toEqual([]);
    clock.advance(30_001);
    expect(updated).toEqual([draftId]);
    await drafts.save({ draftId, accountId: 'a1', text: 'end', close: true });
    expect(updated).toEqual([draftId, draftId]);
    await drafts.flush();
    expect(updated).toHaveLength(2);
  });

  test('thrown away is gone, here and on the server', async () => {
    const { draftId } = await drafts.save({ accountId: 'a1', text: 'a' });
    await drafts.discard(draftId);
    await open();
    expect(drafts.list()).toEqual([]);
    expect(removed).toEqual([draftId]);
    await expect(drafts.save({ draftId, accountId: 'a1', text: 'late autosave' })).rejects.toMatchObject({
      data: { code: 'not-found' },
    });
  });

  test('knows the thread that it answers; ids of a hostile mail that could break a header are left out', async () => {
    messages.set('m1', {
      row: { messageId: 'm1', messageIdHeader: '<three@example.test>', subject: 'x' },
      raw: 'From: a@b.test\r\nReferences: <one@example.test> <t\u0000wo@x>\r\n <two@example.test>\r\nMessage-ID: <three@example.test>\r\n\r\nhi',
    });
    await drafts.save({ accountId: 'a1', inReplyTo: 'm1' });
    expect(only()).toMatchObject({ answers: 'm1', inReplyToHeader: '<three@example.test>' });
    expect(only().references.filter((id) => !/^<[!-~]+>$/.test(id))).toEqual([]);
    expect(only().references.slice(-2)).toEqual(['<two@example.test>', '<three@example.test>']);
  });

  test('refuses a Message-ID with a line break', async () => {
    await expect(
      drafts.save({ accountId: 'a1', inReplyTo: '<a@b>\r\nBcc: eve@evil.test' }),
    ).rejects.toMatchObject({ data: { code: 'bad-params' } });
  });
});

describe('opening a message of a Drafts folder', () => {
  const raw = [
    'From: ann@example.test',
    'To: "Lee, Bob" <bob@example.test>',
    'Bcc: secret@example.test',
    'Subject: elsewhere',
    'Message-ID: <rev1@example.test>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: text/html',
    '',
    '<p>hello<script>alert(1)</script></p>',
    '--x',
    'Content-Type: application/pdf; name=a.pdf',
    'Content-Disposition: attachment; filename=a.pdf',
    'Content-Transfer-Encoding: base64',
    '',
    'YWJj',
    '--x--',
    '',
  ].join('\r\n');

  test('made elsewhere gives an editable draft that will replace it', async () => {
    messages.set('m2', {
      row: { messageId: 'm2', accountId: 'a1', messageIdHeader: '<rev1@example.test>' },
      raw,
    });
    const draftId = await drafts.open('m2');
    expect(only()).toMatchObject({
      draftId,
      to: ['"Lee, Bob" <bob@example.test>'],
      bcc: ['secret@example.test'],
      subject: 'elsewhere',
      text: 'hello',
      attachments: [{ filename: 'a.pdf', contentType: 'application/pdf', size: 3 }],
      copies: [{ messageId: 'm2' }],
    });
    expect(only().html).not.toContain('script');
    expect(await drafts.open('m2')).toBe(draftId);
  });

  test('finds the draft that it is a copy of, also under a new id', async () => {
    const { draftId } = await drafts.save({ accountId: 'a1', text: 'a' });
    await store.changeCopies(draftId, () => [
      { messageId: 'n1', opId: 'o1', messageIdHeader: '<rev9@example.test>', of: null },
    ]);
    expect(await drafts.open('n1')).toBe(draftId);
    messages.set('m9', {
      row: { messageId: 'm9', accountId: 'a1', messageIdHeader: '<rev9@example.test>' },
      raw,
    });
    expect(await drafts.open('m9')).toBe(draftId);
  });
});
