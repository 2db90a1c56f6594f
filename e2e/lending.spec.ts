import { expect, type Locator, type Page, test } from '@playwright/test';
import { choose, pick, row, signInAs } from './console.ts';
import { type Lab, PASSWORD, signIn, startLab } from './lab.ts';

const ZONE = 'Asia/Shanghai';
const HOUR_MS = 3_600_000;

let lab: Lab;
/** Keys of the members, by name. */
const keys: Record<string, string> = {};
test.beforeAll(async () => {
  lab = await startLab({ env: { QUOTA_ZONE: ZONE } });
  const ada = await signIn(lab.url);
  const accounts = await ada.query<{ id: string }[]>('accounts.list');
  for (const { id } of accounts) await ada.mutate('accounts.delete', { id });
  for (const username of ['cleo', 'dan']) {
    await ada.mutate('users.create', { username, password: PASSWORD });
  }
  for (const name of ['ben', 'cleo', 'dan']) {
    const member = await signIn(lab.url, name);
    keys[name] = (await member.mutate<{ secret: string }>('keys.create', { name: 'mine' })).secret;
  }
});
test.afterAll(() => lab[Symbol.asyncDispose]());

type Asked = { status: number; why: string };

async function ask(who: string, model = 'gpt-lab'): Promise<Asked> {
  const res = await fetch(`${lab.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await res.text();
  return { status: res.status, why: res.headers.get('x-gatehouse-why') ?? '' };
}
const status = (who: string) => async () => (await ask(who)).status;

async function add(owner: string, name: string, more: object = {}): Promise<string> {
  const session = await signIn(lab.url, owner);
  const account = { platformId: 'lab', name, apiKey: `sk-${name}-0123456789`, ...more };
  return (await session.mutate<{ id: string }>('accounts.create', account)).id;
}
async function remove(owner: string, id: string): Promise<void> {
  await (await signIn(lab.url, owner)).mutate('accounts.delete', { id });
}

/** The settings of an account, on the accounts page of whoever is signed in. */
async function settingsOf(page: Page, name: string): Promise<Locator> {
  await page.goto(`${lab.url}/accounts`);
  await row(page, name).getByRole('rowheader').getByRole('button').click();
  const drawer = page.getByRole('dialog', { name });
  await drawer.getByRole('tab', { name: 'Settings' }).click();
  return drawer;
}
const lendOf = (drawer: Locator) => drawer.getByRole('switch', { name: 'Lend to others' });
const save = (drawer: Locator) => drawer.getByRole('button', { name: 'Save' }).click();

/** HH:MM in the server's zone, some hours from now. */
function clock(hours: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
  }).format(Date.now() + hours * HOUR_MS);
}

test('a member lends to one person, for one model, at some hours; sees the use; withdraws', async ({
  page,
  browser,
}) => {
  const id = await add('ben', 'bens-account');
  await signInAs(page, lab.url, 'ben');
  const drawer = await settingsOf(page, 'bens-account');
  const [from, to] = [clock(-1), clock(2)];

  await test.step('people are found by name, hours are told with their zone', async () => {
    await lendOf(drawer).click();
    const people = drawer.getByRole('combobox', { name: 'Lent to' });
    await people.fill('nobody-of-this-name');
    await expect(page.getByText('Nobody here goes by that name')).toBeVisible();
    await people.fill('cle');
    await page.getByRole('option', { name: 'cleo' }).click();
    await people.fill('');
    await expect(page.getByRole('option', { name: 'dan' })).toBeVisible();
    // Not to oneself, and to nobody twice.
    await expect(page.getByRole('option', { name: /ben|cleo/ })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await pick(drawer.getByRole('combobox', { name: 'For these models' }), 'gpt-lab');
    await page.keyboard.press('Escape');
    await drawer.getByRole('switch', { name: 'At these hours only' }).click();
    await drawer.getByLabel('From').fill(from);
    await drawer.getByLabel('Until').fill(to);
    await expect(drawer.getByText(`Others may use it from ${from} to ${to}`)).toContainText(ZONE);
    await save(drawer);
    await expect(page.getByText('bens-account is lent from now on.')).toBeVisible();
    await expect(row(page, 'bens-account')).toContainText('to 1 person · 1 model');
    await expect(row(page, 'bens-account')).toContainText(ZONE);
  });

  await test.step('that person is served, another one is refused', async () => {
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(200);
    const refused = await ask('dan');
    expect(refused.status).toBe(503);
    const dan = await browser.newPage();
    await signInAs(dan, lab.url, 'dan');
    await dan.goto(refused.why);
    await expect(dan.getByText('1 account is not lent for such a request')).toBeVisible();
    expect(await dan.content()).not.toMatch(new RegExp(`bens-account|${id}`));
    await dan.goto(`${lab.url}/accounts`);
    await expect(dan.getByText('No accounts yet')).toBeVisible();
    await dan.close();
  });

  await test.step('the borrower sees whose it is, and nothing of its use', async () => {
    const cleo = await browser.newPage();
    await signInAs(cleo, lab.url, 'cleo');
    await cleo.goto(`${lab.url}/accounts`);
    await expect(row(cleo, 'bens-account')).toContainText('Lent by ben');
    await row(cleo, 'bens-account').getByRole('rowheader').getByRole('button').click();
    const seen = cleo.getByRole('dialog', { name: 'bens-account' });
    await expect(seen.getByText('Its owner and admins see')).toBeVisible();
    await expect(seen.getByRole('tab')).toHaveCount(0);
    await cleo.close();
  });

  await test.step('the lender sees who used it for what, in all and by day', async () => {
    const used = drawer.getByRole('row').filter({ hasText: 'cleo' });
    await expect(async () => {
      await drawer.getByRole('tab', { name: 'Settings' }).click();
      await drawer.getByRole('tab', { name: 'Use' }).click();
      await expect(used).toContainText('gpt-lab', { timeout: 2_000 });
    }).toPass();
    await expect(used).toContainText('$0.00');
    await drawer.getByText('By day').click();
    await expect(drawer.getByText(`by day of ${ZONE}`)).toBeVisible();
    const today = new Intl.DateTimeFormat('en-US', {
      timeZone: ZONE,
      month: 'short',
      day: 'numeric',
    }).format(Date.now());
    await expect(used.first()).toContainText(today);
  });

  await test.step('outside of the hours nobody is served', async () => {
    await drawer.getByRole('tab', { name: 'Settings' }).click();
    await drawer.getByLabel('From').fill(clock(2));
    await drawer.getByLabel('Until').fill(clock(3));
    await save(drawer);
    await expect(page.getByText('bens-account was saved.')).toBeVisible();
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(503);
    await drawer.getByRole('switch', { name: 'At these hours only' }).click();
    await save(drawer);
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(200);
  });

  await test.step('withdrawn, it serves its owner alone from the next request on', async () => {
    await lendOf(drawer).click();
    await expect(drawer.getByText('not even one that waits for it already')).toBeVisible();
    await save(drawer);
    await expect(page.getByText('what runs goes on to its end')).toBeVisible();
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(503);
    expect((await ask('ben')).status).toBe(200);
    await expect(row(page, 'bens-account')).toContainText('Own');
  });
  await remove('ben', id);
});

test('a personal account is lent while an admin allows it: asked, allowed, taken back', async ({
  page,
  browser,
}) => {
  const id = await add('ben', 'bens-plan', { policyClass: 'personal' });
  const admin = await browser.newPage();
  await signInAs(admin, lab.url);
  await signInAs(page, lab.url, 'ben');

  await test.step('its owner is told who can allow it', async () => {
    const drawer = await settingsOf(page, 'bens-plan');
    await expect(drawer.getByText('until an admin has read those terms')).toBeVisible();
    await expect(lendOf(drawer)).toBeDisabled();
    await expect(drawer.getByRole('button', { name: /I have read/ })).toHaveCount(0);
  });

  await test.step('an admin who read the terms allows it, and its owner lends it', async () => {
    const drawer = await settingsOf(admin, 'bens-plan');
    await drawer.getByRole('button', { name: 'I have read the terms' }).click();
    await expect(admin.getByText('Personal accounts at lab may be lent.')).toBeVisible();
    const own = await settingsOf(page, 'bens-plan');
    await expect(own.getByText(/ada read those terms and allowed it on/)).toBeVisible();
    await lendOf(own).click();
    await save(own);
    await expect(page.getByText('bens-plan is lent from now on.')).toBeVisible();
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(200);
  });

  await test.step('taken back, the loan is paused at once and says so', async () => {
    await admin.getByRole('button', { name: 'Allow it no longer' }).click();
    await expect(admin.getByText('loans of them are paused')).toBeVisible();
    await expect.poll(status('cleo'), { timeout: 2_000 }).toBe(503);
    await page.goto(`${lab.url}/accounts`);
    await expect(row(page, 'bens-plan')).toContainText('Lent, paused');
    await expect(row(page, 'bens-plan')).toContainText('may not be lent now');
    expect((await ask('ben')).status).toBe(200);
  });

  await test.step('its owner goes on with it, and may withdraw it', async () => {
    await choose(page, 'bens-plan', 'Edit');
    const edit = page.getByRole('dialog', { name: 'Edit bens-plan' });
    await edit.getByLabel('Name').fill('bens-own-plan');
    await edit.getByRole('button', { name: 'Save' }).click();
    await expect(row(page, 'bens-own-plan')).toBeVisible();
    const drawer = await settingsOf(page, 'bens-own-plan');
    await expect(drawer.getByText('Its loan is paused')).toBeVisible();
    await lendOf(drawer).click();
    await save(drawer);
    await expect(page.getByText('bens-own-plan is withdrawn')).toBeVisible();
    await expect(lendOf(drawer)).toBeDisabled();
  });
  await admin.close();
  await remove('ben', id);
});

test('lent accounts before one’s own, when the profile says so', async ({ page }) => {
  const [own, lent] = [
    await add('cleo', 'cleos-own'),
    await add('ben', 'bens-lent', { shared: true }),
  ];
  const ada = await signIn(lab.url);
  const uses = async (id: string) => {
    const range = [-HOUR_MS, HOUR_MS].map((ms) => new Date(Date.now() + ms).toISOString());
    const input = { id, from: range[0], to: range[1] };
    const { rows } = await ada.query<{ rows: { requests: number }[] }>('accounts.use', input);
    return rows.reduce((sum, { requests }) => sum + requests, 0);
  };
  expect((await ask('cleo')).status).toBe(200);
  await expect.poll(() => uses(own)).toBe(1);
  expect(await uses(lent)).toBe(0);

  await signInAs(page, lab.url, 'cleo');
  await page.goto(`${lab.url}/profile`);
  await page.getByRole('switch', { name: 'Lent accounts before my own' }).click();
  await expect(page.getByText('Lent accounts are asked first from now on.')).toBeVisible();
  await expect(async () => {
    expect((await ask('cleo')).status).toBe(200);
    await expect.poll(() => uses(lent), { timeout: 2_000 }).toBeGreaterThan(0);
  }).toPass();
  await page.reload();
  const preference = page.getByRole('switch', { name: 'Lent accounts before my own' });
  await expect(preference).toBeChecked();
  await preference.click();
  await expect(page.getByText('Your own accounts are asked first from now on.')).toBeVisible();
  await remove('cleo', own);
  await remove('ben', lent);
});

test('the route of the lower priority is asked, and the other one when it cannot answer', async ({
  page,
}) => {
  const ada = await signIn(lab.url);
  const shared = await add('ada', 'for-lab', { shared: true });
  const sandbox = { platformId: 'sandbox', name: 'for-sandbox', shared: true };
  const { id } = await ada.mutate<{ id: string }>('accounts.create', sandbox);
  const routes = [
    { platform: 'lab', model: 'tiny' },
    { platform: 'sandbox', model: 'sandbox-echo' },
  ];
  await ada.mutate('models.create', { name: 'ranked', routes });
  /** Which platform answered, by the words: the lab's are counted. */
  const answered = async () => {
    const { choices } = await lab.client(keys['ben']).chat.completions.create({
      model: 'ranked',
      messages: [{ role: 'user', content: 'hello' }],
    });
    return choices[0]?.message.content?.includes('word0') ? 'lab' : 'sandbox';
  };
  await signInAs(page, lab.url);

  async function rank(lab_: string, sandbox_: string) {
    await page.goto(`${lab.url}/models`);
    await choose(page, 'ranked', 'Edit');
    const drawer = page.getByRole('dialog', { name: 'Edit ranked' });
    const priority = (n: number) =>
      drawer.getByRole('group', { name: `Route ${n}` }).getByLabel('Priority');
    await priority(1).fill(lab_);
    await priority(2).fill(sandbox_);
    await expect(drawer.getByText('asked when routes before it cannot answer')).toBeVisible();
    await drawer.getByRole('button', { name: 'Save' }).click();
    await expect(drawer).toBeHidden();
  }
  const first = async (platform: string) => {
    await expect.poll(answered, { timeout: 2_000 }).toBe(platform);
    for (let n = 0; n < 8; n += 1) expect(await answered()).toBe(platform);
  };
  await rank('1', '0');
  await first('sandbox');
  await expect(row(page, 'ranked')).toContainText('priority 1');
  await rank('0', '1');
  await first('lab');
  await ada.mutate('accounts.update', { id: shared, enabled: false });
  await first('sandbox');
  for (const gone of [shared, id]) await ada.mutate('accounts.delete', { id: gone });
});
