import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { automationDocument } from '../../../../src-main/ipc/automation-document.ts';
import { schemaInWords } from '../../../../src-main/ipc/schema-words.ts';
import { contract, eventNames } from '../../../../src-shared/ipc/contract.ts';

const committed = (): string =>
  readFileSync(new URL('../../../../docs/automation.md', import.meta.url), 'utf8');

test('docs/automation.md is what the contract says (npm run docs)', () => {
  expect(committed()).toBe(automationDocument());
});

test('every method and every event is in it', () => {
  const text = automationDocument();
  for (const name of Object.keys(contract)) expect(text).toContain(`#### \`${name}\``);
  for (const name of eventNames) expect(text).toContain(`| \`${name}\` |`);
});

test('a schema is written as TypeScript writes its input', () => {
  const schema = v.object({
    id: v.string(),
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
    to: v.optional(v.nullable(v.array(v.union([v.string(), v.object({ name: v.optional(v.string()) })])))),
    mode: v.picklist(['a', 'b']),
  });
  expect(schemaInWords(schema)).toBe(`{
  id: string
  limit?: number // a whole number, 1 to 1,000
  to?: (string | {
    name?: string
  })[] | null
  mode: "a" | "b"
}`);
});
