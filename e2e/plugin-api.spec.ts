import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { fernetSeal } from '#server/testing/fernet-seal.ts';
import {
  PLUGIN_ADMIN_KEY,
  type PluginApiServer,
  startPluginApi,
  streamed,
  told,
} from '#server/testing/plugin-api-server.ts';
import { pick, row, signInAs } from './console.ts';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import { PASSWORD, signIn } from './lab.ts';

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

// Each goes on where the one before ended.
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

/** Their answer, in pieces. */
function saying(...words: string[]) {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const pieces = words.map((content) => chunk({ content }));
  return streamed([...pieces, chunk({}, 'stop'), 'data: [DONE]\n\n']);
}

test('a member chats by their own account there, which is theirs only', async ({ page }) => {
  plugin.when('POST /v1/chat/completions', saying('Hello from ', 'the pool'));
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

/** What `npm run import:plugin-keys` prints. */
async function importKeys(key: Buffer, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/import-plugin-keys.ts', ...args],
    {
      cwd: resolve(import.meta.dirname, '..'),
      env: {
        ...process.env,
        DATA_DIR: gatehouse.dataDir,
        PLUGIN_API_ENCRYPTION_KEY: key.toString('base64url'),
      },
    },
  );
  return stdout;
}

test('keys of an older database are imported beside the running server, which uses them at once', async () => {
  plugin.when(MAKES_USERS, told(500, { error: WHY }));
  const message = { role: 'assistant', content: 'Hi' };
  const answer = { id: 'c-1', choices: [{ index: 0, message, finish_reason: 'stop' }] };
  plugin.when('POST /v1/chat/completions', told(200, answer));
  const ada = await signIn(gatehouse.url);
  await ada.mutate('users.create', { username: 'cleo', password: PASSWORD });
  const cleo = await signIn(gatehouse.url, 'cleo');
  const { secret } = await cleo.mutate<{ secret: string }>('keys.create', { name: 'script' });
  const ask = async () => {
    const res = await fetch(`${gatehouse.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ model: 'pooled', messages: [{ role: 'user', content: 'hello' }] }),
    });
    await res.text();
    return res.status;
  };
  const older = randomBytes(32);
  const imported = 'sk-of-the-older-database';
  const file = join(gatehouse.dataDir, 'keys.csv');
  const line = (username: string, key: string) => `${username},${fernetSeal(older, key)},old-1`;
  const lines = [line('cleo', imported), line('ben', 'sk-another'), line('zoe', 'sk-zoe')];
  await writeFile(file, ['username,api_key,plugin_user_id', ...lines].join('\n'));

  const plan = await importKeys(older, file);
  expect(plan).toMatch(/line 2 {2}cleo {2}would be imported\nline 3 {2}ben {2}has a key already/);
  expect(plan).toMatch(/line 4 {2}zoe {2}skipped: there is no such user here\nNothing was changed/);
  expect(await ask()).toBe(503);
  const written = await importKeys(older, file, '--write');
  expect(written).toMatch(/line 2 {2}cleo {2}imported\nline 3 {2}ben {2}has a key already/);
  for (const printed of [plan, written]) expect(printed).not.toContain('sk-');
  await expect.poll(ask, { timeout: 1_000 }).toBe(200);
  expect(plugin.calls.at(-1)?.headers.authorization).toBe(`Bearer ${imported}`);
  expect(await importKeys(older, file, '--write')).toContain('cleo  has a key already');
});

test('they are imported into one that is stopped, too', async () => {
  expect(await gatehouse.stop()).toBe(0);
  const older = randomBytes(32);
  const file = join(gatehouse.dataDir, 'more.jsonl');
  const rows = ['cleo', 'nobody'].map((username) => ({
    username,
    api_key: fernetSeal(older, 'sk-x'),
  }));
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  expect(await importKeys(older, file)).toMatch(
    /cleo {2}has a key already\nline 2 {2}nobody {2}skip/,
  );
});
