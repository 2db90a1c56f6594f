import { expect, type Page, test } from '@playwright/test';
import { generateSync } from 'otplib';
import { choose, row, signInAs, submitSignIn } from './console.ts';
import { type Lab, PASSWORD, signIn, startLab } from './lab.ts';

let lab: Lab;
/** The same server by its name: browsers have no passkeys for 127.0.0.1. */
let named: string;
test.beforeAll(async () => {
  lab = await startLab();
  named = lab.url.replace('127.0.0.1', 'localhost');
  const ada = await signIn(lab.url);
  for (const username of ['cleo', 'dora', 'emil'])
    await ada.mutate('users.create', { username, password: PASSWORD });
});
test.afterAll(() => lab[Symbol.asyncDispose]());

/**
 * A code by the clock, or of so many steps later. It is good for a step before and after its own, and
 * none is taken that is not later than the last: the present one sets an app up and the next one signs
 * in, whenever a step ends meanwhile.
 */
const codeOf = (secret: string, later: 0 | 1) =>
  generateSync({ secret, epoch: Date.now() / 1_000 + later * 30 });

/** Sets an app up on the profile page. */
async function setUpApp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  const wizard = page.getByRole('dialog', { name: 'Set up an authenticator app' });
  await expect(wizard.getByRole('img', { name: 'QR code for the app' })).toBeVisible();
  const secret = (await wizard.getByRole('status', { name: 'Secret' }).textContent()) ?? '';
  await wizard.getByLabel('Code from your app').fill('000 00');
  await wizard.getByRole('button', { name: 'Turn on' }).click();
  await expect(wizard.getByText('Six digits', { exact: true })).toBeVisible();
  await wizard.getByLabel('Code from your app').fill(codeOf(secret, 0));
  await wizard.getByRole('button', { name: 'Turn on' }).click();
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await expect(list.getByRole('listitem')).toHaveCount(10);
  const codes = await list.getByRole('listitem').allTextContents();
  await page.getByRole('button', { name: 'I kept them' }).click();
  await expect(page.getByText('10 recovery codes left')).toBeVisible();
  return { secret, codes };
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
}

/** After a sign-in that worked: back to where the second factors are. */
async function backToProfile(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await page.goto(new URL('/profile', page.url()).href);
}

test('an app is set up, asked for, stood in for by a recovery code, and turned off', async ({
  page,
}) => {
  await signInAs(page, lab.url, 'cleo');
  await page.goto(`${lab.url}/profile`);
  const { secret, codes } = await setUpApp(page);

  await signOut(page);
  await submitSignIn(page, 'cleo');
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  const code = page.getByLabel('Code from your app');
  await code.fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('This code is wrong or was used already.')).toBeVisible();
  await code.fill(codeOf(secret, 1));
  await page.keyboard.press('Enter');
  await backToProfile(page);

  await signOut(page);
  await submitSignIn(page, 'cleo');
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await backToProfile(page);
  await expect(page.getByText('9 recovery codes left')).toBeVisible();

  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('The app’s code is no longer asked for.')).toBeVisible();
});

/** The server's own clock cannot be moved, so its refusal is played once. Tells how often it was asked. */
async function refuseOnce(page: Page, path: RegExp): Promise<() => number> {
  let asked = 0;
  await page.route(path, async (route) => {
    asked += 1;
    if (asked > 1) return await route.continue();
    const data = { code: 'FORBIDDEN', httpStatus: 403, appCode: 'step_up_needed' };
    const error = { code: -32003, message: 'Prove it.', data };
    await route.fulfill({ status: 403, json: [{ error }] });
  });
  return () => asked;
}

test('what weighs more waits for a proof and then goes on', async ({ page }) => {
  await signInAs(page, lab.url, 'dora');
  await page.goto(`${lab.url}/profile`);
  const asked = await refuseOnce(page, /\/trpc\/factors\.beginTotp/);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  const ask = page.getByRole('dialog', { name: 'Is it still you?' });
  await ask.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(ask.getByText('This is not your password')).toBeVisible();
  await ask.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Set up an authenticator app' })).toBeVisible();
  await expect(ask).toBeHidden();
  expect(asked()).toBe(2);
});

test('a passkey is added, opens the console by itself, and is deleted', async ({ page }) => {
  const browser = await page.context().newCDPSession(page);
  await browser.send('WebAuthn.enable');
  await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signInAs(page, named, 'emil');
  await page.goto(`${named}/profile`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const form = page.getByRole('dialog', { name: 'Add a passkey' });
  await form.getByLabel('Name').fill('Laptop');
  await form.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('The passkey Laptop was added.')).toBeVisible();
  await expect(row(page, 'Laptop')).toContainText('Never');

  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await backToProfile(page);
  await expect(row(page, 'Laptop')).not.toContainText('Never');

  await choose(page, 'Laptop', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No passkeys yet')).toBeVisible();
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert', { name: 'That passkey did not work' })).toBeVisible();
});

test('an admin removes the second factors of whoever lost a device', async ({ page, browser }) => {
  const ben = await browser.newPage();
  await signInAs(ben, lab.url, 'ben');
  await ben.goto(`${lab.url}/profile`);
  await setUpApp(ben);

  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/users`);
  await expect(row(page, 'ben')).toContainText('App');
  await choose(page, 'ben', 'Remove second factors');
  await refuseOnce(page, /\/trpc\/users\.removeFactors/);
  const confirm = page.getByRole('dialog').filter({ hasText: 'ben' });
  await confirm.getByRole('button', { name: 'Remove' }).click();
  const ask = page.getByRole('dialog', { name: 'Is it still you?' });
  await expect(ask.getByLabel('Password')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(ask).toBeHidden();
  await expect(confirm).toBeVisible();
  await confirm.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('ben signs in with the password alone now.')).toBeVisible();
  await expect(row(page, 'ben')).toContainText('None');

  await ben.goto(`${lab.url}/usage`);
  await submitSignIn(ben, 'ben');
  await expect(ben.getByRole('heading', { name: 'Usage' })).toBeVisible();
  await ben.close();
});
