import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { choose, signInAs } from './console.ts';
import { type Lab, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

async function usersPage(page: Page): Promise<void> {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/users`);
}

test('a member is told that the log is for admins', async ({ page }) => {
  await signInAs(page, lab.url, 'ben');
  await page.goto(`${lab.url}/audit`);
  await expect(page.getByText('You may not do this')).toBeVisible();
});

test('an admin disables a user, finds that in the log, checks it and exports it', async ({
  page,
}) => {
  await usersPage(page);
  await choose(page, 'ben', 'Disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'ben' })).toContainText('Disabled');

  await page.getByRole('link', { name: 'Audit log' }).click();
  const found = page
    .getByRole('table', { name: 'Changes, newest first' })
    .getByRole('row')
    .filter({ hasText: 'Changed a user' });
  await expect(found).toHaveCount(1);
  await expect(found).toContainText('ada');
  await expect(found).toContainText('ben');

  await found.getByRole('button').click();
  const details = page.getByRole('dialog', { name: 'Entry of the audit log' });
  const state = details.getByRole('row').filter({ hasText: 'state' });
  await expect(state).toContainText(/active.*disabled/);
  await expect(details.getByRole('status', { name: 'Request id' })).toHaveText(/^[0-9a-f-]{36}$/);
  await page.reload();
  await expect(state).toContainText(/active.*disabled/);
  await details.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Check all entries' }).click();
  await expect(page.getByText(/^Whole: /)).toBeVisible();

  await page.getByLabel('Target', { exact: true }).fill('BEN');
  await expect(page).toHaveURL(/target=BEN/);
  await page.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('option', { name: 'Changed a user' }).click();
  await expect(page.getByText('1 entry shown')).toBeVisible();
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^CSV/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('audit.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('users.update');
});
