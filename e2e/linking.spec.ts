import { expect, type Locator, type Page, test } from '@playwright/test';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import {
  LINK_CLIENT,
  type LinkProvider,
  startLinkProvider,
} from '#server/testing/link-provider.ts';
import { choose, pick, row, signInAs } from './console.ts';
import { type Lab, PASSWORD, startLab } from './lab.ts';

/** Where the client's registered redirect leads: nothing listens there, as on a person's machine. */
const ELSEWHERE = 'http://localhost:1455/auth/callback';

let lab: Lab;
let provider: LinkProvider;
test.beforeAll(async () => {
  [lab, provider] = await Promise.all([startLab(), startLinkProvider()]);
});
test.afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** As if ten minutes had gone by since the person said who they are. */
async function forgetProofs(): Promise<void> {
  const pool = createPool(await attachPostgres(lab.gatehouse.dataDir), { max: 1 });
  await pool.query(`UPDATE sessions SET proved_at = now() - interval '1 hour'`);
  await pool.end();
}

/** Opens the form that signs in to an account at the platform `lab`. */
async function beginSignIn(page: Page, way: string): Promise<Locator> {
  await page.goto(`${lab.url}/accounts`);
  await page.getByRole('button', { name: 'Add account' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'lab', exact: false }).first().click();
  await dialog.getByText(way, { exact: true }).click();
  return dialog;
}

/** The row of an account in the vault, with all that is told of it. */
async function expectInVault(page: Page, email: string): Promise<void> {
  await page.goto(`${lab.url}/vault`);
  const account = page
    .getByRole('grid', { name: 'Refresh tokens' })
    .getByRole('row')
    .filter({ hasText: email });
  await expect(account).toContainText('pro');
  await expect(account).toContainText(/ends in/);
}

test('an admin makes an OAuth client after a proof; accounts are linked in three ways', async ({
  page,
}) => {
  test.slow();
  await signInAs(page, lab.url);

  await test.step('a client of the platform', async () => {
    await page.goto(`${lab.url}/platforms`);
    await page.getByRole('button', { name: 'Add client' }).click();
    await page.getByRole('menuitem', { name: 'With an issuer (OpenID Connect)' }).click();
    const form = page.getByRole('dialog', { name: 'Add OAuth client' });
    const field = (name: string) => form.getByRole('textbox', { name, exact: true }).first();
    await pick(form.getByRole('combobox', { name: 'Platform' }), 'lab');
    await field('Name').fill('desk');
    await field('Client id').fill(LINK_CLIENT.id);
    await field('Issuer').fill(provider.url);
    await form.getByRole('button', { name: 'Fill in' }).click();
    await expect(field('Token endpoint')).toHaveValue(`${provider.url}/token`);
    await field('Redirect URI').fill(ELSEWHERE);
    await field('Plan').fill('plan.name');
    await forgetProofs();
    await form.getByRole('button', { name: 'Save' }).click();
    const proof = page.getByLabel('Password', { exact: true });
    await proof.fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect(form).toBeHidden();
    await expect(row(page, 'desk')).toContainText(LINK_CLIENT.id);
  });

  await test.step('by the address the browser ends at; one of another sign-in is told', async () => {
    const dialog = await beginSignIn(page, 'Browser');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    const open = dialog.getByRole('link', { name: 'Open the sign-in page' });
    const address = (await open.getAttribute('href')) ?? '';
    const field = dialog.getByRole('textbox', { name: 'Address the tab ended at' });
    const finish = dialog.getByRole('button', { name: 'Finish' });

    const foreign = new URL(provider.approve(address));
    foreign.searchParams.set('state', 'somebody-elses-state-0123456789');
    await field.fill(foreign.href);
    await finish.click();
    await expect(dialog.getByRole('alert')).toContainText('No sign-in of yours belongs to this');

    await dialog.getByRole('button', { name: 'Begin again' }).click();
    await dialog.getByRole('button', { name: 'Begin' }).click();
    const again = (await open.getAttribute('href')) ?? '';
    await field.fill(address);
    await finish.click();
    await expect(dialog.getByRole('alert')).toContainText('That is the address of another sign-in');
    await field.fill(provider.approve(again));
    await finish.click();
    await expect(dialog).toBeHidden();
    await expectInVault(page, 'ann@example.com');
  });

  await test.step('by a device code', async () => {
    provider.state.person = {
      sub: 'p-2',
      email: 'bo@example.com',
      name: 'Bo',
      plan: { name: 'pro' },
    };
    provider.state.interval = 1;
    const dialog = await beginSignIn(page, 'Device code');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await expect(dialog.getByText('ABCD-EFGH')).toBeVisible();
    await expect(dialog.getByRole('link', { name: `Open ${provider.url}/activate` })).toBeVisible();
    await expect(dialog).toBeHidden({ timeout: 15_000 });
    await expectInVault(page, 'bo@example.com');
  });

  await test.step('by a refresh token; one that is no good is told', async () => {
    provider.state.person = {
      sub: 'p-3',
      email: 'cy@example.com',
      name: 'Cy',
      plan: { name: 'pro' },
    };
    const dialog = await beginSignIn(page, 'Refresh token');
    const token = dialog.locator('input[type=password]');
    await token.fill('rt-nobody-ever-gave');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await expect(dialog.getByRole('alert')).toContainText('The platform did not take it');
    await dialog.getByRole('button', { name: 'Begin again' }).click();
    await dialog.getByText('Refresh token', { exact: true }).first().click();
    await token.fill('rt-given');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await expect(dialog).toBeHidden();
    await expectInVault(page, 'cy@example.com');
  });

  await test.step('its leases are one step away', async () => {
    const named = page.getByRole('button', { name: /^Actions for/ }).first();
    const bizId = ((await named.getAttribute('aria-label')) ?? '').replace('Actions for ', '');
    await choose(page, bizId, 'Its leases');
    await expect(page.getByRole('heading', { name: 'Leases' })).toBeVisible();
    await expect(page.getByText('No lease fits')).toBeVisible();
    await page.getByRole('button', { name: 'Of every account' }).click();
    await expect(page.getByText('No leases yet')).toBeVisible();
  });
});
