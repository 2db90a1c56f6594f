import { type Browser, expect, type Page, test } from '@playwright/test';
import { linkIn, type Mailbox, startMailbox } from '#server/testing/mailbox.ts';
import { pick, signInAs, submitSignIn } from './console.ts';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import { PASSWORD } from './lab.ts';

let mailbox: Mailbox;
let gatehouse: Gatehouse;
test.beforeAll(async () => {
  mailbox = await startMailbox();
  gatehouse = await startGatehouse({
    apply: { users: [{ username: 'ada', password: PASSWORD, role: 'admin' }] },
    env: { SMTP_URL: mailbox.url, MAIL_FROM: 'Gatehouse <gatehouse@example.com>' },
  });
});
test.afterAll(async () => {
  await gatehouse[Symbol.asyncDispose]();
  await mailbox[Symbol.asyncDispose]();
});

const FIRST = 'a first one of my own';
const SECOND = 'another one for later';
const EMAIL = 'cleo@example.com';

/** Another person at another machine. */
const someone = (browser: Browser): Promise<Page> => browser.newPage();

async function choosePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Password again').fill(password);
}

// Each goes on where the one before ended.
test.describe.configure({ mode: 'serial' });

test('a person registers, waits, confirms their address, and is let in', async ({
  page,
  browser,
}) => {
  await signInAs(page, gatehouse.url);
  await page.goto(`${gatehouse.url}/registration`);
  await pick(page.getByRole('combobox', { name: 'Registration' }), 'With approval');
  await page.getByRole('combobox', { name: 'E-mail address' }).click();
  await page.getByRole('option', { name: 'Asked for', exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Who may register was saved.')).toBeVisible();

  const cleo = await someone(browser);
  await cleo.goto(`${gatehouse.url}/sign-in`);
  await cleo.getByRole('link', { name: 'Register' }).click();
  await cleo.getByLabel('User name').fill('cleo');
  await cleo.getByLabel('E-mail address').fill(EMAIL);
  await choosePassword(cleo, 'password1234');
  await cleo.getByRole('button', { name: 'Register' }).click();
  await expect(cleo.getByText('Too easy to guess')).toBeVisible();
  await choosePassword(cleo, FIRST);
  await cleo.getByRole('button', { name: 'Register' }).click();
  await expect(cleo.getByRole('heading', { name: 'You are registered' })).toBeVisible();
  await cleo.getByRole('link', { name: 'Go to sign in' }).click();
  await submitSignIn(cleo, 'cleo', FIRST);
  await expect(cleo.getByText('You are not let in yet', { exact: true })).toBeVisible();

  await cleo.goto(gatehouse.url + linkIn(await mailbox.newest(EMAIL)).path);
  await cleo.getByRole('button', { name: 'Confirm address' }).click();
  await expect(cleo.getByRole('heading', { name: 'Your address is confirmed' })).toBeVisible();

  await page.goto(`${gatehouse.url}/users`);
  await expect(page.getByRole('heading', { name: '1 person waits to be let in' })).toBeVisible();
  await page.getByRole('button', { name: 'Let cleo in' }).click();
  await expect(page.getByText('1 person was let in.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'waits to be let in' })).toBeHidden();
  expect((await mailbox.newest(EMAIL, 2)).subject).toBe('You can sign in to Gatehouse now');

  await cleo.goto(`${gatehouse.url}/sign-in`);
  await submitSignIn(cleo, 'cleo', FIRST);
  await expect(cleo.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
});

test('a forgotten password is replaced by the link in a mail', async ({ page: cleo, browser }) => {
  await cleo.goto(`${gatehouse.url}/sign-in`);
  await cleo.getByRole('link', { name: 'Forgot your password?' }).click();
  await cleo.getByLabel('User name or e-mail address').fill('cleo');
  await cleo.getByRole('button', { name: 'Send link' }).click();
  await expect(cleo.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  await cleo.goto(gatehouse.url + linkIn(await mailbox.newest(EMAIL, 3)).path);
  await expect(cleo.getByRole('heading', { name: 'New password for cleo' })).toBeVisible();
  await choosePassword(cleo, SECOND);
  await cleo.getByRole('button', { name: 'Set password and sign in' }).click();
  await expect(cleo.getByRole('heading', { name: 'Dashboard' })).toBeVisible();

  const phone = await someone(browser);
  await phone.goto(`${gatehouse.url}/sign-in`);
  await submitSignIn(phone, 'cleo', FIRST);
  await expect(phone.getByText('User name or password is wrong')).toBeVisible();
  await submitSignIn(phone, 'cleo', SECOND);
  await expect(phone.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
});

test('another address counts once its link was opened', async ({ page: phone }) => {
  await phone.goto(`${gatehouse.url}/sign-in?next=%2Fprofile`);
  await submitSignIn(phone, 'cleo', SECOND);
  await phone.getByLabel('New address').fill('cleo.at.home@example.com');
  await phone.getByRole('button', { name: 'Send link' }).click();
  await phone.goto(gatehouse.url + linkIn(await mailbox.newest('cleo.at.home@example.com')).path);
  await phone.getByRole('button', { name: 'Confirm address' }).click();
  await phone.getByRole('link', { name: 'Go on' }).click();
  await phone.goto(`${gatehouse.url}/profile`);
  await expect(phone.getByText('cleo.at.home@example.com', { exact: true })).toBeVisible();
  await expect(phone.getByText('Confirmed', { exact: true })).toBeVisible();
});

test('an admin tries mail and sees what was not sent', async ({ page }) => {
  await signInAs(page, gatehouse.url);
  await page.goto(`${gatehouse.url}/registration`);
  await page.getByLabel('Send a test mail to').fill('tester@example.com');
  await page.getByRole('button', { name: 'Send test mail' }).click();
  await expect(page.getByText('The test mail was sent to tester@example.com.')).toBeVisible();
  expect((await mailbox.newest('tester@example.com')).subject).toBe('A test mail of Gatehouse');
});

test('the mail of a registration is sent again, and only its newest link works', async ({
  page,
  browser,
}) => {
  await signInAs(page, gatehouse.url);
  const opened = await page.request.post(`${gatehouse.url}/trpc/registration.save`, {
    headers: { origin: gatehouse.url },
    data: { mode: 'open', email: 'confirmed', domains: [], role: 'member' },
  });
  expect(opened.status()).toBe(200);
  const dina = await someone(browser);
  const email = 'dina@example.com';
  const again = dina.getByRole('button', { name: 'Send the mail again' });
  await dina.goto(`${gatehouse.url}/register`);
  await dina.getByLabel('User name').fill('dina');
  await dina.getByLabel('E-mail address').fill(email);
  await choosePassword(dina, FIRST);
  await dina.getByRole('button', { name: 'Register' }).click();
  await again.click();
  await expect(dina.getByText('a new mail is on its way', { exact: false })).toBeVisible();
  const second = linkIn(await mailbox.newest(email, 2)).path;

  await dina.getByRole('link', { name: 'Go to sign in' }).click();
  await submitSignIn(dina, 'dina', FIRST);
  await again.click();
  await mailbox.newest(email, 3);

  await dina.goto(gatehouse.url + second);
  await dina.getByRole('button', { name: 'Confirm address' }).click();
  await expect(
    dina.getByRole('heading', { name: 'This link does not work any more' }),
  ).toBeVisible();
  await dina.getByLabel('User name or e-mail address').fill(email);
  await again.click();
  await expect(dina.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  await dina.goto(gatehouse.url + linkIn(await mailbox.newest(email, 4)).path);
  await dina.getByRole('button', { name: 'Confirm address' }).click();
  await dina.goto(`${gatehouse.url}/sign-in`);
  await submitSignIn(dina, 'dina', FIRST);
  await expect(dina.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
});
