import { expect, test } from '@playwright/test';
import pg from 'pg';
import { startLinuxDo, startOpenIdProvider } from '#server/testing/sign-in-services.ts';
import { choose, signInAs } from './console.ts';
import { type Lab, startLab } from './lab.ts';

// Whoever proves themselves is who came in, by a service that was added, before.
test.describe.configure({ mode: 'serial' });

let lab: Lab;
let openId: Awaited<ReturnType<typeof startOpenIdProvider>>;
let linuxDo: Awaited<ReturnType<typeof startLinuxDo>>;
test.beforeAll(async () => {
  lab = await startLab();
  openId = await startOpenIdProvider([`${lab.url}/sso/callback/company`], {
    sub: 'grace-1',
    preferred_username: 'grace',
    name: 'Grace',
  });
  linuxDo = await startLinuxDo({ id: 42, username: 'linus', trust_level: 2 });
  // Where people say yes at Linux.do: here everybody has.
  linuxDo.on('/oauth2/authorize', (req) => {
    const asked = new URL(req.url ?? '/', linuxDo.url).searchParams;
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'good-code');
    back.searchParams.set('state', asked.get('state') ?? '');
    return { status: 302, headers: { location: back.href } };
  });
});
test.afterAll(async () => {
  await openId[Symbol.asyncDispose]();
  await linuxDo[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

test('an admin adds services; somebody new comes in by one, links the other and unlinks it', async ({
  browser,
  page,
}) => {
  test.slow();
  await signInAs(page, lab.url);
  await page.request.post(`${lab.url}/trpc/registration.save`, {
    headers: { origin: lab.url },
    data: { mode: 'open' },
  });

  await page.goto(`${lab.url}/sign-in-services`);
  await page.getByRole('button', { name: 'Add service' }).click();
  await page.getByRole('menuitem', { name: 'Another OpenID Connect service' }).click();
  const form = page.getByRole('dialog', { name: 'Add service' });
  const field = (name: string) => form.getByRole('textbox', { name, exact: true }).first();
  await field('Name').fill('Company');
  await field('Id').fill('company');
  await expect(form.getByText(`${lab.url}/sso/callback/company`)).toBeVisible();
  await field('Client id').fill('gatehouse');
  await form.getByLabel('Client secret', { exact: true }).fill('a-secret-of-32-characters-or-more');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('Please fill this in')).toBeVisible();
  await field('Issuer').fill(openId.url);
  await form.getByRole('switch', { name: 'New people may come in' }).check();
  await form.getByLabel('Try it with an answer').fill('{"sub":"7","preferred_username":"ada"}');
  await expect(form.getByRole('cell', { name: 'ada' })).toBeVisible();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  await choose(page, 'Company', 'Test');
  const check = page.getByRole('dialog', { name: 'Test of Company' });
  await expect(check.getByText('Token endpoint answers')).toBeVisible();
  await expect(check.getByText('Failed')).toBeHidden();
  await check.getByRole('button', { name: 'Close' }).last().click();

  await page.getByRole('button', { name: 'Add service' }).click();
  await page.getByRole('menuitem', { name: 'Linux.do' }).click();
  await field('Client id').fill('gatehouse');
  await form.getByLabel('Client secret', { exact: true }).fill('a-secret-of-32-characters-or-more');
  await field('Authorization endpoint').fill(`${linuxDo.url}/oauth2/authorize`);
  await field('Token endpoint').fill(`${linuxDo.url}/oauth2/token`);
  await field('User info endpoint').fill(`${linuxDo.url}/api/user`);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();

  const context = await browser.newContext();
  const grace = await context.newPage();
  await grace.goto(`${lab.url}/usage`);
  await grace.getByRole('button', { name: 'Continue with Linux.do' }).click();
  await expect(grace.getByText('You cannot come in by this service')).toBeVisible();
  expect(grace.url()).not.toContain('good-code');
  await grace.getByRole('button', { name: 'Back to sign in' }).click();

  await grace.goto(`${lab.url}/usage`);
  await grace.getByRole('button', { name: 'Continue with Company' }).click();
  await expect(grace.getByRole('heading', { name: 'Usage' })).toBeVisible();
  expect(grace.url()).not.toContain('code=');

  await grace.goto(`${lab.url}/profile`);
  const card = grace.getByRole('region', { name: 'Accounts elsewhere' });
  await expect(card.getByText('Company')).toBeVisible();
  await choose(grace, 'Company', 'Unlink');
  await grace.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await expect(grace.getByText('This is your only way to sign in', { exact: false })).toBeVisible();
  await grace.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

  await card.getByRole('button', { name: 'Link Linux.do' }).click();
  await expect(grace.getByText('Linux.do is linked', { exact: false })).toBeVisible();
  await expect(card.getByText('linus')).toBeVisible();
  await choose(grace, 'Company', 'Unlink');
  await grace.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await expect(card.getByRole('button', { name: 'Link Company' })).toBeVisible();
  await context.close();
});

test('somebody without password, passkey and app proves by their service who they are', async ({
  page,
}) => {
  await page.goto(`${lab.url}/profile`);
  await page.getByRole('button', { name: 'Continue with Linux.do' }).click();
  await expect(page.getByRole('heading', { name: 'Authenticator app' })).toBeVisible();
  const client = new pg.Client({ connectionString: await lab.databaseUrl() });
  await client.connect();
  await client.query(`UPDATE sessions SET proved_at = to_timestamp(0)`);

  await page.goto(`${lab.url}/profile?from=here`);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  const ask = page.getByRole('dialog', { name: 'Is it still you?' });
  await expect(ask.getByLabel('Password')).toBeHidden();
  await ask.getByRole('button', { name: 'Continue with Linux.do' }).click();
  await expect(page.getByText('Linux.do says it is you', { exact: false })).toBeVisible();
  await expect(page).toHaveURL(`${lab.url}/profile?from=here`);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  const setUp = page.getByRole('dialog', { name: 'Set up an authenticator app' });
  await expect(setUp).toBeVisible();
  await setUp.getByRole('button', { name: 'Cancel' }).click();

  // At the service somebody else is signed in now.
  await client.query(`UPDATE sessions SET proved_at = to_timestamp(0)`);
  await client.end();
  linuxDo.state.user = { id: 43, username: 'other', trust_level: 2 };
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await ask.getByRole('button', { name: 'Continue with Linux.do' }).click();
  await expect(page.getByText('That does not prove that it is you')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the console' }).click();
  await page.goto(`${lab.url}/profile`);
  await expect(page.getByText('linus').first()).toBeVisible();
});
