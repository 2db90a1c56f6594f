import { expect, test } from '@playwright/test';
import OpenAI from 'openai';
import { row, watch } from './console.ts';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import { PASSWORD } from './lab.ts';

// The first two minutes of whoever has just started Gatehouse, with the built-in sandbox only.
let gatehouse: Gatehouse;
test.beforeAll(async () => {
  gatehouse = await startGatehouse({ env: { OUTBOUND_ALLOW: '' } });
});
test.afterAll(() => gatehouse[Symbol.asyncDispose]());

test('without the right link, the page says where to find it', async ({ page }) => {
  await page.goto(gatehouse.url);
  await expect(page).toHaveURL(`${gatehouse.url}/setup`);
  await expect(page.getByText('The set-up link is needed')).toBeVisible();
  await expect(page.getByText('Look where Gatehouse was started')).toBeVisible();
  await expect(page.getByLabel('User name')).toBeHidden();

  // In the same tab, where only the fragment changes.
  await page.goto(`${gatehouse.url}/setup#not-the-token`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create admin' }).click();
  await expect(page.getByText('This set-up link does not work')).toBeVisible();
  await expect(page.getByText('open the newest link')).toBeVisible();
  await page.goto(`${gatehouse.url}${gatehouse.setupPath}`);
  await expect(page.getByLabel('User name')).toBeVisible();
});

test('from the one-time link to the first answers and their records', async ({ page, context }) => {
  const begun = performance.now();
  const { problems } = watch(context, gatehouse.url);
  const link = `${gatehouse.url}${gatehouse.setupPath}`;

  await test.step('become the admin', async () => {
    await page.goto(link);
    await expect(page, 'the token leaves the address').toHaveURL(`${gatehouse.url}/setup`);
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create admin' }).click();
    await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  });

  await test.step('start with the sandbox', async () => {
    await expect(page.getByText('0 of 3 done')).toBeVisible();
    await page.getByRole('button', { name: 'Start with the sandbox' }).click();
    await expect(page.getByText('2 of 3 done')).toBeVisible();
  });

  await test.step('see an answer streamed in the playground', async () => {
    await page.getByRole('link', { name: 'Try it in the playground' }).click();
    await page.getByLabel('Message').fill('The quick brown fox');
    await page.getByRole('button', { name: 'Send' }).click();
    const conversation = page.getByRole('list', { name: 'Conversation' });
    await expect(conversation.getByRole('listitem')).toHaveCount(2);
    await expect(conversation.getByRole('listitem').last()).toContainText('The quick brown fox');
    const figures = page.getByRole('group', { name: 'Figures of this answer' });
    await expect(figures).toContainText(/\d+ → \d+ tokens/);
    await expect(figures).toContainText(/first token \d/);
  });

  const secret = await test.step('create a key, which is shown once', async () => {
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Create key' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Create API key' });
    await dialog.getByLabel('Name').fill('laptop');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const ready = page.getByRole('dialog', { name: 'laptop is ready' });
    await expect(ready.getByText('nobody can show it again')).toBeVisible();
    const shown = (await ready.getByRole('status', { name: 'API key' }).textContent()) ?? '';
    expect(shown).toMatch(/^gh-\S{40,}$/);
    await expect(ready.locator('pre').first()).toContainText(shown);
    await ready.getByRole('button', { name: 'I have copied it' }).click();
    await expect(ready).toBeHidden();
    await page.reload();
    await expect(row(page, 'laptop')).toContainText('Active');
    expect(await page.content()).not.toContain(shown);
    return shown;
  });

  await test.step('the official client gets an answer with it', async () => {
    const client = new OpenAI({ apiKey: secret, baseURL: `${gatehouse.url}/v1`, maxRetries: 0 });
    const answer = await client.chat.completions.create({
      model: 'sandbox-echo',
      messages: [{ role: 'user', content: 'jumps over the lazy dog' }],
    });
    expect(answer.choices[0]?.message.content).toContain('jumps over the lazy dog');
  });

  await test.step('both requests are on the usage page', async () => {
    await page.getByRole('link', { name: 'Usage' }).click();
    const refresh = page.getByRole('button', { name: 'Refresh' });
    const rows = page.getByRole('table').getByRole('row').filter({ hasText: 'sandbox-echo' });
    await expect(async () => {
      await refresh.click();
      await expect(rows).toHaveCount(2, { timeout: 500 });
    }).toPass();
    for (const who of ['laptop', 'Playground']) {
      const cells = rows.filter({ hasText: who }).getByRole('cell');
      await expect(cells.nth(2)).toHaveText('OK');
      await expect(cells.nth(3), 'tokens read').toHaveText(/^≈?\s*[1-9]/);
      await expect(cells.nth(4), 'tokens written').toHaveText(/^≈?\s*[1-9]/);
      await expect(cells.nth(6), 'latency').toHaveText(/\d+ ?m?s/);
    }
  });

  await test.step('the link does not work a second time', async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await expect(page.getByText('Gatehouse is already set up')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Create admin' })).toBeHidden();
    const again = await page.request.post(`${gatehouse.url}/trpc/setup.complete`, {
      headers: { origin: gatehouse.url },
      data: { token: link.split('#')[1], username: 'eve', password: PASSWORD },
    });
    expect(again.status()).toBe(409);
  });

  expect(problems()).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(120_000);
});
