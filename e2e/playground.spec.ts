import { expect, type Page, test } from '@playwright/test';
import { pick, signInAs } from './console.ts';
import { KEY, type Lab, signIn, startLab } from './lab.ts';

// The model `echo` says the question again, one word every 40 ms; `nobody` has no account.
const TOKEN_MS = 40;

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab();
  const ada = await signIn(lab.url);
  const account = { platformId: 'sandbox', name: 'slow', options: { tokenMs: TOKEN_MS } };
  await ada.mutate('accounts.create', account);
  for (const [name, platform, model] of [
    ['echo', 'sandbox', 'sandbox-echo'],
    ['nobody', 'openai', 'gpt-none'],
  ])
    await ada.mutate('models.create', { name, routes: [{ platform, model }] });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

test.beforeEach(async ({ page }) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/playground`);
  await chooseModel(page, 'echo');
});

async function chooseModel(page: Page, name: string): Promise<void> {
  await pick(page.getByRole('combobox', { name: 'Model' }), name);
}

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const turns = (page: Page) =>
  page.getByRole('list', { name: 'Conversation' }).getByRole('listitem');
const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n + 1}`).join(' ');

test('an answer grows word by word until it is complete', async ({ page }) => {
  await composer(page).fill(words(60));
  await page.getByRole('button', { name: 'Send' }).click();
  const answer = turns(page).last();
  await expect(answer).toHaveAttribute('aria-busy', 'true');
  const lengths = new Set<number>();
  await expect
    .poll(
      async () => {
        lengths.add((await answer.textContent())?.length ?? 0);
        return await answer.getAttribute('aria-busy');
      },
      { intervals: [50] },
    )
    .toBe('false');
  expect(lengths.size).toBeGreaterThan(4);
  await expect(answer).toContainText('word60');
  await expect(page.getByText('The answer is complete.')).toBeAttached();
  await expect(answer.getByRole('group', { name: 'Figures of this answer' })).toContainText(
    /\d+ → \d+ tokens.*first token.*tokens\/s/,
  );
});

test('stopped, it keeps what came, says so, and usage knows', async ({ page }) => {
  await composer(page).fill(words(2_000));
  await page.getByRole('button', { name: 'Send' }).click();
  const answer = turns(page).last();
  await expect(answer).toContainText('word5 ');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await expect(answer.getByText('Stopped', { exact: true })).toBeVisible();
  await expect(answer).toContainText('word5 ');
  await expect(answer).not.toContainText('word2000');

  await test.step('its record', async () => {
    await answer.getByRole('link', { name: 'Request details' }).click();
    const detail = page.getByRole('dialog', { name: 'Request' });
    await expect(detail.getByText('It was stopped before the answer was complete')).toBeVisible();
    await expect(detail.getByText('Stopped', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('the conversation is still there, after a reload as well', async () => {
    await page.getByRole('link', { name: 'Playground' }).click();
    await expect(turns(page)).toHaveCount(2);
    await page.reload();
    await expect(turns(page).last()).toContainText('word5 ');
  });

  await test.step('until it is cleared', async () => {
    await page.getByRole('button', { name: 'Clear conversation' }).click();
    const question = page.getByRole('dialog', { name: 'Clear this conversation?' });
    await question.getByRole('button', { name: 'Clear conversation' }).click();
    await expect(page.getByRole('heading', { name: 'Ask anything' })).toBeVisible();
  });
});

test('a failure is told in words, with a way on', async ({ page }) => {
  await chooseModel(page, 'nobody');
  await composer(page).fill('Is anyone there?');
  await composer(page).press('Enter');
  const alert = turns(page).last().getByRole('alert');
  await expect(alert).toContainText('No account can serve this now');
  await expect(alert).toContainText('Add an account');
  await chooseModel(page, 'echo');
  await alert.getByRole('button', { name: 'Ask again' }).click();
  await expect(turns(page).last()).toContainText('Is anyone there?');
  await expect(alert).toBeHidden();
});

test('the curl command asks for the same', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await composer(page).fill("What's new?");
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const dialog = page.getByRole('dialog', { name: 'This request in a terminal' });
  await dialog.getByRole('button', { name: 'Copy command' }).click();
  await expect(dialog.getByText('Copied')).toBeAttached();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toBe(await dialog.locator('pre').textContent());

  const [, url = '', body = ''] = /^curl -N '(\S+)'[\s\S]*-d '([\s\S]*)'$/.exec(command) ?? [];
  expect(command).toContain('Authorization: Bearer $GATEHOUSE_KEY');
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: body.replaceAll("'\\''", "'"),
  });
  expect(await answer.text()).toMatch(/data: .*new\?[\s\S]*\[DONE\]/);
});

test('Enter sends, Shift+Enter starts a line', async ({ page }) => {
  await composer(page).pressSequentially('first line');
  await composer(page).press('Shift+Enter');
  await composer(page).pressSequentially('second line');
  await expect(composer(page)).toHaveValue('first line\nsecond line');
  await composer(page).press('Enter');
  await expect(turns(page).first()).toContainText('first line\nsecond line');
  await expect(composer(page)).toHaveValue('');
  await composer(page).press('Enter');
  await expect(turns(page)).toHaveCount(2);
});

test('the Enter that ends an input method’s composition does not send', async ({ page }) => {
  await composer(page).focus();
  const keyboard = await page.context().newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', {
    text: 'ni hao',
    selectionStart: 6,
    selectionEnd: 6,
  });
  await expect(composer(page)).toHaveValue('ni hao');
  const enter = { key: 'Enter', code: 'Enter' };
  for (const windowsVirtualKeyCode of [13, 229]) {
    await keyboard.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      windowsVirtualKeyCode,
      ...enter,
    });
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter });
  }
  await keyboard.send('Input.insertText', { text: '你好' });
  await expect(composer(page)).toHaveValue('你好');
  await expect(turns(page)).toHaveCount(0);
  await composer(page).press('Enter');
  await expect(turns(page).first()).toContainText('你好');
});
