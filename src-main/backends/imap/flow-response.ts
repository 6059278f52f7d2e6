import {
  type Command,
  isLiteral8,
  rawOf,
  type ResponseCode,
  type Tagged,
  type Untagged,
  type Value,
} from './port.ts';

/** The parts of imapflow's parse tree that are read here (its .d.ts leaves them out). */
interface FlowAttribute {
  type?: string;
  value?: unknown;
  section?: FlowNode[];
}
type FlowNode = FlowAttribute | FlowNode[] | null | string;
export interface FlowResponse {
  tag: string;
  command: string;
  attributes?: FlowNode[];
  /** The numbers of a SEARCH answer, which imapflow reads without its tokenizer. */
  numbers?: number[];
}

/** imapflow puts the blanks around literals itself. */
export function attributesOf(parts: Command['parts']): [string, unknown[]] {
  const first = typeof parts[0] === 'string' ? parts[0] : '';
  const space = first.indexOf(' ');
  const name = space === -1 ? first : first.slice(0, space);
  const attributes: unknown[] = [];
  /** "(" right before a literal: imapflow writes lists without a blank after it only when they are lists. */
  let list: unknown[] | null = null;
  for (const part of [space === -1 ? '' : first.slice(space + 1), ...parts.slice(1)]) {
    if (typeof part !== 'string') {
      const literal = isLiteral8(part)
        ? { type: 'LITERAL', value: part.literal8, isLiteral8: true }
        : { type: 'LITERAL', value: part };
      (list ?? attributes).push(literal);
      continue;
    }
    let text = part;
    if (list !== null && text.startsWith(')')) {
      attributes.push(list);
      list = null;
      text = text.slice(1);
    }
    const opens = text.endsWith(' (');
    if (opens) text = text.slice(0, -2);
    if (text.trim() !== '') attributes.push({ type: 'TEXT', value: text.replace(/^ +| +$/g, '') });
    if (opens) list = [];
  }
  return [name, attributes];
}

export function refusedWith(error: unknown): FlowResponse | null {
  if (!(error instanceof Error) || !('response' in error) || !('responseStatus' in error)) return null;
  const { response, responseStatus } = error;
  if (responseStatus !== 'NO' && responseStatus !== 'BAD') return null;
  return typeof response === 'object' && response !== null && 'command' in response
    ? (response as FlowResponse)
    : null;
}

export function toUntagged(response: FlowResponse): Untagged {
  const attributes = response.attributes ?? [];
  if (/^\d+$/.test(response.command)) {
    return {
      number: Number(response.command),
      name: textValue(attributes[0]).toUpperCase(),
      values: toValues(attributes.slice(1)),
      code: null,
      text: '',
    };
  }
  const name = response.command.toUpperCase();
  if (name === 'OK' || name === 'NO' || name === 'BAD') {
    const { code, text } = resultOf(response);
    return { number: null, name, values: [], code, text };
  }
  const values = toValues(attributes);
  if (response.numbers !== undefined)
    return { number: null, name, values: [...response.numbers.map(String), ...values], code: null, text: '' };
  return { number: null, name, values, code: null, text: '' };
}

export function resultOf(response: FlowResponse): Tagged {
  const status = response.command.toUpperCase();
  let code: ResponseCode | null = null;
  const texts: string[] = [];
  for (const attribute of response.attributes ?? []) {
    if (
      isAttribute(attribute) &&
      attribute.section !== undefined &&
      code === null &&
      rawValue(attribute.value) === ''
    ) {
      const [first, ...rest] = toValues(attribute.section);
      code = { name: rawOf(first).toUpperCase(), values: rest };
    } else {
      const text = textValue(attribute);
      if (text !== '') texts.push(text);
    }
  }
  return { status: status === 'OK' || status === 'NO' ? status : 'BAD', code, text: texts.join(' ').trim() };
}

function isAttribute(node: FlowNode | undefined): node is FlowAttribute {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function textValue(node: FlowNode | undefined): string {
  if (typeof node === 'string') return node;
  return isAttribute(node) ? rawValue(node.value) : '';
}

function rawValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Buffer.isBuffer(value) ? value.toString('latin1') : '';
}

function toValues(nodes: readonly FlowNode[]): Value[] {
  return nodes.map(toValue);
}

function toValue(node: FlowNode): Value {
  if (node === null) return null;
  if (typeof node === 'string') return bytesOf(node);
  if (Array.isArray(node)) return toValues(node);
  if (node.section !== undefined) return `${rawValue(node.value)}[${sectionText(node.section)}]`;
  if (Buffer.isBuffer(node.value)) return node.value;
  return bytesOf(rawValue(node.value));
}

/** imapflow has decoded lines as UTF-8; here strings are bytes. */
function bytesOf(text: string): string {
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function sectionText(nodes: readonly FlowNode[]): string {
  return nodes.map((node) => (Array.isArray(node) ? `(${sectionText(node)})` : textValue(node))).join(' ');
}
