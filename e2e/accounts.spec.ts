import { expect, type Page, test } from '@playwright/test';
import { choose, row, signInAs } from './console.ts';
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
