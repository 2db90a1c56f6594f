import { expect, test } from '@playwright/test';
import OpenAI from 'openai';
import { choose, pick, row, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const ada = await signIn(lab.url);
  const routes = [{ platform: 'lab', model: 'tiny' }];
  await ada.mutate('models.create', { name: 'gpt-other', routes });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

const messages = [{ role: 'user' as const, content: 'Say three words' }];

function ask(secret: string, model = 'gpt-lab') {
  return lab.client(secret).chat.completions.create({ model, messages });
}

/** A key made by the procedure; the form is the matter of one test only. */
async function newKey(name: string, owner = 'ada'): Promise<string> {
  const session = await signIn(lab.url, owner);
  return (await session.mutate<{ secret: string }>('keys.create', { name })).secret;
}

test('a key revoked in the console is refused within a second', async ({ page }) => {
  const secret = await newKey('leaked');
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/keys`);
  await choose(page, 'leaked', 'Revoke');
  const dialog = page.getByRole('dialog', { name: 'Revoke leaked?' });
  await expect(dialog).toContainText('refused within a second');

  // A program that goes on asking, one request after the other, while the person clicks.
  const answers: { at: number; refused: boolean }[] = [];
  let asking = true;
  const program = (async () => {
    while (asking) {
      const error = await ask(secret).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error && !(error instanceof OpenAI.AuthenticationError)) throw error;
      answers.push({ at: performance.now(), refused: error !== null });
    }
  })();
  let revoked = Number.NaN;
  try {
    await expect.poll(() => answers.length, 'it works before').toBeGreaterThan(3);
    expect(answers.some(({ refused }) => refused)).toBe(false);
    [revoked] = await Promise.all([
      page.waitForResponse(/keys\.revoke/).then(() => performance.now()),
      dialog.getByRole('button', { name: 'Revoke key' }).click(),
    ]);
    await expect.poll(() => answers.filter(({ refused }) => refused).length).toBeGreaterThan(3);
  } finally {
    asking = false;
    await program;
  }

  const first = answers.findIndex(({ refused }) => refused);
  expect((answers[first]?.at ?? Number.NaN) - revoked).toBeLessThan(1_000);
  expect(answers.slice(first).every(({ refused }) => refused)).toBe(true);
  await expect(page.getByText('leaked is revoked.')).toBeVisible();
  await expect(row(page, 'leaked')).toBeHidden();
  await page.getByRole('switch', { name: 'Show revoked' }).click();
  await expect(row(page, 'leaked')).toContainText('Revoked');
  await expect(page.getByRole('button', { name: 'Actions for leaked' })).toBeHidden();
});

test('a limit set in the console holds from the next request on', async ({ page }) => {
  const secret = await newKey('nightly');
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/keys`);
  await expect(row(page, 'nightly')).toContainText('No limit');
  await choose(page, 'nightly', 'Edit');
  const dialog = page.getByRole('dialog', { name: 'Edit nightly' });
  await dialog.getByRole('checkbox', { name: 'Requests a minute: Unlimited' }).uncheck();
  await dialog.getByRole('textbox', { name: 'Requests a minute' }).fill('1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'nightly')).toContainText('1 requests/min');

  // The minute may turn between two calls, so the second or the third is the one too many.
  const refusals: unknown[] = [];
  for (let calls = 0; calls < 3; calls += 1)
    await ask(secret).catch((error) => refusals.push(error));
  expect(refusals[0]).toBeInstanceOf(OpenAI.RateLimitError);
});

test('a key created for one model is good for no other', async ({ page }) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/keys#add`);
  const dialog = page.getByRole('dialog', { name: 'Create API key' });
  await dialog.getByLabel('Name').fill('narrow');
  await pick(dialog.getByRole('combobox', { name: 'Allowed models' }), 'gpt-other');
  await page.keyboard.press('Escape');
  await pick(dialog.getByRole('combobox', { name: 'Expires' }), 'In 30 days');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const ready = page.getByRole('dialog', { name: 'narrow is ready' });
  const secret = (await ready.getByRole('status', { name: 'API key' }).textContent()) ?? '';
  await ready.getByRole('button', { name: 'I have copied it' }).click();
  await expect(row(page, 'narrow')).toContainText('gpt-other');
  await expect(row(page, 'narrow')).toContainText(/in 30 days/);

  const listed = await lab.client(secret).models.list();
  expect(listed.data.map(({ id }) => id)).toEqual(['gpt-other']);
  expect((await ask(secret, 'gpt-other')).choices).toHaveLength(1);
  const refusal = await ask(secret, 'gpt-lab').catch((error) => error);
  expect(refusal).toBeInstanceOf(OpenAI.PermissionDeniedError);
  expect(refusal.message).toContain('gpt-lab');
});

test('a member sees only their own keys, an admin everyone’s when asked', async ({ browser }) => {
  await newKey('bens-script', 'ben');
  const [ben, ada] = [await browser.newPage(), await browser.newPage()];
  await signInAs(ben, lab.url, 'ben');
  await ben.goto(`${lab.url}/keys`);
  await expect(row(ben, 'bens-script')).toBeVisible();
  await expect(ben.getByRole('rowheader')).toHaveCount(1);
  await expect(ben.getByRole('switch', { name: 'Everyone’s keys' })).toBeHidden();
  const session = await signIn(lab.url, 'ben');
  await expect(session.query('keys.list', { all: true })).rejects.toThrow(/role does not allow/);

  await signInAs(ada, lab.url);
  await ada.goto(`${lab.url}/keys`);
  await expect(row(ada, 'e2e')).toBeVisible();
  await expect(row(ada, 'bens-script')).toBeHidden();
  await ada.getByRole('switch', { name: 'Everyone’s keys' }).click();
  await expect(row(ada, 'bens-script')).toContainText('ben');
  await Promise.all([ben.close(), ada.close()]);
});

test('a new secret works beside the old one until somebody ends that', async ({ page }) => {
  const old = await newKey('rotating');
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/keys`);
  await choose(page, 'rotating', 'New secret');
  await page
    .getByRole('dialog', { name: 'New secret for rotating' })
    .getByRole('button', { name: 'Make new secret' })
    .click();
  const ready = page.getByRole('dialog', { name: 'New secret of rotating' });
  const secret = (await ready.getByRole('status', { name: 'API key' }).textContent()) ?? '';
  await ready.getByRole('button', { name: 'I have copied it' }).click();
  expect(secret).not.toBe(old);
  expect((await ask(old)).choices).toHaveLength(1);
  expect((await ask(secret)).choices).toHaveLength(1);
  await expect(row(page, 'rotating')).toContainText('The old secret works until');

  await choose(page, 'rotating', 'End the old secret now');
  await page.getByRole('dialog').getByRole('button', { name: 'End it now' }).click();
  await expect(page.getByText('The old secret of rotating has ended.')).toBeVisible();
  await expect(ask(old)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  expect((await ask(secret)).choices).toHaveLength(1);
});

test('a key for one use is refused for others, and one that is switched off for all', async ({
  page,
}) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/keys#add`);
  const dialog = page.getByRole('dialog', { name: 'Create API key' });
  await dialog.getByLabel('Name').fill('chats-only');
  await pick(dialog.getByRole('combobox', { name: 'May be used for' }), 'Chat');
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('region', { name: 'What this key may do' })).toContainText(
    'Only: Chat.',
  );
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const ready = page.getByRole('dialog', { name: 'chats-only is ready' });
  const secret = (await ready.getByRole('status', { name: 'API key' }).textContent()) ?? '';
  await ready.getByRole('button', { name: 'I have copied it' }).click();

  expect((await ask(secret)).choices).toHaveLength(1);
  const client = lab.client(secret);
  const tries = [
    client.models.list(),
    client.embeddings.create({ model: 'gpt-lab', input: 'hello' }),
  ];
  for (const refused of await Promise.allSettled(tries)) {
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'scope_missing' } });
  }

  await choose(page, 'chats-only', 'Switch off');
  await expect(row(page, 'chats-only')).toContainText('Disabled');
  await expect(ask(secret)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  await choose(page, 'chats-only', 'Switch on');
  await expect(row(page, 'chats-only')).toContainText('Active');
  expect((await ask(secret)).choices).toHaveLength(1);
});
