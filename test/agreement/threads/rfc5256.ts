import { canonicalMessageId } from '../../../src-shared/text/message-ids.ts';
import { baseSubject } from './base-subject.ts';

/** A message as threading sees it. */
export interface ThreadMail {
  number: number;
  messageId: string;
  references: readonly string[];
  inReplyTo: string;
  subject: string;
  /** Sent date, or the time of arrival: ms since the epoch. */
  date: number;
}

/** `mail` is null for a message that is only referred to. */
export interface ThreadNode {
  mail: ThreadMail | null;
  parent: ThreadNode | null;
  children: ThreadNode[];
}

const byDate = (a: ThreadMail, b: ThreadMail): number => a.date - b.date || a.number - b.number;

/** RFC 5256 section 3, ORDEREDSUBJECT: what has the same base subject hangs below its oldest. */
export function orderedSubject(mails: readonly ThreadMail[]): ThreadNode[] {
  const groups = new Map<string, ThreadNode>();
  for (const mail of [...mails].sort(byDate)) {
    const { base } = baseSubject(mail.subject);
    const root = groups.get(base);
    if (root === undefined) groups.set(base, { mail, parent: null, children: [] });
    else root.children.push({ mail, parent: root, children: [] });
  }
  return [...groups.values()];
}

/** RFC 5256 section 3, REFERENCES, steps 1 to 4 and 6; with step 5 when `bySubject`. */
export function threadReferences(mails: readonly ThreadMail[], bySubject: boolean): ThreadNode[] {
  const nodes = new Map<string, ThreadNode>();
  const nodeOf = (id: string): ThreadNode => {
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const made: ThreadNode = { mail: null, parent: null, children: [] };
    nodes.set(id, made);
    return made;
  };
  // Not the order of arrival, so that the same mails give the same threads.
  for (const mail of [...mails].sort(byDate)) {
    const id = canonicalMessageId(mail.messageId);
    const taken = id === '' || (nodes.get(id)?.mail ?? null) !== null;
    const own = nodeOf(taken ? `#${mail.number}` : id);
    own.mail = mail;
    let last: ThreadNode | null = null;
    for (const reference of idsOf(mail)) {
      const node = nodeOf(reference);
      if (last !== null && node.parent === null) adopt(last, node);
      last = node;
    }
    if (last === null) continue;
    if (own.parent !== null) own.parent.children = own.parent.children.filter((child) => child !== own);
    own.parent = null;
    adopt(last, own);
  }
  const roots = [...nodes.values()].filter((node) => node.parent === null).flatMap(prune);
  const gathered = bySubject ? gather(roots) : roots;
  sort(gathered);
  return gathered;
}

function idsOf(mail: ThreadMail): string[] {
  const ids = mail.references.length > 0 ? mail.references : [mail.inReplyTo];
  return ids.map(canonicalMessageId).filter((id) => id !== '');
}

/** A link that would close a loop is not made. */
function adopt(parent: ThreadNode, child: ThreadNode): void {
  for (let up: ThreadNode | null = parent; up !== null; up = up.parent) if (up === child) return;
  child.parent = parent;
  parent.children.push(child);
}

/** Step 3: messages that are nowhere go; their children move up, to the top only when there is one. */
function prune(node: ThreadNode): ThreadNode[] {
  const { parent } = node;
  node.children = node.children.flatMap(prune);
  for (const child of node.children) child.parent = node;
  if (node.mail !== null) return [node];
  if (parent === null && node.children.length > 1) return [node];
  for (const child of node.children) child.parent = null;
  return node.children;
}

/** Step 5: threads whose first messages have the same base subject become one. */
function gather(roots: readonly ThreadNode[]): ThreadNode[] {
  const table = new Map<string, ThreadNode>();
  for (const root of roots) {
    const { base, isReply } = subjectOf(root);
    if (base === '') continue;
    const known = table.get(base);
    const better =
      known === undefined ||
      (known.mail !== null && (root.mail === null || (subjectOf(known).isReply && !isReply)));
    if (better) table.set(base, root);
  }
  const kept: ThreadNode[] = [];
  for (const root of roots) {
    const { base, isReply } = subjectOf(root);
    const known = table.get(base);
    if (base === '' || known === undefined || known === root) {
      kept.push(root);
      continue;
    }
    if (known.mail === null && root.mail === null) for (const child of root.children) adoptAnew(known, child);
    else if (known.mail === null || (isReply && !subjectOf(known).isReply)) adoptAnew(known, root);
    else {
      const both: ThreadNode = { mail: null, parent: null, children: [] };
      kept[kept.indexOf(known)] = both;
      adoptAnew(both, known);
      adoptAnew(both, root);
      table.set(base, both);
    }
  }
  return kept.filter((node) => node.parent === null);
}

function adoptAnew(parent: ThreadNode, child: ThreadNode): void {
  child.parent = parent;
  parent.children.push(child);
}

function subjectOf(node: ThreadNode): ReturnType<typeof baseSubject> {
  return baseSubject((node.mail ?? node.children[0]?.mail)?.subject ?? '');
}

function sort(nodes: ThreadNode[]): void {
  for (const node of nodes) sort(node.children);
  const first = (node: ThreadNode): ThreadMail | null => node.mail ?? node.children[0]?.mail ?? null;
  nodes.sort((a, b) => {
    const [x, y] = [first(a), first(b)];
    return x === null || y === null ? 0 : byDate(x, y);
  });
}

/** As a server answers THREAD: "(1)(2 (7)(12))". */
export function threadAnswer(threads: readonly ThreadNode[]): string {
  const inner = (node: ThreadNode): string => {
    const own = node.mail === null ? '' : String(node.mail.number);
    const [only] = node.children;
    if (only === undefined) return own;
    const below =
      node.children.length === 1 && own !== ''
        ? ` ${inner(only)}`
        : node.children.map((child) => `(${inner(child)})`).join('');
    return node.children.length > 1 && own !== '' ? `${own} ${below}` : `${own}${below}`;
  };
  return threads.map((thread) => `(${inner(thread)})`).join('');
}

/** The numbers of each thread, sorted, whatever its shape. */
export function threadSets(threads: readonly ThreadNode[]): number[][] {
  const numbers = (node: ThreadNode): number[] => [
    ...(node.mail === null ? [] : [node.mail.number]),
    ...node.children.flatMap(numbers),
  ];
  return threads
    .map((thread) => numbers(thread).sort((a, b) => a - b))
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}
