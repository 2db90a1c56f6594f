import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { PASSWORD } from './lab.ts';

/** Signs the page's browser context in without the form, which sessions.spec.ts looks at. */
export async function signInAs(page: Page, url: string, username = 'ada'): Promise<void> {
  const res = await page.request.post(`${url}/trpc/sessions.signIn`, {
    headers: { origin: url },
    data: { username, password: PASSWORD },
  });
  expect(res.status(), await res.text()).toBe(200);
}

/** Fills the sign-in form in and sends it. */
export async function submitSignIn(
  page: Page,
  username: string,
  password = PASSWORD,
): Promise<void> {
  await page.getByRole('textbox', { name: 'User name' }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The row of a table whose name cell contains `name`. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
}

/** Opens a row's menu and chooses from it. */
export async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Opens a select or multi-select by its label and picks an option. */
export async function pick(field: Locator, option: string): Promise<void> {
  await field.click();
  await field.page().getByRole('option', { name: option }).click();
}

/**
 * Notes what no page may do: errors in its console, requests to another host, and breaches of its
 * content security policy. `problems()` lists them all.
 */
export function watch(context: BrowserContext, url: string): { problems: () => string[] } {
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`error: ${error.error().message}`));
  context.on('request', (request) => {
    const to = new URL(request.url());
    const local = to.origin === url || to.protocol === 'data:' || to.protocol === 'blob:';
    if (!local) problems.push(`request: ${request.url()}`);
  });
  return { problems: () => problems };
}
