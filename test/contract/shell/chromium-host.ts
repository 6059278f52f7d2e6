/** A main that the test kills: opens the shell on the profile given, writes one record, says so, and waits. */
import { openShell } from '../../../src-main/shell/open-shell.ts';
import { checkOptions } from './check-options.ts';
import { talk } from './page-talk.ts';

const shell = await openShell(checkOptions(process.argv[2] ?? '', true));
const page = await shell.openPage({ path: '/store.html', hidden: true });
await page.ready;
await talk(page).ask('put', 'from the killed one');
process.stdout.write('ready\n');
await shell.gone;
