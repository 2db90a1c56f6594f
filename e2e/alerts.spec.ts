import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { choose, signInAs, watch } from './console.ts';
import { chat, type Lab, startLab } from './lab.ts';

const SECRET = 'a secret of sixteen and more';

type Heard = { body: string; signature: string; timestamp: string };

/** A program that alerts are sent to. */
async function startHook() {
  const heard: Heard[] = [];
  const server = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    heard.push({
      body: Buffer.concat(parts).toString('utf8'),
      signature: String(req.headers['x-gatehouse-signature']),
      timestamp: String(req.headers['x-gatehouse-timestamp']),
    });
    res.end('thank you');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alerts-of-gatehouse`,
    heard,
    close: () => server.close(),
  };
}

let lab: Lab;
let hook: Awaited<ReturnType<typeof startHook>>;
test.beforeAll(async () => {
  [lab, hook] = await Promise.all([startLab(), startHook()]);
});
test.afterAll(async () => {
  hook.close();
  await lab[Symbol.asyncDispose]();
});

test('an account expires: the bell shows it, leads there, and a webhook hears of it', async ({
  page,
  context,
}) => {
  const { problems } = watch(context, lab.url);
  await signInAs(page, lab.url);

  await test.step('add a channel and try it', async () => {
    await page.goto(`${lab.url}/alerts`);
    await expect(page.getByText('No alerts')).toBeVisible();
    await page.getByRole('tab', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'Add channel' }).click();
    await page.getByRole('menuitem', { name: 'Webhook' }).click();
    const drawer = page.getByRole('dialog', { name: 'Add a channel: Webhook' });
    await drawer.getByLabel('Name').fill('our program');
    await drawer.getByLabel('Address').fill(hook.url);
    await drawer.locator('input[type=password]').fill(SECRET);
    await drawer.getByRole('button', { name: 'Save' }).click();
    await expect(drawer).toBeHidden();
    await choose(page, 'our program', 'Send a test');
    const dialog = page.getByRole('dialog', { name: 'Send a test: our program' });
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await expect(dialog.getByText('HTTP 200 · thank you')).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await page.content()).not.toContain('alerts-of-gatehouse');
  });

  await test.step('the platform takes the key of an account no more', async () => {
    expect((await chat(lab.url, { metadata: { status: '401' } })).status).toBeGreaterThan(399);
    await expect.poll(() => hook.heard.length, { timeout: 40_000 }).toBe(2);
    await page.reload();
    const bell = page.getByRole('button', { name: 'Alerts, 1 unread' });
    await bell.click();
    await page.getByRole('link', { name: /Account expired/ }).click();
    await expect(page.getByRole('dialog')).toContainText('Expired');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Alerts, none unread' })).toBeVisible();
  });

  await test.step('the webhook heard of it, signed', async () => {
    const [, told] = hook.heard;
    const { body = '', signature, timestamp } = told ?? {};
    const mac = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex');
    expect(signature).toBe(`v1=${mac}`);
    expect(JSON.parse(body)).toMatchObject({
      what: 'raised',
      alerts: [{ kind: 'account.expired' }],
    });
    await page.goto(`${lab.url}/alerts`);
    await page.getByRole('tab', { name: 'Delivery log' }).click();
    await expect(page.getByRole('row').filter({ hasText: 'Account expired' })).toContainText(
      'Sent',
    );
  });
  expect(problems()).toEqual([]);
});
