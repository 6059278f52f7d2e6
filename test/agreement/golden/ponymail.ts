import { createHash } from 'node:crypto';
import { decodeText } from '../../../src-main/mime/read/charset.ts';
import { readMail, readPart } from '../../../src-main/mime/read/read-mail.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import { allParts, words, type Check } from '../comparison.ts';
import { corpusFiles, inCorpus, mboxMessages, readCorpus } from '../corpora.ts';

const sha3 = (text: string): string => createHash('sha3-256').update(text).digest('hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Apache Pony Mail: Message-ID, a hash of the text, and the attachments of each mail of some mailboxes. */
export function* ponymailChecks(): Generator<Check> {
  const done = new Set<string>();
  for (const { path } of corpusFiles('ponymail')) {
    if (!/^yaml\/pars?-.*\.yaml$|^yaml\/parsing-/.test(path)) continue;
    let box: Buffer[] = [];
    let name = '';
    for (const block of readCorpus(`ponymail/${path}`)
      .toString('utf8')
      .split(/^(?= {2}corpus\/| {2}- index: )/m)) {
      const file = /^ {2}(corpus\/\S+\.mbox):/.exec(block)?.[1];
      if (file !== undefined) {
        name = file;
        box = inCorpus(`ponymail/${file}`) ? mboxMessages(readCorpus(`ponymail/${file}`)) : [];
        continue;
      }
      const index = Number(/^ {2}- index: (\d+)/.exec(block)?.[1] ?? -1);
      const bytes = box[index];
      if (bytes === undefined || done.has(`${name}#${index}`)) continue;
      done.add(`${name}#${index}`);
      const mail = readMail(bytes);
      const check = (field: string, ours: string, theirs: string): Check => ({
        source: 'ponymail',
        path: `ponymail/${name}#${index + 1}`,
        field,
        ours,
        theirs,
      });
      const id = /message-id: (.*)/.exec(block)?.[1]?.replace(/^'(.*)'$/, '$1') ?? '';
      if (id !== '') yield check('Message-ID', mail.messageId, id);
      const hash = /body_sha3_256: (\w+)/.exec(block)?.[1];
      // Their text is the first plain part alone, as it stands.
      if (hash !== undefined) {
        const ways = plainWays(bytes, mail);
        yield check('text', ways.map(sha3).includes(hash) ? hash : words(mail.text).slice(0, 60), hash);
      }
      const theirs = [
        ...block.matchAll(/- content_type: (\S+)\n\s+size: (\d+)\n\s+filename: (.*)\n\s+hash: (\w+)/g),
      ];
      yield check(
        'attachments',
        // They list parts with a file name alone.
        mail.attachments
          .filter((one) =>
            allParts(mail.tree).some((part) => part.partId === one.partId && part.filename !== null),
          )
          .map(
            (one) =>
              `${one.contentType} ${one.filename} ${sha256(readPart(bytes, one.partId) ?? new Uint8Array())}`,
          )
          .join('|'),
        theirs.map(([, type, , filename, digest]) => `${type} ${filename} ${digest}`).join('|'),
      );
    }
  }
}

/** Their text is the first plain part as it stands; ours has the line ends of text. ">From " may be the mbox's or the mail's. */
function plainWays(bytes: Buffer, mail: ReadMail): string[] {
  const part = allParts(mail.tree).find((one) => one.contentType === 'text/plain');
  const body = part === undefined ? new Uint8Array() : (readPart(bytes, part.partId) ?? new Uint8Array());
  const text = decodeText(Buffer.from(body), part?.charset ?? null).text;
  return [text, text.replace(/^>From /gm, 'From '), Buffer.from(body).toString('utf8')];
}
