import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { pick, row, signInAs } from './console.ts';
import { KEY, type Lab, signIn, startLab } from './lab.ts';

const ANSWERED = 300;
const REFUSED = 7;
const BENS = 5;
const ALL = ANSWERED + REFUSED + BENS;

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const ada = await signIn(lab.url);
  const ben = await signIn(lab.url, 'ben');
  const { secret } = await ben.mutate<{ secret: string }>('keys.create', { name: 'bens-script' });
  const requests = [
    ...Array.from({ length: ANSWERED }, () => () => ask(KEY)),
    ...Array.from({ length: REFUSED }, () => () => ask(KEY, { status: '400' })),
    ...Array.from({ length: BENS }, () => () => ask(secret)),
  ];
  const asker = async () => {
    for (let next = requests.shift(); next; next = requests.shift()) await next();
  };
  await Promise.all(Array.from({ length: 16 }, asker));
  // Records are written a moment after the answer.
  await expect
    .poll(async () => {
      const { totals } = await ada.query<{ totals: { requests: number } }>('usage.summary', {
        range: 'hour',
        scope: 'all',
      });
      return totals.requests;
    })
    .toBe(ALL);
});
test.afterAll(() => lab[Symbol.asyncDispose]());

async function ask(key: string, metadata: Record<string, string> = {}): Promise<void> {
  const res = await fetch(`${lab.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: 'gpt-lab',
      messages: [{ role: 'user', content: 'hello' }],
      metadata,
    }),
  });
  await res.text();
}

async function usagePage(page: Page, search = '', who = 'ada'): Promise<void> {
  await signInAs(page, lab.url, who);
  await page.goto(`${lab.url}/usage${search}`);
}

const shown = (page: Page, count: number) =>
  page.getByText(`${count} requests shown`, { exact: true });

test('the list goes on as it is scrolled, until every request was shown', async ({ page }) => {
  await usagePage(page);
  await expect(page.getByText(/^\d+ requests shown$/)).toBeVisible();
  await page.getByRole('table').hover();
  await expect(async () => {
    await page.mouse.wheel(0, 20_000);
    await expect(shown(page, ALL)).toBeVisible({ timeout: 200 });
  }).toPass();
  await expect(page.getByRole('button', { name: 'Load more' })).toBeHidden();
  // What is not visible is not drawn.
  expect(await page.getByRole('row').count()).toBeLessThan(150);
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', String(ALL + 1));
});

test('filters are in the address: they survive a reload and can be passed on', async ({ page }) => {
  await usagePage(page);
  await pick(page.getByRole('combobox', { name: 'Outcome' }), 'Failed');
  await expect(page).toHaveURL(/[?&]outcome=failed/);
  await expect(shown(page, REFUSED)).toBeVisible();
  await page.reload();
  await expect(shown(page, REFUSED)).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Outcome' })).toHaveValue('Failed');

  await pick(page.getByRole('combobox', { name: 'User' }), 'ben');
  await expect(page.getByText('No request fits these filters')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(`${lab.url}/usage`);

  await pick(page.getByRole('combobox', { name: 'API key' }), 'bens-script');
  await pick(page.getByRole('combobox', { name: 'Time' }), 'Last hour');
  await expect(shown(page, BENS)).toBeVisible();
  await expect(row(page, '').first()).toContainText('bens-script');
  const link = page.url();
  await page.goto(lab.url);
  await page.goto(link);
  await expect(shown(page, BENS)).toBeVisible();

  await page.goto(`${lab.url}/usage?outcome=nonsense&key=1&model=gpt-lab`);
  await expect(page.getByText('requests shown')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('gpt-lab');
});

test('a request’s details open from the list and by link, and say what happened', async ({
  page,
}) => {
  await usagePage(page, '?outcome=failed');
  await page.getByRole('rowheader').first().getByRole('button').click();
  await expect(page).toHaveURL(/[?&]id=[0-9a-f-]{36}/);
  const link = page.url();
  const detail = page.getByRole('dialog', { name: 'Request' });
  await expect(detail.getByText('The platform refused the request')).toBeVisible();
  await expect(detail.getByText('as wished')).toBeVisible();
  await expect(detail.getByText('lab-1')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
  await expect(page).toHaveURL(`${lab.url}/usage?outcome=failed`);

  await page.goto('about:blank');
  await page.goto(link);
  await expect(detail.getByText('as wished')).toBeVisible();
  await expect(page.getByRole('status', { name: 'Request id' })).toHaveText(
    new URL(link).searchParams.get('id') ?? '',
  );
});

test('a member sees their own requests only, whatever the address says', async ({ page }) => {
  const ada = await signIn(lab.url);
  const users = await ada.query<{ id: string; username: string }[]>('users.names', {});
  const adas = await ada.query<{ rows: { id: string; userName: string }[] }>('usage.list', {
    filter: { outcome: 'failed' },
  });
  await usagePage(page, '', 'ben');
  await expect(shown(page, BENS)).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'User' })).toBeHidden();
  const adasId = users.find(({ username }) => username === 'ada')?.id;
  await page.goto(`${lab.url}/usage?user=${adasId}`);
  await expect(shown(page, BENS)).toBeVisible();
  await page.goto(`${lab.url}/usage?id=${adas.rows[0]?.id}`);
  const detail = page.getByRole('dialog', { name: 'Request' });
  await expect(detail.getByText('It is not there any more')).toBeVisible();
  await expect(detail.getByText('as wished')).toBeHidden();
});

test('statistics add up, are sorted by any figure, and stand in the address', async ({ page }) => {
  await usagePage(page);
  await page.getByText('Statistics', { exact: true }).click();
  await expect(page).toHaveURL(/[?&]view=statistics/);
  const table = page.getByRole('table', { name: 'Statistics' });
  await expect(table.getByRole('row', { name: /^Total/ })).toContainText(String(ALL));
  await expect(table.getByRole('row', { name: /^gpt-lab/ })).toContainText(String(ALL));

  await page.getByText('User', { exact: true }).click();
  await expect(page).toHaveURL(/[?&]by=user/);
  const names = () => table.getByRole('rowheader').allTextContents();
  await expect.poll(names).toEqual(['Total', 'ada', 'ben']);
  await table.getByRole('button', { name: 'Requests' }).click();
  await expect(table.getByRole('columnheader', { name: 'Requests' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  expect(await names()).toEqual(['Total', 'ben', 'ada']);
  await page.reload();
  await expect(table.getByRole('row', { name: /^ben/ })).toContainText(String(BENS));
});

test('statistics of a day say which zone days begin in, and follow the time chosen', async ({
  page,
}) => {
  await usagePage(page, '?view=statistics&by=day&days=7');
  await expect(page.getByText('Days begin at 00:00 in UTC.')).toBeVisible();
  const table = page.getByRole('table', { name: 'Statistics' });
  await expect(table.getByRole('row', { name: /^Total/ })).toContainText(String(ALL));
  await pick(page.getByRole('combobox', { name: 'Time' }), 'Today');
  await expect(page).toHaveURL(/[?&]days=1(&|$)/);
  // The day may have turned since the requests were made: what is shown adds up all the same.
  await expect(table.getByRole('row').nth(2)).toBeVisible();
  await page.getByText('Mine', { exact: true }).click();
  await expect(table.getByRole('row', { name: /^Total/ })).toContainText(String(ALL - BENS));
});

test('an export holds every request that fits the filters, and tells what went wrong', async ({
  page,
}) => {
  await usagePage(page, '?outcome=failed');
  await expect(shown(page, REFUSED)).toBeVisible();
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^CSV/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('usage.csv');
  const text = await readFile(await download.path(), 'utf8');
  expect(text.trimEnd().split('\r\n')).toHaveLength(REFUSED + 1);
  expect(text).toContain('lab-1');

  await page.getByRole('button', { name: 'Export' }).click();
  const [lines] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^NDJSON/ }).click(),
  ]);
  expect(lines.suggestedFilename()).toBe('usage.ndjson');
  const records = (await readFile(await lines.path(), 'utf8')).trimEnd().split('\n');
  const told = records.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toHaveLength(REFUSED);
  expect(new Set(told.map(({ outcome }) => outcome))).toEqual(new Set(['upstream_refused']));

  await page.route('**/usage/export?*', (route) => route.abort());
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /^NDJSON/ }).click();
  await expect(
    page.getByRole('alert').filter({ hasText: 'The server cannot be reached' }),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export' })).toBeVisible();
});
