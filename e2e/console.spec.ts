import { expect, type Page, test } from '@playwright/test';
import { signInAs, watch } from './console.ts';
import { KEY, type Lab, startLab } from './lab.ts';

// What holds for every page: languages, themes, the keyboard, phones, and nothing from elsewhere.
const PAGES = [
  '/',
  '/playground',
  '/accounts',
  '/models',
  '/platforms',
  '/keys',
  '/connect',
  '/users',
  '/usage',
  '/profile',
] as const;

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const messages = [{ role: 'user' as const, content: 'hello' }];
  await lab.client(KEY).chat.completions.create({ model: 'gpt-lab', messages });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

/** Opens a page and waits until its data is there. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(lab.url + path, { waitUntil: 'networkidle' });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

test('no page shows an error, asks another host or breaches its own policy', async ({
  page,
  context,
}) => {
  const { problems } = watch(context, lab.url);
  const policy = (await page.request.get(lab.url)).headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain('unsafe-eval');
  for (const path of ['/sign-in', '/invite/none', '/setup', '/no-such-page'])
    await page.goto(lab.url + path, { waitUntil: 'networkidle' });
  // That a link is over is told by the page, and by the browser in its console.
  expect(problems().filter((problem) => !/status of 404/.test(problem))).toEqual([]);
  const before = problems().length;
  await signInAs(page, lab.url);
  for (const path of PAGES) await visit(page, path);
  expect(problems().slice(before)).toEqual([]);
});

for (const language of ['en', 'zh'] as const) {
  test(`on a phone no page is wider than the screen: ${language}`, async ({ browser }) => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      locale: language === 'zh' ? 'zh-CN' : 'en-US',
    });
    const page = await context.newPage();
    const tooWide: string[] = [];
    const measure = async (path: string) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 390) tooWide.push(`${path}: ${width}`);
    };
    await page.goto(`${lab.url}/sign-in`, { waitUntil: 'networkidle' });
    await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${language}`));
    await measure('/sign-in');
    await signInAs(page, lab.url);
    for (const path of PAGES) {
      await visit(page, path);
      await measure(path);
    }
    expect(tooWide).toEqual([]);
    await context.close();
  });
}

test('the language stays as chosen, also at the next visit', async ({ page }) => {
  await signInAs(page, lab.url);
  await visit(page, '/keys');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '中文' }).click();
  await expect(page.getByRole('heading', { name: 'API 密钥', level: 1 })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', /^zh/);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'API 密钥', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'API keys', level: 1 })).toBeVisible();
});

test('the theme stays as chosen, and is there before the page is', async ({ page }) => {
  await signInAs(page, lab.url);
  await visit(page, '/');
  const html = page.locator('html');
  for (const [name, scheme] of [
    ['Dark', 'dark'],
    ['Light', 'light'],
  ] as const) {
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitem', { name }).click();
    await expect(html).toHaveAttribute('data-mantine-color-scheme', scheme);
    await page.reload({ waitUntil: 'commit' });
    await expect(html).toHaveAttribute('data-mantine-color-scheme', scheme);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
});

test('sign-in works by keyboard alone', async ({ page }) => {
  await page.goto(`${lab.url}/sign-in`);
  await expect(page.getByRole('textbox', { name: 'User name' })).toBeFocused();
  await page.keyboard.type('nobody');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'User name' })).toHaveValue('nobody');
  await page.getByLabel('Password', { exact: true }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeFocused();
});

test('the first Tab offers to skip to the content', async ({ page }) => {
  await signInAs(page, lab.url);
  await visit(page, '/keys');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('Esc closes a dialog and the focus is back where it was', async ({ page }) => {
  await signInAs(page, lab.url);
  for (const [path, button] of [
    ['/keys', 'Create key'],
    ['/users', 'Add user'],
    ['/accounts', 'Add account'],
    ['/models', 'Add model'],
    ['/platforms', 'Add platform'],
  ] as const) {
    await visit(page, path);
    const opener = page.getByRole('button', { name: button, exact: true });
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(opener, path).toBeFocused();
  }
});

test('Ctrl+K goes to a page by its name', async ({ page }) => {
  await signInAs(page, lab.url);
  await visit(page, '/');
  await page.keyboard.press('Control+K');
  await page.getByPlaceholder('Go to a page').fill('usa');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${lab.url}/usage`);
});
