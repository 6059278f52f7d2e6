import * as v from 'valibot';

/**
 * What is wrong with parameters, as a sentence: the first fault, by the path of its field. The value itself is never
 * repeated: it may be a password, or megabytes.
 */
export function badParams(method: string, issues: readonly [v.BaseIssue<unknown>, ...unknown[]]): string {
  const issue = deepest(issues[0]);
  const path = v.getDotPath(issue);
  const field = path === null ? 'what is given' : `“${path.slice(0, 120)}”`;
  return `${method}: ${wrong(field, issue)}`;
}

/** Of the alternatives of a union the one that came furthest. */
function deepest(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  if (issue.type !== 'union' || issue.issues === undefined) return issue;
  const depth = (inner: v.BaseIssue<unknown>): number => inner.path?.length ?? 0;
  const [first, ...others] = issue.issues.map(deepest);
  const furthest = others.reduce((a, b) => (depth(b) > depth(a ?? b) ? b : a), first);
  return furthest !== undefined && depth(furthest) > 0 && depth(furthest) > depth(issue) ? furthest : issue;
}

function wrong(field: string, issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'schema') {
    if (issue.input === undefined) return `${field} is missing; it must be ${expected(issue)}.`;
    const [asked, given] = [expected(issue), kindOf(issue.input)];
    // The right kind of thing, wrong inside: a list of alternatives none of which fits.
    if (asked.split(' or ').includes(given)) return `${field} is not of the form that is asked for.`;
    return `${field} must be ${asked}, not ${given}.`;
  }
  switch (issue.type) {
    case 'min_length':
    case 'non_empty':
      return `${field} is too short${limit(issue, 'at least')}.`;
    case 'max_length':
      return `${field} is too long${limit(issue, 'at most')}.`;
    case 'min_value':
      return `${field} must be at least ${String(issue.requirement)}.`;
    case 'max_value':
      return `${field} must be at most ${String(issue.requirement)}.`;
    case 'integer':
      return `${field} must be a whole number.`;
    default:
      // The contract's own words where it has some; valibot's repeat the value.
      return issue.message.startsWith('Invalid')
        ? `${field} is not of the form that is asked for.`
        : `${field}: ${issue.message}`;
  }
}

function limit(issue: v.BaseIssue<unknown>, words: string): string {
  const { requirement, input } = issue;
  if (typeof requirement !== 'number') return '';
  return ` (${words} ${requirement} ${Array.isArray(input) ? 'entries' : 'characters'})`;
}

const names: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
  null: 'null',
};

/** `string`, `(string | null)`, `("a" | "b")`, as valibot writes what it expects. */
function expected(issue: v.BaseIssue<unknown>): string {
  const { expected: asked } = issue;
  // The missing key of an object: valibot names the key.
  if (asked === null || /^"[^"]*"$/.test(asked)) return issue.type === 'literal' ? String(asked) : 'given';
  const parts = asked.replaceAll(/[()]/g, '').split(/ [|&] /);
  return [...new Set(parts.map((part) => names[part] ?? part))].join(' or ');
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  switch (typeof input) {
    case 'string':
      return 'this text';
    case 'number':
      return 'this number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}
