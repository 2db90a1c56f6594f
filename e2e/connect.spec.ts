import { expect, type Page, test } from '@playwright/test';
import { pick, signInAs, watch } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const ada = await signIn(lab.url);
  const routes = [{ platform: 'lab', model: 'tiny' }];
  await ada.mutate('models.create', { name: 'gpt-other', routes });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const tool = (page: Page, name: string) =>
  page.getByRole('tablist', { name: 'Tools' }).getByRole('tab', { name, exact: true });

async function open(page: Page, search = '', username = 'ada'): Promise<void> {
  await signInAs(page, lab.url, username);
  await page.goto(`${lab.url}/connect${search}`);
  await expect(page.getByRole('heading', { name: 'Connect a tool', level: 1 })).toBeVisible();
}

test('a mangled link still opens', async ({ page }) => {
  await open(page, '?tool&model=%7B%7D');
  await expect(tool(page, 'Claude Code')).toHaveAttribute('aria-selected', 'true');
  await page.goto(`${lab.url}/usage?outcome=bogus&key=x&range`);
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the lines carry this server, the chosen model and no key', async ({ page }) => {
  await open(page);
  await pick(page.getByRole('combobox', { name: 'Model' }), 'gpt-other');
  await tool(page, 'Codex CLI').click();
  const codex = card(page, 'Codex CLI');
  await expect(codex).toContainText('~/.codex/config.toml');
  await expect(codex).toContainText('model = "gpt-other"');
  await expect(codex).toContainText(`base_url = "${lab.url}/v1"`);
  await expect(codex).toContainText('wire_api = "responses"');
  await tool(page, 'Claude Code').click();
  const claude = card(page, 'Claude Code');
  await expect(claude).toContainText(`export ANTHROPIC_BASE_URL=${lab.url}`);
  await expect(claude).toContainText('export ANTHROPIC_MODEL=gpt-other');
  await expect(claude).toContainText('$GATEHOUSE_API_KEY');
  await expect(page.getByRole('main')).not.toContainText('gh-e2e');
});

test('the choice is in the address, so that a link leads to the same lines', async ({ page }) => {
  await open(page, '?tool=gemini&model=gpt-other');
  await expect(card(page, 'Gemini CLI')).toContainText('GEMINI_MODEL=gpt-other');
  await tool(page, 'Cursor').click();
  await expect(page).toHaveURL(/tool=cursor/);
  await page.reload();
  await expect(card(page, 'Cursor')).toContainText(`${lab.url}/v1`);
});

test('every tool and every way of it has something to copy, without an error', async ({
  page,
  context,
}) => {
  const { problems } = watch(context, lab.url);
  await open(page);
  const tabs = page.getByRole('tablist', { name: 'Tools' }).getByRole('tab');
  const names = await tabs.allTextContents();
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    await tool(page, name).click();
    const shown = card(page, name);
    const ways = shown.getByRole('tablist').getByRole('tab');
    const count = await ways.count();
    for (let way = 0; way < Math.max(1, count); way += 1) {
      if (count > 0) await ways.nth(way).click();
      await expect(shown.getByRole('button', { name: /^Copy/ }).first()).toBeVisible();
      await expect(shown).toContainText('gpt-lab');
    }
  }
  expect(problems()).toEqual([]);
});

test('the copy button copies exactly the lines that are shown', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '?tool=codex');
  await card(page, 'Codex CLI').getByRole('button', { name: 'Copy code' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split('\n')[0]).toBe('model = "gpt-lab"');
  expect(copied.split('\n').at(-1)).toBe('wire_api = "responses"');
});

test('what the page tells curl to send is answered', async ({ page }) => {
  await open(page, '?tool=curl');
  const command = await card(page, 'curl').locator('pre').textContent();
  const [, url = ''] = /curl (\S+)/.exec(command ?? '') ?? [];
  const [, body = ''] = /-d '([\s\S]*)'/.exec(command ?? '') ?? [];
  const ada = await signIn(lab.url);
  const { secret } = await ada.mutate<{ secret: string }>('keys.create', { name: 'pasted' });
  const res = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body,
  });
  expect(res.status).toBe(200);
});

test('tools are chosen by keyboard alone', async ({ page }) => {
  await open(page);
  await tool(page, 'Claude Code').focus();
  await page.keyboard.press('ArrowDown');
  await expect(tool(page, 'Codex CLI')).toHaveAttribute('aria-selected', 'true');
  await expect(card(page, 'Codex CLI')).toBeVisible();
});

test('without a key it says so and opens the form for one', async ({ page }) => {
  await open(page, '', 'ben');
  await expect(page.getByText('You have no API key yet')).toBeVisible();
  await page.getByRole('link', { name: 'Create API key' }).click();
  const form = page.getByRole('dialog', { name: 'Create API key' });
  await form.getByLabel('Name').fill('laptop');
  await form.getByRole('button', { name: 'Create key' }).click();
  const ready = page.getByRole('dialog', { name: 'laptop is ready' });
  const secret = (await ready.getByRole('status', { name: 'API key' }).textContent()) ?? '';
  const tab = page.waitForEvent('popup');
  await ready.getByRole('link', { name: /Set up Claude Code/ }).click();
  const connect = await tab;
  await expect(connect.getByRole('heading', { name: 'Connect a tool' })).toBeVisible();
  await expect(connect.getByText('You have no API key yet')).toBeHidden();
  expect(connect.url()).not.toContain(secret);
  await expect(ready).toBeVisible();
});

test('on a phone the tools are a select and nothing is wider than the screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await pick(page.getByRole('combobox', { name: 'Tool' }), 'Vercel AI SDK');
  await expect(card(page, 'Vercel AI SDK')).toContainText('createOpenAICompatible');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
