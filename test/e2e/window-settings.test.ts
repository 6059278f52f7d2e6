import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WindowHarness } from '../fakes/fake-main/window-harness.ts';
import { axeFindings } from '../fakes/window-parts/open-part.ts';

const shots = process.env['POSTHORN_SHOTS'] ?? 'test-artefacts/window';
let harness: WindowHarness;

async function asked(page: Page, method: string): Promise<unknown[]> {
  return await page.evaluate(
    (name) => window.fakeMain.calls.filter((call) => call.method === name).map((call) => call.params),
    method,
  );
}

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
  expect(await axeFindings(page)).toEqual([]);
}

beforeAll(async () => {
  harness = await WindowHarness.start();
});
afterAll(async () => {
  await harness.stop();
});

describe('settings in the window', () => {
  it('keeps each change at once and says when it could not', async () => {
    const { page, context } = await harness.open({}, { reducedMotion: 'reduce' });
    await page.getByRole('row').first().waitFor();
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'General' }).waitFor();
    await picture(page, 'settings-general');
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.getByRole('switch', { name: 'Write with formatting' }).click();
    await page.getByLabel(/^Undo send:/).click();
    await page.getByRole('option', { name: '30 seconds' }).click();
    expect(await asked(page, 'settings.set')).toEqual([
      { settings: { theme: 'dark' } },
      { settings: { composeRich: false } },
      { settings: { undoSendSeconds: 30 } },
    ]);
    await picture(page, 'settings-general-dark');
    await page.evaluate(() =>
      window.fakeMain.refusals.set('settings.set', {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: 'The disk is full.',
      }),
    );
    await page.getByRole('radio', { name: 'Light' }).click();
    await page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    expect(await page.getByRole('radio', { name: 'Dark' }).getAttribute('aria-checked')).toBe('true');
    await page.getByRole('button', { name: 'Log' }).click();
    await page.getByText('idle: personal waits for news').waitFor();
    await page.getByRole('button', { name: 'Save to a file…' }).click();
    await page.getByText('Saved as /home/ina/Downloads/posthorn.log').waitFor();
    await picture(page, 'settings-log-dark');
    await page.keyboard.press('Escape');
    await page.getByRole('grid').waitFor();
    await context.close();
  });

  it('changes an account and removes it only after saying what is lost', async () => {
    const { page, context } = await harness.open(
      { accounts: 2 },
      { reducedMotion: 'reduce', viewport: { width: 1024, height: 700 } },
    );
    await page.getByRole('row').first().waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Noordlicht' }).click();
    await page.getByRole('heading', { name: 'Noordlicht' }).waitFor();
    await picture(page, 'settings-account');
    await page.getByRole('radio', { name: 'Rose' }).click();
    await page.getByRole('textbox', { name: 'Signature' }).fill('Ina Verhoeven\nOffice for Maps');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Change the incoming server' }).click();
    await page.getByRole('textbox', { name: 'Server', exact: true }).fill('imap2.noordlicht.example');
    await picture(page, 'settings-server');
    await page.getByRole('button', { name: 'Try and keep' }).click();
    await page.getByText('imap2.noordlicht.example').first().waitFor();
    const changes = await asked(page, 'account.update');
    expect(changes).toEqual([
      { accountId: 'work', color: 4 },
      {
        accountId: 'work',
        identities: [expect.objectContaining({ signature: 'Ina Verhoeven\nOffice for Maps' })],
      },
      {
        accountId: 'work',
        incoming: expect.objectContaining({ host: 'imap2.noordlicht.example', port: 993, tls: 'implicit' }),
      },
    ]);
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('heading', { name: 'Remove Noordlicht from this computer?' }).waitFor();
    await picture(page, 'settings-remove');
    await page.getByRole('button', { name: 'Remove Noordlicht' }).click();
    await page.getByRole('heading', { name: 'General' }).waitFor();
    expect(await asked(page, 'account.remove')).toEqual([{ accountId: 'work' }]);
    await context.close();
  });

  it('has for POP3 what POP3 has, and replaces or takes away a client certificate', async () => {
    const { page, context } = await harness.open({ accounts: 1, pop3: true }, { reducedMotion: 'reduce' });
    await page.getByRole('row').first().waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Personal' }).click();
    await page.getByText('stays on the server until you delete it here').waitFor();
    await page.getByLabel(/^Large mail:/).click();
    await page.getByRole('option', { name: /over 5 MB stays/ }).click();
    await picture(page, 'settings-account-pop3');
    await page.getByRole('button', { name: 'Change the incoming server' }).click();
    await page.getByText('Ina Verhoeven, valid until 3 May 2027').waitFor();
    await picture(page, 'settings-server-certificate');
    await page.getByTestId('server-certificate-file').setInputFiles({
      name: 'new.p12',
      mimeType: 'application/x-pkcs12',
      buffer: Buffer.from('the bytes'),
    });
    await page.getByLabel('Passphrase of the certificate').fill('sesame');
    await page.getByRole('button', { name: 'Try and keep' }).click();
    await page.getByRole('button', { name: 'Change the incoming server' }).click();
    await page.getByRole('button', { name: 'Take away' }).click();
    await page.getByRole('button', { name: 'Try and keep' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const data = Buffer.from('the bytes').toString('base64');
    expect(await asked(page, 'account.update')).toMatchObject([
      { leaveLargerThan: 5_000_000 },
      { incoming: { auth: { clientCertificate: { name: 'new.p12', data, passphrase: 'sesame' } } } },
      { incoming: { auth: { clientCertificate: null } } },
    ]);
    await context.close();
  });

  it('asks a refused password again from the window', async () => {
    const { page, context } = await harness.open({ authFailed: true }, { reducedMotion: 'reduce' });
    await page.getByRole('row').first().waitFor();
    await page.getByRole('button', { name: 'Sign in…' }).first().click();
    await page.getByLabel('New password').fill('right');
    await picture(page, 'password-dialog');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await asked(page, 'account.setPassword')).toEqual([{ accountId: 'personal', incoming: 'right' }]);
    await context.close();
  });

  it('welcomes when there is no account', async () => {
    const { page, context } = await harness.open(
      { accounts: 0, messages: 0 },
      { reducedMotion: 'reduce', viewport: { width: 640, height: 700 } },
    );
    await page.getByRole('heading', { name: 'Welcome to Posthorn' }).waitFor();
    await picture(page, 'welcome-narrow');
    await context.close();
  });
});
