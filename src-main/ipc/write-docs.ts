import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { automationDocument } from './automation-document.ts';

/* `npm run docs` */
const file = fileURLToPath(new URL('../../docs/automation.md', import.meta.url));
writeFileSync(file, automationDocument());
process.stdout.write('docs/automation.md is written.\n');
