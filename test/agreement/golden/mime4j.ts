import { readMail, readPart } from '../../../src-main/mime/read/read-mail.ts';
import type { MailPart } from '../../../src-shared/model/mail.ts';
import { leaves, words, type Check } from '../comparison.ts';
import { corpusFiles, inCorpus, readCorpus } from '../corpora.ts';

interface GoldenNode {
  kind: 'leaf' | 'multipart' | 'message';
  file: string | null;
  children: GoldenNode[];
  fields: string[];
}

/** Apache James Mime4J with perl MIME-tools' torture mails: the tree, the header fields and every decoded body. */
export function* mime4jChecks(): Generator<Check> {
  for (const { path, kind } of corpusFiles('mime4j')) {
    if (kind !== 'mail' || !path.endsWith('.msg')) continue;
    const golden = path.replace(/\.msg$/, '_decoded.xml');
    if (!inCorpus(`mime4j/${golden}`)) continue;
    const bytes = readCorpus(`mime4j/${path}`);
    const expected = parseGolden(readCorpus(`mime4j/${golden}`).toString('latin1'));
    const mail = readMail(bytes);
    const check = (field: string, ours: string, theirs: string): Check => ({
      source: 'mime4j',
      path: `mime4j/${path}`,
      field,
      ours,
      theirs,
    });
    const names = (fields: string[]): string =>
      fields.map((field) => field.split(':')[0]?.trim().toLowerCase()).join(',');
    yield check(
      'header',
      mail.headers.map(({ name }) => name.toLowerCase()).join(','),
      names(expected.fields),
    );
    const raw = (name: string): string | null => {
      const field = expected.fields.find((one) => one.toLowerCase().startsWith(`${name}:`));
      // What is encoded or 8-bit is no plain golden value.
      return field === undefined || /=\?|[^\t\r\n\x20-\x7e]/.test(field)
        ? null
        : words(field.slice(name.length + 1));
    };
    const subject = raw('subject');
    if (subject !== null) yield check('subject', words(mail.subject), subject);
    yield check('tree', shape(mail.tree), goldenShape(expected));
    const ours = leaves(mail.tree);
    const theirs = goldenLeaves(expected);
    if (ours.length !== theirs.length) continue;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const [index, leaf] of theirs.entries()) {
      const part = ours[index];
      if (leaf.file === null || part === undefined || !inCorpus(`mime4j/${folder}${leaf.file}`)) continue;
      const body = readPart(bytes, part.partId);
      const want = readCorpus(`mime4j/${folder}${leaf.file}`);
      const isText = leaf.file.endsWith('.txt');
      yield check(
        `body ${part.partId}`,
        content(body === null ? null : Buffer.from(body), isText),
        content(want, isText),
      );
    }
  }
}

/** Line ends of texts are the writer's choice. */
function content(bytes: Buffer | null, isText: boolean): string {
  if (bytes === null) return 'nothing';
  return isText ? bytes.toString('latin1').replace(/\r\n?/g, '\n').trimEnd() : bytes.toString('base64');
}

function shape(part: MailPart): string {
  if (part.contentType.startsWith('multipart/') && part.children.length > 0)
    return `multipart(${part.children.map(shape).join(',')})`;
  const inner = part.children[0];
  return inner === undefined ? 'leaf' : `message(${shape(inner)})`;
}

function goldenShape(node: GoldenNode): string {
  if (node.kind === 'multipart') return `multipart(${node.children.map(goldenShape).join(',')})`;
  const inner = node.children[0];
  return inner === undefined ? 'leaf' : `message(${goldenShape(inner)})`;
}

function goldenLeaves(node: GoldenNode): GoldenNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(goldenLeaves);
}

/** The goldens' small XML: message, body-part, header, field, multipart, text-body, binary-body. */
function parseGolden(xml: string): GoldenNode {
  const unescape = (text: string): string =>
    text
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&');
  const fresh = (): GoldenNode => ({ kind: 'leaf', file: null, children: [], fields: [] });
  const root = fresh();
  const stack: GoldenNode[] = [root];
  let first = true;
  for (const match of xml.matchAll(/<(\/?)([\w-]+)(?: name="([^"]*)")?(\/?)>(?:\r?\n([^<]*))?/g)) {
    const [, close, tag, file, , text] = match;
    const top = stack.at(-1);
    if (top === undefined) break;
    if (tag === 'message' && close === '') {
      if (first) first = false;
      else {
        const inner = fresh();
        top.kind = 'message';
        top.children.push(inner);
        stack.push(inner);
      }
    } else if (tag === 'message') stack.pop();
    else if (tag === 'body-part' && close === '') {
      const part = fresh();
      top.children.push(part);
      stack.push(part);
    } else if (tag === 'body-part') stack.pop();
    else if (tag === 'multipart' && close === '') top.kind = 'multipart';
    else if (tag === 'field' && close === '') top.fields.push(unescape(text ?? ''));
    else if ((tag === 'text-body' || tag === 'binary-body') && file !== undefined) top.file = unescape(file);
  }
  return root;
}
