import { expect, test } from '@playwright/test';
import OpenAI from 'openai';
import { row, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const messages = [{ role: 'user' as const, content: 'Say three words' }];

test('who lends may borrow: switched on by an admin, earned by a member', async ({ browser }) => {
  const session = await signIn(lab.url, 'ben');
  const { secret } = await session.mutate<{ secret: string }>('keys.create', { name: 'bens' });
  const ask = () => lab.client(secret).chat.completions.create({ model: 'gpt-lab', messages });
  const [ada, ben] = [await browser.newPage(), await browser.newPage()];
  await signInAs(ada, lab.url);
  await signInAs(ben, lab.url, 'ben');

  await test.step('without the switch lent accounts serve everyone, and the lender sees whom', async () => {
    expect((await ask()).choices).toHaveLength(1);
    await expect(async () => {
      await ada.goto(`${lab.url}/pool`);
      await expect(row(ada, 'lab-1')).toContainText('ben', { timeout: 1_500 });
    }).toPass();
    await ben.goto(`${lab.url}/pool`);
    await expect(ben.getByText('so no credit is needed')).toBeVisible();
    await expect(ben.getByRole('region', { name: 'How lending works here' })).toBeHidden();
    await expect(row(ben, 'gpt-lab')).toContainText('1 of 1 accounts');
    await expect(ben.getByText('lab-1')).toBeHidden();
  });

  await test.step('with it, who lends nothing is refused and told what to do', async () => {
    const rules = ada.getByRole('region', { name: 'How lending works here' });
    await rules.getByRole('switch', { name: 'Earn what you use' }).click();
    await rules.getByRole('button', { name: 'Save' }).click();
    await expect(ada.getByText('It holds from the next request on.')).toBeVisible();
    const refusal = await ask().catch((error) => error);
    expect(refusal).toBeInstanceOf(OpenAI.RateLimitError);
    expect(refusal.message).toContain('Lend an account');
    await ben.reload();
    await expect(ben.getByText('You have no credit yet')).toBeVisible();
  });

  await test.step('lending an account earns credit', async () => {
    const { id } = await session.mutate<{ id: string }>('accounts.create', {
      platformId: 'lab',
      name: 'bens-own',
      apiKey: 'lab-key-2',
      shared: true,
    });
    await ben.reload();
    // A key that nobody has seen answer earns nothing.
    await expect(ben.getByText('You have no credit yet')).toBeVisible();
    await session.mutate('accounts.test', { id });
    await ben.reload();
    const credit = ben.getByRole('progressbar', { name: 'gpt-lab: 2 of 2 credits left' });
    await expect(credit).toBeVisible();
    await expect(ben.getByText('+0.4 an hour')).toBeVisible();
    await expect(row(ben, 'Account lent')).toContainText('+2');
    await expect(row(ben, 'gpt-lab')).toContainText('2 of 2 accounts');
    expect((await ask()).choices).toHaveLength(1);
  });
  await Promise.all([ada.close(), ben.close()]);
});

test('a model in two groups is refused beside its field', async ({ page }) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/pool`);
  const rules = page.getByRole('region', { name: 'How lending works here' });
  for (const [index, name] of ['one', 'two'].entries()) {
    await rules.getByRole('button', { name: 'Add group' }).click();
    const group = rules.getByRole('group', { name: `Group ${index + 1}` });
    await group.getByRole('textbox', { name: 'Name' }).fill(name);
    await group.getByRole('combobox', { name: 'Models' }).fill('gpt-lab');
    await page.keyboard.press('Enter');
  }
  await rules.getByRole('button', { name: 'Save' }).click();
  await expect(rules).toContainText('a model belongs to one group');
});
