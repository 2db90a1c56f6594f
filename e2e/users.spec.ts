import { type Browser, expect, type Page, test } from '@playwright/test';
import OpenAI from 'openai';
import { choose, row, signInAs, submitSignIn } from './console.ts';
import { type Lab, PASSWORD, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

/** The users page as ada sees it. */
async function usersPage(page: Page): Promise<void> {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/users`);
}

async function linkShown(page: Page, title: string): Promise<string> {
  const dialog = page.getByRole('dialog', { name: title });
  const link = (await dialog.getByRole('status', { name: 'Link' }).textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  return link;
}

/** Another person at another machine. */
async function someone(browser: Browser): Promise<Page> {
  return await browser.newPage();
}

async function choosePassword(page: Page, link: string, password: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill(password);
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
}

test('an invited person chooses a password and is a member', async ({ page, browser }) => {
  await usersPage(page);
  await page.getByRole('button', { name: 'Add user' }).click();
  const form = page.getByRole('dialog', { name: 'Add user' });
  await form.getByLabel('User name').fill('cleo');
  await form.getByRole('button', { name: 'Add user' }).click();
  const link = await linkShown(page, 'Invite link for cleo');
  expect(link).toMatch(new RegExp(`^${lab.url}/invite#\\S{20,}$`));
  await expect(row(page, 'cleo')).toContainText('Invited');

  const cleo = await someone(browser);
  await cleo.goto(link);
  await expect(cleo.getByRole('heading', { name: 'Welcome, cleo' })).toBeVisible();
  await cleo.getByLabel('Password', { exact: true }).fill('short');
  await cleo.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(cleo.getByText('At least 10 characters', { exact: true })).toBeVisible();
  await choosePassword(cleo, link, 'a password of cleo');

  const pages = cleo.getByRole('navigation', { name: 'Main' });
  await expect(pages.getByRole('link', { name: 'API keys' })).toBeVisible();
  await expect(pages.getByRole('link', { name: 'Users' })).toBeHidden();
  await expect(pages.getByRole('link', { name: 'Platforms' })).toBeHidden();
  for (const path of ['/users', '/platforms']) {
    await cleo.goto(lab.url + path);
    await expect(cleo.getByText('You may not do this')).toBeVisible();
    await expect(cleo.getByText('Ask an admin if you need it.')).toBeVisible();
    await expect(cleo.getByRole('table')).toBeHidden();
  }

  await page.reload();
  await expect(row(page, 'cleo')).toContainText(/Member.*Active/);
  const late = await someone(browser);
  await late.goto(link);
  await expect(late.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await Promise.all([cleo.close(), late.close()]);
});

test('a disabled person is out within a second, session and key', async ({ page, browser }) => {
  const session = await signIn(lab.url, 'ben');
  const { secret } = await session.mutate<{ secret: string }>('keys.create', { name: 'bens' });
  const ask = () =>
    lab.client(secret).chat.completions.create({
      model: 'gpt-lab',
      messages: [{ role: 'user', content: 'hello' }],
    });
  expect((await ask()).choices).toHaveLength(1);
  const ben = await someone(browser);
  await signInAs(ben, lab.url, 'ben');
  await ben.goto(`${lab.url}/keys`);
  await expect(row(ben, 'bens')).toBeVisible();

  await usersPage(page);
  await choose(page, 'ben', 'Disable');
  const dialog = page.getByRole('dialog', { name: 'Disable ben?' });
  await expect(dialog).toContainText('every session ends, every API key is refused');
  const [disabled] = await Promise.all([
    page.waitForResponse(/users\.update/).then(() => performance.now()),
    dialog.getByRole('button', { name: 'Disable' }).click(),
  ]);
  let refusal: unknown = null;
  while (refusal === null)
    refusal = await ask().then(
      () => null,
      (thrown: unknown) => thrown,
    );
  expect(performance.now() - disabled).toBeLessThan(1_000);
  expect(refusal).toBeInstanceOf(OpenAI.PermissionDeniedError);
  expect(String(refusal)).toContain('disabled');

  await expect(row(page, 'ben')).toContainText('Disabled');
  await ben.getByRole('link', { name: 'Usage' }).click();
  await expect(ben).toHaveURL(/\/sign-in/);
  await submitSignIn(ben, 'ben');
  await expect(ben.getByRole('alert')).toBeVisible();
  await expect(ben).toHaveURL(/\/sign-in/);

  await choose(page, 'ben', 'Enable');
  await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
  await expect(row(page, 'ben')).toContainText('Active');
  await expect.poll(() => ask().then(({ choices }) => choices.length, String)).toBe(1);
  await submitSignIn(ben, 'ben');
  await expect(ben.getByRole('heading', { name: 'Usage' })).toBeVisible();
  await ben.close();
});

test('a reset ends the old password and gives a link for a new one', async ({ page, browser }) => {
  const ada = await signIn(lab.url);
  await ada.mutate('users.create', { username: 'dora', password: PASSWORD });
  const dora = await someone(browser);
  await signInAs(dora, lab.url, 'dora');
  await dora.goto(lab.url);
  await usersPage(page);
  await choose(page, 'dora', 'Reset password');
  await page.getByRole('dialog').getByRole('button', { name: 'Reset password' }).click();
  const link = await linkShown(page, 'New-password link for dora');

  // Her page may have noticed by itself, for it asks for alerts now and then.
  await dora.goto(`${lab.url}/usage`);
  await expect(dora).toHaveURL(/\/sign-in/);
  await submitSignIn(dora, 'dora');
  await expect(dora.getByText('User name or password is wrong')).toBeVisible();
  await choosePassword(dora, link, 'a new password of dora');
  await dora.close();
});

test('the last admin can neither be disabled nor lose the role', async ({ page }) => {
  await usersPage(page);
  await page.getByRole('button', { name: 'Actions for ada' }).click();
  await expect(page.getByRole('menuitem', { name: 'Disable' })).toBeDisabled();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const form = page.getByRole('dialog', { name: 'Edit ada' });
  await expect(form.getByRole('combobox', { name: 'Role' })).toBeDisabled();

  // What the page does not offer, the server refuses in words.
  const ada = await signIn(lab.url);
  const { id } = await ada.query<{ id: string }>('sessions.me');
  for (const change of [{ state: 'disabled' }, { role: 'member' }])
    await expect(ada.mutate('users.update', { id, ...change })).rejects.toThrow(/cannot/);
  await page.reload();
  await expect(row(page, 'ada')).toContainText(/Admin.*Active/);
});

test('a silenced person looks around and calls no model', async ({ page, browser }) => {
  const ada = await signIn(lab.url);
  await ada.mutate('users.create', { username: 'sara', password: PASSWORD });
  const session = await signIn(lab.url, 'sara');
  const { secret } = await session.mutate<{ secret: string }>('keys.create', { name: 'saras' });
  const ask = () =>
    lab.client(secret).chat.completions.create({
      model: 'gpt-lab',
      messages: [{ role: 'user', content: 'hello' }],
    });
  expect((await ask()).choices).toHaveLength(1);
  await usersPage(page);
  await choose(page, 'sara', 'Silence');
  await page.getByRole('dialog').getByRole('button', { name: 'Silence' }).click();
  await expect(row(page, 'sara')).toContainText('Silenced');
  await expect.poll(() => ask().then(String, String)).toContain('silenced');
  await expect(ask()).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
  const sara = await someone(browser);
  await signInAs(sara, lab.url, 'sara');
  await sara.goto(`${lab.url}/keys`);
  await expect(row(sara, 'saras')).toBeVisible();
  await sara.close();
});

test('many people are brought in from a file, changed at once and saved to one', async ({
  page,
}) => {
  await usersPage(page);
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import users' });
  const lines = ['username,role,trust_level', 'many-a,member,1', 'many-b,member,2', 'ada,member,0'];
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(lines.join('\n')),
  });
  await expect(dialog).toContainText('2 users can be brought in.');
  await expect(dialog).toContainText('Line 4, username: somebody has this name already');
  await dialog.getByRole('button', { name: 'Import 2' }).click();
  await expect(dialog).toContainText('2 of 2 brought in');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save result with links' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('imported-users.csv');
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('searchbox', { name: 'Search users' }).fill('many-');
  await expect(page.getByText('2 users', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await page.getByRole('button', { name: 'All shown' }).click();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const asking = page.getByRole('dialog', { name: 'Disable 2 users?' });
  await expect(asking).toContainText('2 of 2 will change.');
  await asking.getByRole('button', { name: 'Change 2' }).click();
  await expect(row(page, 'many-a')).toContainText('Disabled');
  await expect(row(page, 'many-b')).toContainText('Disabled');
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /CSV/ }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('users.csv');
});

test('the drawer tells what somebody has, and asks before it signs them out', async ({ page }) => {
  const ada = await signIn(lab.url);
  await ada.mutate('users.create', { username: 'dina', password: PASSWORD });
  const dina = await signIn(lab.url, 'dina');
  for (let n = 1; n <= 6; n += 1) await dina.mutate('keys.create', { name: `dinas-${n}` });
  await dina.mutate('accounts.create', { platformId: 'sandbox', name: 'dinas-box', shared: true });
  await usersPage(page);
  await page.getByRole('searchbox', { name: 'Search users' }).fill('dina');
  await page.getByRole('rowheader', { name: 'dina' }).getByRole('button').press('Enter');
  const drawer = page.getByRole('dialog', { name: 'dina', exact: true });
  const keys = drawer.getByRole('region', { name: 'API keys' });
  await expect(keys.getByRole('listitem')).toHaveCount(5);
  await keys.getByRole('button', { name: 'Show all 6' }).click();
  await expect(keys.getByRole('listitem')).toHaveCount(6);
  await expect(drawer.getByRole('region', { name: 'Accounts', exact: true })).toContainText(
    'dinas-box',
  );
  await expect(drawer).toContainText('The off-switch was never used.');

  const everywhere = drawer.getByRole('button', { name: 'Sign out everywhere' });
  await everywhere.press('Enter');
  const asking = page.getByRole('dialog', { name: 'Sign dina out everywhere?' });
  await expect(asking.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(asking).toBeHidden();
  await expect(everywhere).toBeFocused();
  await everywhere.press('Enter');
  await asking.getByRole('button', { name: 'Sign out everywhere' }).press('Enter');
  await expect(drawer).toContainText('Nowhere at present.');
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();

  const { id } = await ada
    .query<{ rows: { id: string }[] }>('users.list', {
      filter: { search: 'dina' },
    })
    .then(({ rows: [found] }) => found ?? { id: '' });
  const receipt = await ada.mutate<{ id: string }>('offSwitch.throw', { id });
  await page.reload();
  await page.getByRole('searchbox', { name: 'Search users' }).fill('dina');
  await page.getByRole('rowheader', { name: 'dina' }).getByRole('button').click();
  const link = drawer.getByRole('region', { name: 'Off-switch receipts' }).getByRole('link');
  await link.click();
  await expect(page).toHaveURL(`${lab.url}/off-switch/${receipt.id}`);
});
