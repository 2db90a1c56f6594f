import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import OpenAI from 'openai';
import type { Receipt } from '#shared/schemas/off-switch.ts';
import { choose, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

type Sibling = Awaited<ReturnType<Lab['startSibling']>>;

let lab: Lab;
let sibling: Sibling;
test.beforeAll(async () => {
  lab = await startLab();
  sibling = await lab.startSibling();
});
test.afterAll(async () => {
  await sibling[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
});

/** A key of ben's, and a stream of his that begins at another server and would go on for minutes. */
async function bensStream() {
  const ben = await signIn(lab.url, 'ben');
  const { secret } = await ben.mutate<{ secret: string }>('keys.create', { name: 'bens-laptop' });
  const client = new OpenAI({ apiKey: secret, baseURL: `${sibling.url}/v1`, maxRetries: 0 });
  const stream = await client.chat.completions.create({
    model: 'gpt-lab',
    messages: [{ role: 'user', content: 'Go on and on' }],
    stream: true,
    metadata: { words: '5000', gapMs: '50' },
  });
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  const end = (async () => {
    while (!(await events.next()).done);
    return 'complete';
  })().catch((error: { code?: string }) => error.code);
  return { ben, client, end };
}

test('one button ends a person’s stream at another server, and the receipt says when', async ({
  page,
}) => {
  const { ben, client, end } = await bensStream();
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/users`);
  await choose(page, 'ben', 'Off-switch');
  const dialog = page.getByRole('dialog', { name: 'End everything of ben?' });
  await dialog.getByRole('button', { name: 'End everything' }).click();

  expect(await end).toBe('ended_by_admin');
  await expect(page.getByRole('heading', { name: 'Off-switch: ben', level: 1 })).toBeVisible();
  await expect(page.getByText('Everything has ended')).toBeVisible();
  await expect(page.getByText('bens-laptop')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'gpt-lab' })).toHaveCount(1);
  await expect(page.getByText('There is no undo.')).toBeVisible();

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON' }).click();
  const receipt = JSON.parse(await readFile(await (await saved).path(), 'utf8')) as Receipt;
  expect(receipt).toMatchObject({ userName: 'ben', actorName: 'ada', following: 'complete' });
  expect(receipt.servers).toHaveLength(2);
  expect(receipt.streams).toMatchObject([{ model: 'gpt-lab', begun: true, ms: receipt.lastMs }]);

  await expect(ben.query('keys.list')).rejects.toThrow('Sign in first');
  await expect(client.models.list()).rejects.toMatchObject({ status: 401 });

  // What became of the request is told in plain words, to be opened from the receipt.
  await page.getByRole('link', { name: 'Details' }).click();
  await expect(page.getByText('An admin ended it', { exact: true })).toBeVisible();
});

test('a person ends everything of their own but the session at hand', async ({ page }) => {
  const other = await signIn(lab.url);
  const { secret } = await other.mutate<{ secret: string }>('keys.create', { name: 'lost' });
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/profile`);
  await page.getByRole('button', { name: 'End everything' }).click();
  const dialog = page.getByRole('dialog', { name: 'End everything of yours?' });
  await dialog.getByRole('button', { name: 'End everything' }).click();
  await expect(page.getByRole('heading', { name: 'Everything ended: ada' })).toBeVisible();
  await expect(page.getByText('lost', { exact: true })).toBeVisible();
  await expect(page.getByText('2 servers answered. Nothing was running.')).toBeVisible();
  await expect(other.query('keys.list')).rejects.toThrow('Sign in first');
  await expect(lab.client(secret).models.list()).rejects.toMatchObject({ status: 401 });
  await page.goto(`${lab.url}/profile`);
  await expect(page.getByRole('heading', { name: 'Profile' })).toBeVisible();
});
