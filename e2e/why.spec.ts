import { expect, type Page, test } from '@playwright/test';
import { signInAs, submitSignIn } from './console.ts';
import { KEY, type Lab, startLab } from './lab.ts';

let lab: Lab;
test.beforeAll(async () => {
  lab = await startLab({ limits: { rpm: 1 } });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

type Asked = { id: string; link: string; message: string; status: number };

async function ask(): Promise<Asked> {
  const res = await fetch(`${lab.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: 'gpt-lab', messages: [{ role: 'user', content: 'hello' }] }),
  });
  const { error } = (await res.json()) as { error?: { message: string } };
  return {
    id: res.headers.get('x-request-id') ?? '',
    link: res.headers.get('x-gatehouse-why') ?? '',
    message: error?.message ?? '',
    status: res.status,
  };
}

/** A request that the key's limit of one a minute refused; the minute may turn in between. */
async function refused(): Promise<Asked> {
  for (let tries = 0; tries < 5; tries += 1) {
    const asked = await ask();
    if (asked.status === 429) return asked;
  }
  throw new Error('the limit refused nothing');
}

const heading = (page: Page) =>
  page.getByRole('heading', { name: 'What became of this request', level: 1 });

test('a refusal’s link leads through sign-in to the limit that refused it', async ({ page }) => {
  const { link, message } = await refused();
  expect(link).toContain(`${lab.url}/why/`);
  expect(message).toContain(`Details: ${link}`);
  await page.goto(link);
  await submitSignIn(page, 'ada');
  await expect(heading(page)).toBeVisible();
  await expect(page).toHaveURL(link);
  await expect(page.getByRole('alert')).toContainText('Too many requests');
  const story = page.getByRole('region', { name: 'What happened' });
  await expect(story).toContainText('The limit of the API key, requests a minute: 1 allowed');
  await expect(story).toContainText('It was not sent to any platform.');
  await expect(page.getByRole('table', { name: 'Limits that were looked at' })).toContainText(
    'refused it',
  );
});

test('an answered request tells its way, from the usage drawer', async ({ page }) => {
  await signInAs(page, lab.url);
  // The first one of the minute is answered: there is one in any case.
  await ask();
  await page.goto(`${lab.url}/usage?outcome=ok`);
  await page.getByRole('rowheader').first().getByRole('button').click();
  await page.getByRole('link', { name: 'Why it ended like this' }).click();
  await expect(heading(page)).toBeVisible();
  await expect(page.getByText('It was answered', { exact: true })).toBeVisible();
  const story = page.getByRole('region', { name: 'What happened' });
  await expect(story).toContainText('1 account could serve it at that moment.');
  await expect(story).toContainText(/Attempt 1: lab \(lab-1\), model tiny, .*it answered/);
  await expect(page.getByRole('table', { name: 'Accounts that were considered' })).toContainText(
    'lab-1',
  );
});

test('another person’s request, an unknown one and half an address look the same', async ({
  page,
}) => {
  const { link } = await refused();
  await signInAs(page, lab.url, 'ben');
  for (const address of [
    link,
    `${lab.url}/why/01a00000-0000-7000-8000-000000000000`,
    `${lab.url}/why/01a0`,
  ]) {
    await page.goto(address);
    await expect(page.getByRole('heading', { name: 'No such request' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'All my requests' })).toBeVisible();
  }
});

test('on a phone, dark and in Chinese, nothing is wider than the screen', async ({ page }) => {
  const { link } = await refused();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await signInAs(page, lab.url);
  await page.addInitScript(() => localStorage.setItem('gatehouse.language', 'zh'));
  await page.goto(link);
  await expect(page.getByRole('heading', { name: '这个请求的经过', level: 1 })).toBeVisible();
  await expect(page.getByRole('region', { name: '经过', exact: true })).toContainText(
    'API 密钥的限额',
  );
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider).toBeLessThanOrEqual(0);
});
