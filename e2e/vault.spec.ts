import { expect, test } from '@playwright/test';
import { loadSecrets } from '#server/config/secrets.ts';
import { createCipher } from '#server/infra/cipher.ts';
import { newId, sha256hex } from '#server/infra/ids.ts';
import { attachPostgres } from '#server/infra/postgres/attach.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { choose, signInAs, watch } from './console.ts';
import { type Lab, PASSWORD, startLab } from './lab.ts';

const MANY = 10_000;

let lab: Lab;
let issuer: AuthorizationServer;
test.beforeAll(async () => {
  [lab, issuer] = await Promise.all([startLab(), authorizationServer()]);
  await fill();
});
test.afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

/** Ten thousand accounts, and `real` with a token that the authorization server knows. */
async function fill(): Promise<void> {
  const { dataDir } = lab.gatehouse;
  const pool = createPool(await attachPostgres(dataDir), { max: 1 });
  const cipher = createCipher((await loadSecrets(dataDir)).keyRing);
  const [clientId, real] = [newId(), newId()];
  await pool.query(
    `INSERT INTO oauth_clients (id, platform_id, name, client_id, token_endpoint, scopes)
     VALUES ($1, 'lab', 'lab', 'client', $2, '{}')`,
    [clientId, issuer.tokenEndpoint],
  );
  await pool.query(
    `WITH made AS (
       INSERT INTO accounts (id, owner_id, platform_id, name, kind, secret, updated_at)
       SELECT gen_random_uuid(), u.id, 'lab', 'vault ' || n, 'oauth', 'x', now()
       FROM generate_series(1, $1::int) n, users u WHERE u.username = 'ada'
       RETURNING id, substr(name, 7)::int AS n)
     INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash, email, user_name,
       plan, tags, memo, access_expires_at, next_refresh_at, refreshed_at, failure, failure_text,
       auto_refresh, updated_at)
     SELECT id, 'biz-' || lpad(n::text, 5, '0'), 'x', md5(n::text) || md5(n::text || 'x'),
       'person' || n || '@example.com', 'Person ' || n, (ARRAY['free', 'plus', 'team'])[n % 3 + 1],
       ARRAY['tag' || n % 7], repeat('memo ', n % 5), now() + make_interval(mins => n % 20000),
       now() + make_interval(mins => n % 15000 + 60), now() - make_interval(mins => n % 5000),
       CASE WHEN n % 11 = 0 THEN 'reused' WHEN n % 13 = 0 THEN 'transient' END,
       CASE WHEN n % 11 = 0 THEN 'invalid_grant' END, false, now()
     FROM made ORDER BY n`,
    [MANY],
  );
  const token = issuer.family();
  const sealed = cipher.seal(token, { table: 'vault_tokens', column: 'refresh_token', id: real });
  await pool.query(
    `INSERT INTO accounts (id, owner_id, platform_id, name, kind, updated_at)
     SELECT $1, id, 'lab', 'real', 'oauth', now() FROM users WHERE username = 'ada'`,
    [real],
  );
  await pool.query(
    `INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash, client_id,
       auto_refresh, updated_at)
     VALUES ($1, 'real', $2, $3, $4, false, now())`,
    [real, sealed, sha256hex(token), clientId],
  );
  await pool.end();
}

test('ten thousand accounts: scrolled, narrowed, gone through by keys', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { problems } = watch(context, lab.url);
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/vault`);
  const grid = page.getByRole('grid', { name: 'Refresh tokens' });
  await expect(
    page.getByText('10,001 accounts').or(page.getByText('10001 accounts')),
  ).toBeVisible();
  await expect(grid).toHaveAttribute('aria-rowcount', '10002');

  await test.step('one key leads to the end, and only rows in sight are drawn', async () => {
    await grid.focus();
    await page.keyboard.press('End');
    await expect(grid.getByRole('row').filter({ hasText: 'biz-00001' })).toBeVisible({
      timeout: 30_000,
    });
    expect(await grid.getByRole('row').count()).toBeLessThan(60);
  });

  await test.step('keys choose, copy and explain', async () => {
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expect(page.getByText('1 chosen')).toBeVisible();
    await page.keyboard.press('c');
    await expect(page.getByText('Copied biz-10000')).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('biz-10000');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys of the list' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('filters narrow it, and the selection stays', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('biz-0012');
    await expect(page.getByText('10 accounts', { exact: true })).toBeVisible();
    await expect(page.getByText('1 chosen')).toBeVisible();
    await page.getByRole('button', { name: 'Choose all 10 that fit' }).click();
    await expect(page.getByText('10 chosen')).toBeVisible();
  });
  expect(problems()).toEqual([]);
});

test('an account is refreshed, its token shown after a proof, its history told', async ({
  page,
  context,
}) => {
  const { problems } = watch(context, lab.url);
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/vault`);
  await page.getByRole('textbox', { name: 'Business id' }).fill('real');
  await expect(page.getByText('1 account', { exact: true })).toBeVisible();

  await choose(page, 'real', 'Refresh now');
  const refresh = page.getByRole('dialog', { name: 'Refresh real' });
  await expect(refresh.getByText('the refresh token is another one now')).toBeVisible();
  await refresh.getByRole('button', { name: 'Close' }).last().click();

  await choose(page, 'real', 'Show access token');
  const proof = page.getByLabel('Password', { exact: true });
  const shown = page.getByRole('dialog', { name: 'Access token of real' });
  await expect(proof.or(shown).first()).toBeVisible();
  if (await proof.isVisible()) {
    await proof.fill(PASSWORD);
    await page.keyboard.press('Enter');
  }
  const token = await shown.getByRole('status').first().textContent();
  expect(issuer.isAccess(token ?? '')).toBe(true);
  await page.keyboard.press('Escape');

  await choose(page, 'real', 'History');
  const history = page.getByRole('dialog', { name: 'real' });
  await expect(history.getByText('New refresh token')).toBeVisible();
  await expect(history.getByText(/asked for by ada/)).toBeVisible();
  expect(problems()).toEqual([]);
});

test('a view is saved, opens the list in another browser, and is renamed and deleted', async ({
  page,
  browser,
}) => {
  await signInAs(page, lab.url);
  await page.goto(`${lab.url}/vault`);
  await page.getByRole('textbox', { name: 'Business id' }).fill('biz-0012');
  await expect(page.getByText('10 accounts', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'E-mail' }).click();
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save as a view' }).click();
  const form = page.getByRole('dialog', { name: 'Save as a view' });
  await form.getByRole('textbox', { name: 'Name' }).fill('Twelves');
  await form.getByRole('checkbox', { name: 'The list opens with it' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Views, Twelves is chosen' })).toBeVisible();

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const other = await phone.newPage();
  await signInAs(other, lab.url);
  await other.goto(`${lab.url}/vault`);
  const cards = other.getByRole('list', { name: 'Refresh tokens' }).getByRole('listitem');
  const views = (name: string) => other.getByRole('button', { name, exact: true });
  await expect(other.getByText('10 accounts', { exact: true })).toBeVisible();
  await expect(other.getByRole('combobox', { name: 'Sort by' })).toHaveValue('E-mail');
  await expect(cards.first()).toContainText('biz-00120');

  await test.step('phones choose rows, and sort', async () => {
    await other.getByRole('checkbox', { name: 'Choose biz-00120' }).check();
    const bar = other.getByRole('toolbar', { name: 'What to do with those chosen' });
    await expect(bar.getByText('1 chosen')).toBeVisible();
    await bar.getByRole('button', { name: 'Choose none' }).click();
    await other.getByRole('button', { name: 'Sort downwards' }).click();
    await expect(cards.first()).toContainText('biz-00129');
  });

  await test.step('what was changed is kept when asked for', async () => {
    await views('Views, Twelves is chosen').click();
    await other.getByRole('menuitem', { name: 'Save the changes' }).click();
    await expect(other.getByText('Twelves is saved')).toBeVisible();
    await views('Views, Twelves is chosen').click();
    await expect(other.getByRole('menuitem', { name: 'Save the changes' })).toBeDisabled();
    await other.getByRole('menuitem', { name: 'Rename' }).click();
    const rename = other.getByRole('dialog', { name: 'Rename Twelves' });
    await rename.getByRole('textbox', { name: 'Name' }).fill('Dozens');
    await rename.getByRole('button', { name: 'Save' }).click();
    await expect(views('Views, Dozens is chosen')).toBeVisible();
  });

  await test.step('the whole list scrolls, and only cards in sight are drawn', async () => {
    await views('Views, Dozens is chosen').click();
    await other.getByRole('menuitem', { name: 'All accounts' }).click();
    await expect(other.getByText(/^10,?001 accounts$/)).toBeVisible();
    await other.evaluate(() => window.scrollTo(0, 30_000));
    await expect(cards.first()).not.toHaveAttribute('aria-posinset', '1');
    expect(await cards.count()).toBeLessThan(40);
  });
  await phone.close();

  await page.reload();
  await page.getByRole('button', { name: 'Views, Dozens is chosen' }).click();
  await page.getByRole('menuitem', { name: 'Delete view' }).click();
  await page
    .getByRole('dialog', { name: 'Delete Dozens?' })
    .getByRole('button', { name: 'Delete view' })
    .click();
  await expect(page.getByText(/^10,?001 accounts$/)).toBeVisible();
});
