import { expect, type Page, test } from '@playwright/test';
import OpenAI from 'openai';
import { choose, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const messages = [{ role: 'user' as const, content: 'Say three words' }];

/** Opens the limits of ben as an admin finds them. */
async function limitsOfBen(page: Page) {
  await page.goto(`${lab.url}/users`);
  await choose(page, 'ben', 'Limits');
  return page.getByRole('dialog', { name: 'Limits of ben' });
}

test('a limit is tried, set, felt, explained and raised', async ({ browser }) => {
  const session = await signIn(lab.url, 'ben');
  const { secret } = await session.mutate<{ secret: string }>('keys.create', { name: 'bens' });
  const ask = () => lab.client(secret).chat.completions.create({ model: 'gpt-lab', messages });
  const [ada, ben] = [await browser.newPage(), await browser.newPage()];
  await signInAs(ada, lab.url);
  await signInAs(ben, lab.url, 'ben');

  await test.step('without one the person is told so', async () => {
    await ben.goto(lab.url);
    const mine = ben.getByRole('region', { name: 'My limits' });
    await expect(mine).toContainText('No limit is set for you or for any of your keys.');
    expect((await ask()).choices).toHaveLength(1);
  });

  await test.step('an admin asks what it would have refused, then saves it', async () => {
    const drawer = await limitsOfBen(ada);
    await drawer.getByLabel('Tokens per day').fill('1');
    await drawer.getByRole('button', { name: 'What would this have refused yesterday?' }).click();
    await expect(drawer.getByRole('status')).toContainText('There were no requests yesterday.');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await expect(drawer).toBeHidden();
  });

  await test.step('the refusal links to a page that names the limit and its end', async () => {
    const refusal: unknown = await ask().catch((error: unknown) => error);
    if (!(refusal instanceof OpenAI.RateLimitError)) throw new Error('the limit refused nothing');
    const link = refusal.headers.get('x-gatehouse-why') ?? '';
    expect(refusal.message).toContain(link);
    await ben.goto(link);
    const story = ben.getByRole('region', { name: 'What happened' });
    await expect(story).toContainText('The limit of the user, tokens a day: 1 allowed');
    await expect(story).toContainText('It has room again from');
    await expect(ben.getByRole('table', { name: 'Limits that were looked at' })).toContainText(
      'refused it',
    );
  });

  await test.step('the person sees it full, and may not change it', async () => {
    await ben.goto(lab.url);
    const mine = ben.getByRole('region', { name: 'My limits' });
    const all = mine.getByRole('region', { name: 'All my requests' });
    await expect(all).toContainText('Tokens per day');
    await expect(all).toContainText('Starts anew');
    await expect(all.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100');
    await all.getByRole('button', { name: 'All my requests' }).click();
    const drawer = ben.getByRole('dialog', { name: 'Limits of ben' });
    await expect(drawer).toContainText('Only an admin changes them.');
    await expect(drawer.getByRole('button', { name: 'Save' })).toBeHidden();
  });

  await test.step('raised, it lets the next request through', async () => {
    const drawer = await limitsOfBen(ada);
    await drawer.getByLabel('Tokens per day').fill('1000000');
    await drawer.getByRole('button', { name: 'Save' }).click();
    await expect(drawer).toBeHidden();
    expect((await ask()).choices).toHaveLength(1);
  });
  await Promise.all([ada.close(), ben.close()]);
});

test('what cannot be a limit stays in the form, and so does what was not saved', async ({
  page,
}) => {
  await signInAs(page, lab.url);
  const drawer = await limitsOfBen(page);
  const field = drawer.getByLabel('Tokens per month');
  await field.fill('99999999999999999999');
  await expect(drawer).toContainText('At most 9,000,000,000,000,000');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(field).toBeFocused();
  await field.fill('5000');
  await page.route('**/trpc/quotas.set**', (route) => route.abort());
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(field).toHaveValue('5,000');
  await page.unroute('**/trpc/quotas.set**');
  await page.keyboard.press('Tab');
  await field.press('Enter');
  await expect(drawer).toBeHidden();
});
