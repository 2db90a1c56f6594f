import { expect, type Page, test } from '@playwright/test';
import { choose, pick, row, signInAs } from './console.ts';
import { startGatehouse } from './gatehouse.ts';
import { KEY, type Lab, PASSWORD, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const ada = await signIn(lab.url);
  const [account] = await ada.query<{ id: string }[]>('accounts.list');
  await ada.mutate('accounts.delete', { id: account?.id });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

function ask() {
  const messages = [{ role: 'user' as const, content: 'hello' }];
  return lab.client(KEY).chat.completions.create({ model: 'gpt-lab', messages });
}

/** What the official client throws, in words. */
async function refusal(): Promise<string> {
  return await ask().then(
    () => 'answered',
    (error: Error) => error.message,
  );
}

async function accountsPage(page: Page): Promise<void> {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/accounts`);
}

test('an account from its key to its end', async ({ page }) => {
  await accountsPage(page);
  await test.step('nothing can answer yet, and the refusal says so', async () => {
    await expect(page.getByText('No accounts yet')).toBeVisible();
    expect(await refusal()).toMatch(/no account/i);
  });

  await test.step('add one: the key is asked for and never shown again', async () => {
    await page.getByRole('button', { name: 'Add account' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add account' });
    await dialog.getByRole('button', { name: /^lab/ }).click();
    await dialog.getByLabel('API key').fill('key with spaces');
    await dialog.getByLabel('Name').fill('first');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await expect(dialog.getByText('A key has no spaces')).toBeVisible();
    await dialog.getByLabel('API key').fill('sk-lab-secret-0a1b');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step('a test call follows at once, and shows what came back', async () => {
    const dialog = page.getByRole('dialog', { name: 'Test call: first' });
    await expect(dialog.getByText('lab answered', { exact: true })).toBeVisible();
    await expect(dialog).toContainText('Model: tiny');
    await expect(dialog).toContainText('word0 word1 word2');
    await expect(dialog).toContainText(/Took: \d/);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(row(page, 'first')).toContainText('…0a1b');
    await expect(row(page, 'first')).toContainText('Active');
    expect(await page.content()).not.toContain('sk-lab-secret');
    await expect.poll(refusal).toBe('answered');
    await page.getByRole('button', { name: 'Test call: first' }).click();
    await expect(dialog.getByText('lab answered', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('rename it', async () => {
    await choose(page, 'first', 'Edit');
    const dialog = page.getByRole('dialog', { name: 'Edit first' });
    await dialog.getByLabel('Name').fill('renamed');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(row(page, 'renamed')).toBeVisible();
    await expect(row(page, 'first')).toBeHidden();
  });

  await test.step('disabled, it serves nobody until it is enabled', async () => {
    await choose(page, 'renamed', 'Disable');
    const dialog = page.getByRole('dialog', { name: 'Disable renamed?' });
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await expect(row(page, 'renamed')).toContainText('Disabled');
    await expect.poll(refusal, { timeout: 1_000 }).toMatch(/no account/i);
    await choose(page, 'renamed', 'Enable');
    await expect(row(page, 'renamed')).toContainText('Active');
    await expect.poll(refusal, { timeout: 1_000 }).toBe('answered');
  });

  await test.step('delete it, after a question', async () => {
    await choose(page, 'renamed', 'Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete renamed?' });
    await expect(dialog).toContainText('Its key is erased for good');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(row(page, 'renamed')).toBeVisible();
    await choose(page, 'renamed', 'Delete');
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await expect(page.getByText('No accounts yet')).toBeVisible();
    await expect.poll(refusal, { timeout: 1_000 }).toMatch(/no account/i);
  });
});

test('an address inside the network is refused, and the page says what would open it', async ({
  page,
}) => {
  await using closed = await startGatehouse({
    apply: { users: [{ username: 'ada', password: PASSWORD, role: 'admin' }] },
    env: { OUTBOUND_ALLOW: '' },
  });
  await signInAs(page, closed.url);
  await page.goto(`${closed.url}/platforms`);
  await page.getByRole('button', { name: 'Add platform' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add platform' });
  await dialog.getByLabel('Name').fill('Our vLLM');
  await expect(dialog.getByLabel('Id')).toHaveValue('our-vllm');
  for (const [address, host] of [
    ['http://127.0.0.1:9100/v1', '127.0.0.1:9100'],
    ['http://169.254.169.254/latest', '169.254.169.254'],
    ['http://[::1]:8000/v1', '[::1]:8000'],
  ] as const) {
    await dialog.getByLabel('Base URL').fill(address);
    await dialog.getByRole('button', { name: 'Add' }).click();
    const alert = dialog.getByRole('alert');
    await expect(alert).toContainText('This address may not be called');
    await expect(alert).toContainText(`OUTBOUND_ALLOW=${host}`);
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'Our vLLM')).toBeHidden();
});

test('the board shows why an account rests, and finds it by its state', async ({ page }) => {
  const ada = await signIn(lab.url);
  const shape = { platformId: 'sandbox', options: { errorRate: 1, errorStatus: 503 } };
  await ada.mutate('accounts.create', { ...shape, name: 'tired' });
  await ada.mutate('accounts.create', { platformId: 'sandbox', name: 'fresh' });
  await accountsPage(page);

  await test.step('a failed call sends it to rest: cause, end, countdown', async () => {
    await page.getByRole('button', { name: 'Test call: tired' }).click();
    await expect(page.getByRole('dialog').getByText('The test failed')).toBeVisible();
    await expect(row(page, 'tired')).toContainText(/Resting until .*: the platform had errors/);
    await expect(row(page, 'tired')).toContainText(/back in \d:\d\d/);
    await page.keyboard.press('Escape');
    await expect(row(page, 'fresh')).toContainText('Active');
  });

  await test.step('counts by state filter the board', async () => {
    const states = page.getByRole('group', { name: 'Show accounts by state' });
    await choose(page, 'fresh', 'Disable');
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await expect(row(page, 'fresh')).toContainText('somebody switched it off');
    await expect(states.getByRole('button', { name: 'Disabled 1' })).toBeVisible();
    await states.getByRole('button', { name: 'Disabled 1' }).press('Enter');
    await expect(row(page, 'tired')).toBeHidden();
    await expect(row(page, 'fresh')).toBeVisible();
    await states.getByRole('button', { name: 'All 2' }).click();
    await expect(row(page, 'tired')).toBeVisible();
  });

  await test.step('it comes back by itself, without a reload', async () => {
    await expect(row(page, 'tired')).toContainText('Active', { timeout: 20_000 });
  });

  await test.step('its history tells what happened', async () => {
    await row(page, 'fresh').getByRole('rowheader').getByRole('button').click();
    const drawer = page.getByRole('dialog', { name: 'fresh' });
    await drawer.getByRole('tab', { name: 'History' }).click();
    const history = drawer.getByRole('list', { name: 'History of fresh' });
    await expect(history.getByRole('listitem').first()).toContainText('somebody switched it off');
    await expect(history).toContainText('by ada');
    await page.keyboard.press('Escape');
    await expect(drawer).toBeHidden();
  });
});

test('an account is lent on terms, its use is seen, and it is withdrawn', async ({ page }) => {
  const ada = await signIn(lab.url);
  const key = { platformId: 'lab', apiKey: 'sk-lab-lent' };
  await ada.mutate('accounts.create', { ...key, name: 'lendable' });
  await accountsPage(page);
  await expect(row(page, 'lendable')).toContainText('Own');
  await row(page, 'lendable').getByRole('rowheader').getByRole('button').click();
  const drawer = page.getByRole('dialog', { name: 'lendable' });
  await drawer.getByRole('tab', { name: 'Settings' }).click();
  const lend = drawer.getByRole('switch', { name: 'Lend to others' });
  const save = drawer.getByRole('button', { name: 'Save' });

  await test.step('a personal account is refused until an admin allows it', async () => {
    await pick(drawer.getByRole('combobox', { name: 'Kind of account' }), 'Personal plan');
    await expect(drawer.getByText('A personal account serves its owner only')).toBeVisible();
    await expect(lend).toBeDisabled();
    await drawer.getByRole('button', { name: 'I have read the terms' }).click();
    await expect(drawer.getByText('Lending personal accounts is allowed here')).toBeVisible();
    await expect(lend).toBeEnabled();
  });

  await test.step('lent to one person at some hours', async () => {
    await lend.click();
    await pick(drawer.getByRole('combobox', { name: 'Lent to' }), 'ben');
    await page.keyboard.press('Escape');
    await drawer.getByRole('switch', { name: 'At these hours only' }).click();
    await drawer.getByLabel('From').fill('09:00');
    await drawer.getByLabel('Until').fill('09:00');
    await save.click();
    await expect(drawer.getByText('Beginning and end are the same')).toBeVisible();
    await drawer.getByLabel('Until').fill('18:30');
    await save.click();
    await expect(page.getByText('lendable is lent from now on.')).toBeVisible();
    await expect(row(page, 'lendable')).toContainText('to 1 person · 09:00 to 18:30, UTC');
  });

  await test.step('the lender sees who used it', async () => {
    await expect.poll(refusal).toBe('answered');
    await expect(async () => {
      await drawer.getByRole('tab', { name: 'History' }).click();
      await expect(drawer.getByText('Lent to 1 person')).toBeVisible();
      await drawer.getByRole('tab', { name: 'Use' }).click();
      const used = drawer.getByRole('row').filter({ hasText: 'gpt-lab' });
      await expect(used).toContainText('ada', { timeout: 2_000 });
    }).toPass();
  });

  await test.step('withdrawn, it is its owner’s alone again', async () => {
    await drawer.getByRole('tab', { name: 'Settings' }).click();
    await lend.click();
    await save.click();
    await expect(page.getByText('lendable is withdrawn')).toBeVisible();
    await expect(row(page, 'lendable')).toContainText('Own');
  });
});
