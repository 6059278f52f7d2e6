/**
 * Run by window-unsubscribe.test.ts inside a network namespace that owns a public-looking address: a person leaves a
 * mailing list with the mouse in the real window, and the list's own server says what it was asked. Prints that.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import { startDovecot } from '../../src-main/demo/dovecot.ts';
import { startTinyDns } from '../../src-main/demo/tiny-dns.ts';
import { Headless } from './headless.ts';
import { RealWindow } from './real-window.ts';

const [outer = '', pages = ''] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'posthorn-leave-'));
const profile = join(dir, 'profile');
const passphrase = 'kade, sluis en vuurtoren';

const dovecot = await startDovecot({ users: [{ name: 'bob', password: 'secret' }] });
const { cert, key } = await makeCertificates(join(dir, 'tls'), {
  authority: dovecot.certificates,
  names: ['leave.lights.test'],
});
const asked: { method: string; path: string; headers: string[]; body: string }[] = [];
const list = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    asked.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()),
      body,
    });
    response.writeHead(200, { 'set-cookie': 'seen=1' }).end('gone');
  });
});
list.listen(443, outer);
await once(list, 'listening');
const dns = await startTinyDns({ 'leave.lights.test': [{ type: 'A', address: outer }] });

const mail = [
  'From: Lights of the coast <news@lights.test>',
  'To: bob@example.test',
  'Subject: Lights in November',
  'Message-ID: <lights@lights.test>',
  'Date: Mon, 16 Nov 2026 10:00:00 +0000',
  'List-Id: Lights of the coast <news.lights.test>',
  'List-Unsubscribe: <mailto:leave@lights.test>, <https://leave.lights.test/u?who=4711&x=%20y>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  '',
  'The old lamp shines again.',
  '',
];
await dovecot.doveadm(['save', '-u', 'bob', '-m', 'INBOX'], Buffer.from(mail.join('\r\n')));

const flags = ['--dns', `127.0.0.1:${dns.port}`, '--extra-ca', dovecot.ca];
const headless = new Headless({ profile, flags, passphrase });
const { accountId } = await headless.call('account.add', {
  address: 'bob@example.test',
  mode: 'disconnected',
  incoming: {
    protocol: 'imap',
    host: '127.0.0.1',
    port: dovecot.imapsPort,
    tls: 'implicit',
    username: 'bob',
    password: 'secret',
  },
  outgoing: null,
});
await headless.call('sync.run', { accountId, bodies: 'all' });
headless.child.kill('SIGTERM');
await headless.exited;

const posthorn = await RealWindow.open({
  profile,
  flags,
  passphrase,
  display: process.env['DISPLAY'] ?? '',
  pages,
});
const { page } = posthorn;
page.setDefaultTimeout(30_000);
await page.locator('.row-subject', { hasText: 'Lights in November' }).click();
const leave = page.locator('.reader').getByRole('button', { name: 'Unsubscribe' });
const question = page.getByRole('dialog', { name: 'Leave this mailing list?' });
await leave.click();
await question.getByRole('button', { name: 'Stay on the list' }).click();
await question.waitFor({ state: 'detached' });
const afterStaying = asked.length;
await leave.click();
await question.getByText('leave.lights.test').waitFor();
const afterAsking = asked.length;
await question.getByRole('button', { name: 'Unsubscribe' }).click();
const toast = page.locator('.toast');
await toast.waitFor();
const told = (await toast.locator('[role=status], [role=alert]').allTextContents()).join('');
process.stdout.write(JSON.stringify({ afterStaying, afterAsking, asked, told }));
await posthorn.quit();
list.close();
await dns.stop();
await dovecot.stop();
rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(0);
