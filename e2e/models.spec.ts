import { expect, type Page, test } from '@playwright/test';
import { choose, pick, row, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

async function modelsPage(page: Page, who = 'ada'): Promise<void> {
  await signInAs(page, lab.url, who);
  await page.goto(`${lab.url}/models`);
}

const ask = (model: string) =>
  lab.client().chat.completions.create({ model, messages: [{ role: 'user', content: 'hello' }] });

/** What became of a request: `answered`, or the refusal in words. */
const outcome = (model: string) => ask(model).then(() => 'answered', String);

test('models come from the platform’s own list', async ({ page }) => {
  const ada = await signIn(lab.url);
  await ada.mutate('accounts.create', { platformId: 'sandbox', name: 'rehearsal' });
  await modelsPage(page);
  await page.getByRole('button', { name: 'Add from a platform' }).click();
  const drawer = page.getByRole('dialog', { name: 'Add models from a platform' });
  await pick(drawer.getByRole('combobox', { name: 'Ask with the account' }), 'lab · lab-1');
  await expect(drawer.getByRole('checkbox', { name: 'tiny' })).toBeVisible();
  await pick(drawer.getByRole('combobox', { name: 'Ask with the account' }), 'rehearsal');
  await drawer.getByRole('searchbox', { name: 'Search the list' }).fill('slow');
  await expect(drawer.getByRole('checkbox')).toHaveCount(1);
  await drawer.getByRole('searchbox', { name: 'Search the list' }).fill('');
  await drawer.getByRole('checkbox', { name: 'sandbox-echo' }).check();
  await drawer.getByRole('checkbox', { name: 'sandbox-flaky' }).check();
  await drawer.getByRole('button', { name: 'Add 2 models' }).click();
  await expect(page.getByText('2 models were added.')).toBeVisible();
  await expect(row(page, 'sandbox-flaky')).toContainText('1 account');
  await expect.poll(() => outcome('sandbox-echo')).toBe('answered');
});

test('a model added by hand, with the platform’s name for it fetched', async ({ page }) => {
  await modelsPage(page);
  await page.getByRole('button', { name: 'Add model', exact: true }).click();
  const drawer = page.getByRole('dialog', { name: 'Add model' });
  await drawer.getByRole('textbox', { name: 'Name' }).fill('house-default');
  await pick(drawer.getByRole('combobox', { name: 'Platform', exact: true }), 'lab');
  await drawer.getByRole('button', { name: 'Fetch the platform’s list' }).click();
  await expect(drawer.getByText('1 model on offer')).toBeVisible();
  await pick(drawer.getByLabel('Model on that platform'), 'tiny');
  await drawer.getByRole('button', { name: 'Add model' }).click();
  await expect(row(page, 'house-default')).toContainText('tiny');
  await expect(row(page, 'house-default')).toContainText('No price');
  await expect.poll(() => outcome('house-default')).toBe('answered');

  await row(page, 'house-default').getByRole('switch').click();
  await expect(page.getByText('house-default is refused from now on.')).toBeVisible();
  await expect.poll(() => outcome('house-default')).toContain('house-default');
  await choose(page, 'house-default', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete model' }).click();
  await expect(row(page, 'house-default')).toBeHidden();
});

test('an edited price is what the next request costs', async ({ page }) => {
  await modelsPage(page);
  await choose(page, 'gpt-lab', 'Edit');
  const drawer = page.getByRole('dialog', { name: 'Edit gpt-lab' });
  await drawer.getByLabel('Input', { exact: true }).fill('10000');
  await drawer.getByLabel('Output').fill('20000');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'gpt-lab')).toContainText(/\$10,000\S* in/);
  await expect(row(page, 'gpt-lab')).toContainText(/\$20,000\S* out/);

  // 5 tokens read and 3 written: 5 × $0.01 + 3 × $0.02.
  await expect(async () => {
    const { _request_id: id } = await ask('gpt-lab');
    await page.goto(`${lab.url}/usage?id=${id}`);
    const detail = page.getByRole('dialog', { name: 'Request' });
    await expect(detail.getByText('$0.11')).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await page.keyboard.press('Escape');
  const newest = page.getByRole('table').getByRole('row').nth(1);
  await expect(newest).toContainText('$0.11');
});

/** What a request costs, in micro-dollars. */
async function costOf(model: string): Promise<number | null> {
  const ada = await signIn(lab.url);
  const { _request_id: id } = await ask(model);
  const record = () => ada.query<{ cost: number | null }>('usage.get', { id });
  // Records are written a moment after the answer.
  await expect
    .poll(() =>
      record().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  return (await record()).cost;
}

test('a price planned for later is charged from its time on, and can be taken back', async ({
  page,
}) => {
  const ada = await signIn(lab.url);
  const { id } = await ada.mutate<{ id: string }>('models.create', {
    name: 'dated',
    routes: [{ platform: 'lab', model: 'tiny' }],
    price: { input: 1_000, output: 1_000 },
  });
  await modelsPage(page);
  await choose(page, 'dated', 'Edit');
  const drawer = page.getByRole('dialog', { name: 'Edit dated' });
  await drawer.getByLabel('Input', { exact: true }).fill('5000');
  await drawer.getByLabel('Output').fill('5000');
  await drawer.getByLabel('Price valid from').fill('2099-01-01T00:00');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'dated')).toContainText(/\$1,000\S* in/);
  await expect(row(page, 'dated')).toContainText('changes on Jan 1, 2099');
  // 5 tokens read and 3 written: what is planned is not charged.
  await expect.poll(() => costOf('dated')).toBe(8_000);

  await choose(page, 'dated', 'Edit');
  const history = drawer.getByRole('list', { name: 'Price history' });
  await expect(history.getByRole('listitem')).toHaveCount(2);
  await expect(history.getByRole('listitem').first()).toContainText('planned');
  await history.getByRole('button', { name: /Take back the price from Jan 1, 2099/ }).click();
  await expect(history.getByRole('listitem')).toHaveCount(1);
  await expect(history).toContainText('now');
  await drawer.getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'dated')).not.toContainText('changes on');

  // One that begins in a moment: the same requests, before and after.
  const price = { input: 2_000, output: 2_000 };
  const from = new Date(Date.now() + 3_000).toISOString();
  await ada.mutate('models.setPrice', { id, from, price });
  await expect.poll(() => costOf('dated'), { timeout: 20_000 }).toBe(16_000);
  const prices = await ada.query<{ state: string }[]>('models.priceHistory', { id });
  expect(prices.map(({ state }) => state)).toEqual(['current', 'past']);
  await page.reload();
  await expect(row(page, 'dated')).toContainText(/\$2,000\S* in/);
});

test('a price cannot begin in the past, and the field says so', async ({ page }) => {
  await modelsPage(page);
  await choose(page, 'gpt-lab', 'Edit');
  const drawer = page.getByRole('dialog', { name: 'Edit gpt-lab' });
  await drawer.getByLabel('Output').fill('7');
  await drawer.getByLabel('Price valid from').fill('2020-01-01T00:00');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(drawer.getByText('Choose a time to come, or leave it empty')).toBeVisible();
});

test('a member reads the models and changes none', async ({ page }) => {
  await modelsPage(page, 'ben');
  await expect(row(page, 'gpt-lab')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add model' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Actions for gpt-lab' })).toBeHidden();
  await expect(page.getByRole('switch')).toHaveCount(0);
  const ben = await signIn(lab.url, 'ben');
  const routes = [{ platform: 'lab', model: 'tiny' }];
  await expect(ben.mutate('models.create', { name: 'mine', routes })).rejects.toThrow(/admin/);
});
