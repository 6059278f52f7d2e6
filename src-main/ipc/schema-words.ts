import type * as v from 'valibot';

/** What is read of a valibot schema; its own types know each kind apart, which printing need not. */
interface AnySchema {
  type: string;
  entries?: Record<string, AnySchema>;
  options?: readonly (AnySchema | string)[];
  wrapped?: AnySchema;
  item?: AnySchema;
  key?: AnySchema;
  value?: AnySchema;
  literal?: unknown;
  pipe?: readonly AnyAction[];
}

interface AnyAction {
  kind: string;
  type: string;
  requirement?: unknown;
  message?: unknown;
}

const indentBy = '  ';

/** A schema as TypeScript would write its input, with its limits as comments behind the fields. */
export function schemaInWords(schema: v.GenericSchema): string {
  return shape(schema, '');
}

function shape(schema: AnySchema, indent: string): string {
  const { entries, options = [], wrapped, item, key, value } = schema;
  switch (schema.type) {
    case 'object':
      return object(entries ?? {}, indent);
    case 'optional':
      return wrapped === undefined ? 'unknown' : shape(wrapped, indent);
    case 'nullable':
      return wrapped === undefined ? 'null' : `${shape(wrapped, indent)} | null`;
    case 'array': {
      const inner = item === undefined ? 'unknown' : shape(item, indent);
      return inner.includes(' | ') ? `(${inner})[]` : `${inner}[]`;
    }
    case 'picklist':
      return options.map((option) => JSON.stringify(option)).join(' | ');
    case 'union':
    case 'variant':
      return options
        .map((option) => (typeof option === 'string' ? option : shape(option, indent)))
        .join(' | ');
    case 'record':
      return `{ [name: ${key?.type ?? 'string'}]: ${value?.type ?? 'unknown'} }`;
    case 'literal':
      return JSON.stringify(schema.literal);
    default:
      return schema.type;
  }
}

function object(entries: Record<string, AnySchema>, indent: string): string {
  const names = Object.entries(entries);
  if (names.length === 0) return '{}';
  const inside = indent + indentBy;
  const lines = names.map(([name, schema]) => {
    const mark = schema.type === 'optional' ? '?' : '';
    const limits = limitsOf(schema);
    return `${inside}${name}${mark}: ${shape(schema, inside)}${limits === '' ? '' : ` // ${limits}`}`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

/** "3 to 320 characters", "a whole number from 1 to 1,000", … of the schema and of what it wraps. */
function limitsOf(schema: AnySchema): string {
  const actions = [...(schema.pipe ?? []), ...(schema.wrapped?.pipe ?? [])].filter(
    ({ kind }) => kind !== 'schema',
  );
  const number = (type: string): number | undefined => {
    const found = actions.find((action) => action.type === type)?.requirement;
    return typeof found === 'number' ? found : undefined;
  };
  const has = (type: string): boolean => actions.some((action) => action.type === type);
  const words: string[] = [];
  const inner = schema.wrapped ?? schema;
  const counted = inner.type === 'array' ? 'entries' : 'characters';
  const length = range(number('min_length'), number('max_length'));
  if (length === 'at least 1') words.push('not empty');
  else if (length !== '') words.push(`${length} ${counted}`);
  const size = range(number('min_value'), number('max_value'));
  if (has('integer')) words.push(size === '' ? 'a whole number' : `a whole number, ${size}`);
  else if (size !== '') words.push(size);
  if (has('iso_timestamp')) words.push('ISO 8601, UTC');
  if (has('email')) words.push('a mail address');
  for (const { type, message } of actions)
    if (type === 'regex' && typeof message === 'string') words.push(message);
  return words.join('; ');
}

function range(from: number | undefined, to: number | undefined): string {
  const digits = (value: number): string => value.toLocaleString('en');
  if (from !== undefined && to !== undefined) return `${digits(from)} to ${digits(to)}`;
  if (from !== undefined) return `at least ${digits(from)}`;
  return to === undefined ? '' : `at most ${digits(to)}`;
}
