import { idHash, referenceHashes } from '../../../src-renderer/store/thread-ids.ts';
import { Threads } from '../../../src-renderer/store/threads.ts';
import type { ThreadMail } from './rfc5256.ts';

/** The conversations that the store's own sets make of mails that arrive in this order, as sorted numbers. */
export function inOrder(mails: readonly ThreadMail[]): number[][] {
  const threads = new Threads();
  const nodes = mails.map((mail, row) => {
    const node = threads.node(idHash('a', mail.messageId === '' ? `@${mail.number}` : mail.messageId));
    threads.addRow(row, node, referenceHashes('a', mail.references, mail.inReplyTo));
    return node;
  });
  const sets = new Map<number, number[]>();
  mails.forEach(({ number }, row) => {
    const root = threads.root(nodes[row] ?? 0);
    const set = sets.get(root);
    if (set === undefined) sets.set(root, [number]);
    else set.push(number);
  });
  return [...sets.values()].map((set) => set.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [out[i], out[other]] = [out[other] as T, out[i] as T];
  }
  return out;
}

/**
 * Mail as a busy list has it: threads of all lengths, answers to answers, programs that cut References to the last
 * few or leave them out, mails that are missing, came twice or without an id, subjects that change, two threads
 * that one answer joins.
 */
export function listMails(count: number, random: () => number): ThreadMail[] {
  const mails: ThreadMail[] = [];
  const id = (number: number): string => `<${number}.list@example.org>`;
  const chains = new Map<number, string[]>();
  for (let number = 1; number <= count; number++) {
    const kind = random();
    const parent = kind < 0.12 || number === 1 ? 0 : Math.max(1, number - 1 - Math.floor(random() ** 3 * 60));
    const chain = parent === 0 ? [] : [...(chains.get(parent) ?? []), id(parent)];
    chains.set(number, chain);
    const how = random();
    // A few mails never come: what they answered and what answers them still belongs together.
    if (random() < 0.06) continue;
    const references = how < 0.6 ? chain : how < 0.8 ? chain.slice(-3) : [];
    const second = random() < 0.02 ? [id(1 + Math.floor(random() * number))] : [];
    const mail: ThreadMail = {
      number,
      messageId: random() < 0.01 ? '' : id(number),
      references: [...references, ...second],
      inReplyTo: how >= 0.6 && how < 0.95 ? (chain.at(-1) ?? '') : '',
      subject: `${parent === 0 ? '' : 'Re: '}Subject ${number % 40}`,
      date: number * 60_000,
    };
    mails.push(mail);
    if (random() < 0.02) mails.push({ ...mail, number: count + number });
  }
  return mails;
}
