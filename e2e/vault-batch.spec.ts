import { readFile } from 'node:fs/promises';
import { expect, type Locator, test } from '@playwright/test';
import { pick, row, signInAs, watch } from './console.ts';
import { type Lab, startLab } from './lab.ts';

const MANY = 300;

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const lines = Array.from({ length: MANY }, (_, at) => `rt_browser_${String(at).padStart(30, '0')}`);
const line = (job: Locator, name: string) => job.getByText(name, { exact: true }).first();

test('tokens are imported while the page is closed; some are deleted and brought back', async ({
  page: first,
  context,
}) => {
  const { problems } = watch(context, lab.url);
  await signInAs(first, lab.url);

  await test.step('an import is started, and its page closed', async () => {
    await first.goto(`${lab.url}/jobs`);
    await expect(first.getByText('No jobs yet')).toBeVisible();
    await first.getByRole('button', { name: 'Import tokens' }).click();
    const form = first.getByRole('dialog', { name: 'Import refresh tokens' });
    await pick(form.getByRole('combobox', { name: 'Platform' }), 'lab');
    await form
      .getByRole('textbox', { name: 'Tokens' })
      .fill([...lines, lines[0], 'no token'].join('\n'));
    const sent = first.waitForResponse(/vaultBatch\.import/);
    await form.getByRole('button', { name: 'Import', exact: true }).click();
    expect((await sent).status()).toBe(200);
    await first.close();
  });

  const page = await context.newPage();
  await test.step('opened again it is done, with what came of each token', async () => {
    await page.goto(`${lab.url}/jobs`);
    await expect(row(page, 'Import')).toContainText('Done');
    await expect(row(page, 'Import')).toContainText(`${MANY + 2} of ${MANY + 2}`);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    const job = page.getByRole('dialog', { name: 'Import' });
    await expect(job.getByText(`${MANY} done, 1 failed, 1 skipped`)).toBeVisible();
    for (const name of ['New', 'Twice in the file', 'Not a token']) {
      await expect(line(job, name)).toBeVisible();
    }
    await job.getByRole('checkbox', { name: 'Only failed' }).check();
    await expect(job.getByRole('table', { name: 'Report' }).getByRole('rowheader')).toHaveCount(1);
    const saved = page.waitForEvent('download');
    await job.getByRole('button', { name: 'Download report' }).click();
    const report = await readFile(await (await saved).path(), 'utf8');
    expect(report.trim().split('\r\n')).toHaveLength(MANY + 3);
    expect(report).not.toContain('rt_browser');
    await page.keyboard.press('Escape');
  });

  await test.step('some are deleted and brought back', async () => {
    await page.goto(`${lab.url}/vault`);
    const total = (count: number) => page.getByText(`${count} accounts`, { exact: true });
    await expect(total(MANY)).toBeVisible();
    const grid = page.getByRole('grid', { name: 'Refresh tokens' });
    await grid.focus();
    for (const key of ['Home', 'Space', 'ArrowDown', 'Space', 'ArrowDown', 'Space']) {
      await page.keyboard.press(key);
    }
    await expect(page.getByText('3 chosen')).toBeVisible();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete', exact: true }).click();
    const sure = page.getByRole('dialog', { name: 'Delete 3 accounts?' });
    await sure.getByRole('button', { name: 'Delete' }).click();
    const job = page.getByRole('dialog', { name: 'Delete' });
    await expect(job.getByText('3 done, 0 failed, 0 skipped')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(total(MANY - 3)).toBeVisible();
    await expect(page.getByText('3 chosen')).toBeHidden();

    await page.goto(`${lab.url}/jobs`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await job.getByRole('button', { name: 'Undo deletion' }).click();
    await expect(page.getByText('3 accounts are back')).toBeVisible();
    await expect(job.getByRole('button', { name: 'Undo deletion' })).toBeHidden();
    await page.goto(`${lab.url}/vault`);
    await expect(total(MANY)).toBeVisible();
  });
  expect(problems()).toEqual([]);
});
