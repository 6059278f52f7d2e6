import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, buildParts, type Parts } from '../fakes/window-parts/open-part.ts';

const shots = process.env['POSTHORN_SHOTS'] ?? 'test-artefacts/window';
let parts: Parts;

const candidate = (host: string, source: string) => ({
  source,
  incoming: {
    protocol: 'imap',
    host: `imap.${host}`,
    port: 993,
    tls: 'implicit',
    auth: ['PLAIN'],
    username: 'ina@example.org',
  },
  outgoing: {
    host: `smtp.${host}`,
    port: 465,
    tls: 'implicit',
    auth: ['PLAIN'],
    username: 'ina@example.org',
  },
});
const tried = [
  { source: 'srv', outcome: 'found', detail: '' },
  { source: 'autoconfig', outcome: 'nothing', detail: '404' },
  { source: 'guess', outcome: 'failed', detail: 'imap.example.org does not answer' },
];
const found = {
  candidates: [
    candidate('example.org', 'srv'),
    candidate('example.org', 'mx'),
    candidate('mail.example.net', 'guess'),
  ],
  tried,
  confirmHosts: ['imap.mail.example.net', 'smtp.mail.example.net'],
  warnings: [],
};
const authFailed = {
  code: 'auth-failed',
  scope: 'account',
  next: 'ask-password',
  detail: 'imap.example.org does not accept this password for ina@example.org. Nothing was kept.',
  server: { host: 'imap.example.org:993', text: 'Authentication failed.', code: 'AUTHENTICATIONFAILED' },
};
const certificate = {
  code: 'tls-certificate',
  scope: 'account',
  next: 'tell-user',
  detail: 'The certificate of imap.example.org is not trusted.',
  certificate: {
    host: 'imap.example.org',
    port: 993,
    fingerprint256: '9f3a61c05e7b12d8440e9ca7b3582df106ee813c7a95d42bc81f60a957e204bd',
    subject: 'imap.example.org',
    issuer: 'imap.example.org',
    validFrom: '2026-05-03T00:00:00Z',
    validTo: '2029-05-02T00:00:00Z',
    reason: 'No authority known to this computer has signed it.',
  },
};

async function asked(page: Page, method: string): Promise<unknown[]> {
  return await page.evaluate(
    (name) => window.scripted.calls.filter((call) => call.method === name).map((call) => call.params),
    method,
  );
}

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
  expect(await axeFindings(page)).toEqual([]);
}

beforeAll(async () => {
  parts = await buildParts();
});
afterAll(async () => {
  await parts.close();
});

describe('adding an account in the window', () => {
  it('goes from the address to a kept account by keyboard alone', async () => {
    const page = await parts.open({ answers: { 'account.discover': ['never'] } });
    await picture(page, 'welcome');
    await page.keyboard.type('ina@example.org');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Looking for your servers' }).waitFor();
    await page.evaluate((all) => all.forEach((one) => window.scripted.emit('discover.progress', one)), tried);
    await page.getByText('imap.example.org does not answer').waitFor();
    await picture(page, 'discovery');
    expect(await asked(page, 'account.discover')).toEqual([{ address: 'ina@example.org' }]);
    await page.getByRole('button', { name: 'Stop and use what is known' }).click();
    expect(await asked(page, 'account.discoverAbort')).toHaveLength(1);
    await page.close();
  });

  it('asks a refused password again where it stands', async () => {
    const page = await parts.open({
      answers: {
        'account.discover': [{ value: found }],
        'account.add': [{ error: authFailed }, { value: { accountId: 'a1' } }],
      },
    });
    await page.keyboard.type('ina@example.org\n');
    await page.getByLabel('Password for ina@example.org').waitFor();
    await picture(page, 'discovery-result');
    await page.keyboard.type('wrong\n');
    await page.getByRole('heading', { name: 'Where should your mail live?' }).waitFor();
    expect(await asked(page, 'account.add')).toEqual([]);
    await page.getByLabel('Your name, as others see it').fill('Ina Verhoeven');
    await picture(page, 'mode');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('does not accept this password').waitFor();
    await picture(page, 'password-again');
    await page.keyboard.type('right\n');
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    await page.getByText('added a1').waitFor();
    const [, second] = await asked(page, 'account.add');
    expect(second).toMatchObject({
      name: 'Ina Verhoeven',
      mode: 'disconnected',
      incoming: { host: 'imap.example.org', port: 993, tls: 'implicit', password: 'right' },
      outgoing: { host: 'smtp.example.org', username: 'ina@example.org' },
    });
    await page.close();
  });

  it('lets POP3 be chosen where it was found, or by hand, and says what the modes mean there', async () => {
    const [imap] = found.candidates;
    const pop3 = {
      ...imap,
      incoming: { ...imap?.incoming, protocol: 'pop3', host: 'pop.example.org', port: 995 },
    };
    const page = await parts.open({
      answers: {
        'account.discover': [{ value: { ...found, candidates: [imap, pop3] } }],
        'account.add': [{ value: { accountId: 'a3' } }],
      },
    });
    await page.keyboard.type('ina@example.org\n');
    await page.getByLabel('Password for ina@example.org').waitFor();
    await page.getByRole('radio', { name: 'POP3' }).click();
    await page.getByText('POP3, port 995').waitFor();
    await picture(page, 'discovery-pop3');
    await page.getByLabel('Password for ina@example.org').fill('right');
    await page.getByRole('button', { name: 'Change by hand' }).click();
    expect(await page.getByLabel('How mail is fetched').inputValue()).toBe('pop3');
    await page.getByLabel('How mail is fetched').selectOption('imap');
    expect(await page.locator('#server-incoming-port').inputValue()).toBe('993');
    await page.getByLabel('How mail is fetched').selectOption('pop3');
    expect(await page.locator('#server-incoming-port').inputValue()).toBe('995');
    await page.getByTestId('server-incoming-certificate-file').setInputFiles({
      name: 'ina.p12',
      mimeType: 'application/x-pkcs12',
      buffer: Buffer.from('the bytes'),
    });
    await page.locator('#server-incoming-certificate-passphrase').fill('sesame');
    await picture(page, 'manual-pop3');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('stays on the server until you delete it here').waitFor();
    await picture(page, 'mode-pop3');
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    await page.getByText('added a3').waitFor();
    const [asking] = await asked(page, 'account.add');
    const data = Buffer.from('the bytes').toString('base64');
    expect(asking).toMatchObject({
      incoming: {
        protocol: 'pop3',
        host: 'pop.example.org',
        port: 995,
        auth: { clientCertificate: { name: 'ina.p12', data, passphrase: 'sesame' } },
      },
    });
    await page.close();
  });

  it('names a foreign host in the button and sends no password before the yes', async () => {
    const page = await parts.open({
      answers: {
        'account.discover': [{ value: { ...found, candidates: [candidate('mail.example.net', 'mx')] } }],
        'account.add': [{ value: { accountId: 'a2' } }],
      },
    });
    await page.keyboard.type('ina@example.org\n');
    await page.getByLabel('Password for ina@example.org').fill('secret');
    await page.keyboard.press('Enter');
    const yes = page.getByRole('button', { name: 'Yes, sign in at mail.example.net' });
    await yes.waitFor();
    await picture(page, 'foreign-host');
    await page.getByRole('button', { name: 'Do not connect' }).click();
    await page.getByLabel('Password for ina@example.org').waitFor();
    expect(await asked(page, 'account.add')).toEqual([]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await yes.click();
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    await page.getByText('added a2').waitFor();
    await page.close();
  });

  it('shows an unknown certificate and trusts it only after the tick, only for its host', async () => {
    const page = await parts.open({
      theme: 'dark',
      width: 1024,
      height: 700,
      answers: {
        'account.discover': [{ value: found }],
        'account.add': [{ error: certificate }, { value: { accountId: 'a3' } }],
      },
    });
    await page.keyboard.type('ina@example.org\n');
    await page.getByLabel('Password for ina@example.org').fill('secret');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    const trust = page.getByRole('button', { name: 'Trust this certificate for imap.example.org' });
    await trust.waitFor();
    expect(await trust.isDisabled()).toBe(true);
    await picture(page, 'certificate-dark');
    await page.getByRole('checkbox').check();
    await trust.click();
    await page.getByText('added a3').waitFor();
    const [, second] = (await asked(page, 'account.add')) as {
      incoming: { trustFingerprint256?: string };
      outgoing: { trustFingerprint256?: string };
    }[];
    expect(second?.incoming.trustFingerprint256).toBe(certificate.certificate.fingerprint256);
    expect(second?.outgoing.trustFingerprint256).toBeUndefined();
    await page.close();
  });

  it('takes servers entered by hand, clear text only with the ticked sentence', async () => {
    const page = await parts.open({
      width: 640,
      height: 800,
      answers: { 'account.add': [{ value: { accountId: 'a4' } }] },
    });
    await page.getByRole('button', { name: 'Enter servers by hand…' }).click();
    await page.getByLabel('Mail address').fill('tom@localdomain.test');
    const incoming = page.getByRole('group', { name: 'Incoming' });
    await incoming.getByLabel('Server').fill('mail.localdomain.test');
    await incoming.getByLabel('Sign-in name').fill('tom');
    await incoming.getByLabel('Encryption').selectOption('none');
    expect(await incoming.getByLabel('Port').inputValue()).toBe('143');
    await page.getByLabel('Password', { exact: true }).fill('secret');
    await page.getByLabel('This account only receives').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Tick the sentence, or choose an encryption.').waitFor();
    await picture(page, 'manual-narrow');
    await incoming.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Fetch my mail' }).click();
    await page.getByText('added a4').waitFor();
    expect(await asked(page, 'account.add')).toEqual([
      {
        address: 'tom@localdomain.test',
        mode: 'disconnected',
        incoming: {
          protocol: 'imap',
          host: 'mail.localdomain.test',
          port: 143,
          tls: 'none',
          allowPlaintextPassword: true,
          username: 'tom',
          password: 'secret',
        },
        outgoing: null,
      },
    ]);
    await page.close();
  });
});
