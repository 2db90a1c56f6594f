import { expect, test } from '@playwright/test';
import {
  PLUGIN_ADMIN_KEY,
  type PluginApiServer,
  startPluginApi,
  streamed,
  told,
} from '#server/testing/plugin-api-server.ts';
import { pick, row, signInAs } from './console.ts';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import { PASSWORD } from './lab.ts';

const MAKES_USERS = 'POST /api/users';
const WHY = 'the database there is full';

let plugin: PluginApiServer;
let gatehouse: Gatehouse;
test.beforeAll(async () => {
  plugin = await startPluginApi();
  plugin.when(MAKES_USERS, told(500, { error: WHY }));
  gatehouse = await startGatehouse({
    apply: {
      users: [
        { username: 'ada', password: PASSWORD, role: 'admin' },
        { username: 'ben', password: PASSWORD, role: 'member' },
      ],
      models: [{ name: 'pooled', routes: [{ platform: 'plugin', model: 'gemini-3-pro' }] }],
    },
    env: { PLUGIN_API_BASE_URL: plugin.url, PLUGIN_API_ADMIN_KEY: PLUGIN_ADMIN_KEY },
  });
});
test.afterAll(async () => {
  await gatehouse[Symbol.asyncDispose]();
  await plugin[Symbol.asyncDispose]();
});

// The second goes on where the first ended.
test.describe.configure({ mode: 'serial' });

test('an admin sees for whom no account could be made and why, and has it tried again', async ({
  page,
  browser,
}) => {
  await signInAs(page, gatehouse.url);
  await page.goto(`${gatehouse.url}/users`);
  const title = page.getByRole('heading', {
    name: '2 accounts at the Plug-in API could not be made',
  });
  await expect(async () => {
    await page.reload();
    await expect(title).toBeVisible({ timeout: 1_000 });
  }).toPass();
  const failed = page.getByRole('table', { name: 'could not be made' });
  await expect(failed.getByRole('row', { name: 'ben' })).toContainText(WHY);

  const ben = await browser.newPage();
  await signInAs(ben, gatehouse.url, 'ben');
  await ben.goto(`${gatehouse.url}/profile`);
  await expect(ben.getByText('Could not be made yet')).toBeVisible();
  await expect(ben.getByText(WHY)).toBeHidden();

  plugin.when(MAKES_USERS, null);
  await page.getByRole('button', { name: 'Try again for ben' }).click();
  await expect(page.getByText('It is tried again for 1 person.')).toBeVisible();
  await expect.poll(() => plugin.users.map(({ name }) => name)).toEqual(['ben']);
  await expect(failed.getByRole('row', { name: 'ben' })).toBeHidden();
  await expect(failed.getByRole('row', { name: 'ada' })).toBeVisible();
  await page.getByRole('button', { name: 'Try all again' }).click();
  await expect(failed).toBeHidden();
  await expect.poll(() => plugin.users.map(({ name }) => name)).toEqual(['ben', 'ada']);
  await expect(row(page, 'ben')).toBeVisible();

  await ben.reload();
  await expect(ben.getByText('Ready', { exact: true })).toBeVisible();
  await ben.close();
});

test('a member chats by their own account there, which is theirs only', async ({ page }) => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const pieces = [chunk({ content: 'Hello from ' }), chunk({ content: 'the pool' })];
  plugin.when(
    'POST /v1/chat/completions',
    streamed([...pieces, chunk({}, 'stop'), 'data: [DONE]\n\n']),
  );
  await signInAs(page, gatehouse.url, 'ben');
  await page.goto(`${gatehouse.url}/playground`);
  await pick(page.getByRole('combobox', { name: 'Model' }), 'pooled');
  await page.getByRole('textbox', { name: 'Message' }).fill('Who are you?');
  await page.getByRole('button', { name: 'Send' }).click();
  const turns = page.getByRole('list', { name: 'Conversation' }).getByRole('listitem');
  await expect(turns.last()).toContainText('Hello from the pool');
  const call = plugin.calls.at(-1);
  expect(call?.json).toMatchObject({ model: 'gemini-3-pro', stream: true });
  const own = plugin.users.find(({ name }) => name === 'ben');
  expect(call?.headers.authorization).toBe(`Bearer ${own?.key}`);

  await page.goto(`${gatehouse.url}/accounts`);
  await expect(row(page, 'Plug-in API')).toHaveCount(1);
});
