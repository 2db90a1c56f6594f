import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { choose, row, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

/** A platform: its token endpoint takes each refresh token once, its API those access tokens only. */
const given = new Set<string>();
let asked = 0;
const platform = createServer((req, res) => {
  const json = (status: number, body: object) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  };
  if (req.url !== '/token') {
    const known = given.has((req.headers.authorization ?? '').replace('Bearer ', ''));
    return json(known ? 200 : 401, { known });
  }
  asked += 1;
  const token = `at-lease-${asked}`;
  given.add(token);
  return json(200, { access_token: token, refresh_token: `rt-next-${asked}`, expires_in: 3_600 });
});

let lab: Lab;
let platformUrl: string;
test.beforeAll(async () => {
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  platformUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  lab = await startLab();
  const ada = await signIn(lab.url);
  const none = { authorizationEndpoint: '', deviceEndpoint: '', revocationEndpoint: '' };
  const client = await ada.mutate<{ id: string }>('oauthClients.save', {
    ...{ id: null, platformId: 'lab', name: 'lab', clientId: 'a-client', secret: null },
    settings: {
      ...{ ...none, tokenEndpoint: `${platformUrl}/token`, redirectUri: '', scopes: '' },
      ...{ authorizeParams: {}, tokenFormat: 'form', tokenAuth: 'none', usePkce: true },
      ...{ userInfoEndpoint: '', accountInfoEndpoint: '', fields: {} },
    },
  });
  await ada.mutate('vaultBatch.import', {
    ...{ platformId: 'lab', format: 'json', clientId: client.id, tags: ['tools'] },
    text: JSON.stringify([{ rt_token: 'rt-first-0123456789', biz_id: 'biz-lease' }]),
  });
});
test.afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  platform.close();
});

/** As curl would ask. */
async function lease(secret: string, body: object) {
  const res = await fetch(`${lab.url}/public-api/get-at`, {
    method: 'POST',
    headers: { 'x-api-secret': secret, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const told = (await res.json()) as { data?: { access_token: string; refresh_token: string } };
  return { status: res.status, data: told.data };
}

test('a program leases a token with a secret of the console, uses it, and is in the log', async ({
  page,
}) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/api-secrets`);
  await page.getByRole('button', { name: 'New secret' }).click();
  const form = page.getByRole('dialog', { name: 'New API secret' });
  await form.getByRole('textbox', { name: 'Name' }).fill('night job');
  await form.getByLabel('Accounts with a tag').fill('tools');
  await page.keyboard.press('Enter');
  await form.getByRole('button', { name: 'Make secret' }).click();
  const shown = page.getByRole('dialog', { name: 'Secret “night job”' });
  const secret = /ghv-[\w-]{43}/.exec(await shown.innerHTML())?.[0] ?? '';
  expect(secret).not.toBe('');
  await shown.getByRole('button', { name: 'Done' }).click();

  await expect.poll(async () => (await lease(secret, { biz_id: 'biz-lease' })).status).toBe(200);
  const { data } = await lease(secret, { biz_id: 'biz-lease', min_ttl: 600 });
  expect(data).toMatchObject({ access_token: expect.stringMatching(/^at-/), refresh_token: '' });
  const used = await fetch(`${platformUrl}/v1/models`, {
    headers: { authorization: `Bearer ${data?.access_token}` },
  });
  expect(used.status).toBe(200);

  await page.getByRole('link', { name: 'Who leased what' }).click();
  const log = page.getByRole('table', { name: 'Leases' });
  await expect(log.getByRole('row').filter({ hasText: 'night job' }).first()).toContainText(
    'biz-lease',
  );
  await page.getByRole('textbox', { name: 'Leased by' }).fill('somebody else');
  await expect(page.getByText('No lease fits')).toBeVisible();

  await page.goto(`${lab.url}/api-secrets`);
  await expect(row(page, 'night job')).toContainText('Tags: tools');
  await choose(page, 'night job', 'Revoke');
  await page
    .getByRole('dialog', { name: 'Revoke night job?' })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await expect(row(page, 'night job')).toContainText('Revoked');
  await expect.poll(async () => (await lease(secret, { biz_id: 'biz-lease' })).status).toBe(401);
});
