import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import {
  type AuthorizationServer,
  authorizationServer,
} from '#server/testing/authorization-server.ts';
import { choose, pick, row, signInAs } from './console.ts';
import { type Lab, signIn, startLab } from './lab.ts';

/** A CONNECT proxy that can be made to refuse; counts the tunnels it opened. */
async function startProxy() {
  const state = { refuses: false, tunnels: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      const [host = '', port = ''] = (/^CONNECT (\S+)/.exec(`${head}`)?.[1] ?? '').split(':');
      if (state.refuses || host === '') {
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
        return;
      }
      const upstream = connect(Number(port), host, () => {
        socket.on('close', () => upstream.destroy());
        state.tunnels += 1;
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    state,
    /** Refuses from now on; tunnels that are open break. */
    die() {
      state.refuses = true;
      for (const socket of sockets) socket.destroy();
    },
    url: `http://user:hidden@127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let lab: Lab;
let issuer: AuthorizationServer;
let proxy: Awaited<ReturnType<typeof startProxy>>;
test.beforeAll(async () => {
  [issuer, proxy] = await Promise.all([authorizationServer(), startProxy()]);
  lab = await startLab({ env: { PROXY_CHECK_ADDRESS: `127.0.0.1:${issuer.port}` } });
  const ada = await signIn(lab.url);
  const none = { authorizationEndpoint: '', deviceEndpoint: '', revocationEndpoint: '' };
  const client = await ada.mutate<{ id: string }>('oauthClients.save', {
    ...{ id: null, platformId: 'lab', name: 'lab', clientId: 'a-client', secret: null },
    settings: {
      ...{ ...none, tokenEndpoint: issuer.tokenEndpoint, redirectUri: '', scopes: '' },
      ...{ authorizeParams: {}, tokenFormat: 'form', tokenAuth: 'none', usePkce: true },
      ...{ userInfoEndpoint: '', accountInfoEndpoint: '', fields: {} },
    },
  });
  // Every call of the platform is then one that the test asked for.
  const schedule = await ada.query<object>('vault.schedule');
  await ada.mutate('vault.saveSchedule', { ...schedule, autoRefresh: false });
  await ada.mutate('vaultBatch.import', {
    ...{ platformId: 'lab', format: 'json', clientId: client.id, tags: [] },
    text: JSON.stringify(
      ['one', 'two', 'three'].map((bizId) => ({ rt_token: issuer.family(), biz_id: bizId })),
    ),
  });
});
test.afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  proxy.close();
});

async function add(page: Page, name: string, url: string): Promise<void> {
  await page.getByRole('button', { name: 'Add proxy' }).click();
  const form = page.getByRole('dialog', { name: 'Add proxy' });
  await form.getByRole('textbox', { name: 'Name' }).fill(name);
  await form.getByRole('textbox', { name: 'Address' }).fill(url);
  await form.getByRole('button', { name: 'Add proxy' }).click();
  await expect(form).toBeHidden();
}

/** Asks for a new token of an account, and what the dialog says of it. */
async function refresh(page: Page, bizId: string) {
  await page.goto(`${lab.url}/vault`);
  await choose(page, bizId, 'Refresh now');
  return page.getByRole('dialog', { name: `Refresh ${bizId}` });
}

test('accounts go through a proxy and never round it; it is not deleted under them', async ({
  page,
}) => {
  await signInAs(page, lab.url);

  await test.step('a proxy is added, tried, and its password is not shown', async () => {
    await page.goto(`${lab.url}/proxies`);
    await add(page, 'first', proxy.url);
    await choose(page, 'first', 'Try now');
    await expect(row(page, 'first')).toContainText('Up');
    await expect(row(page, 'first')).toContainText(/\d+\sms/);
    await expect(page.getByText('hidden')).toHaveCount(0);
  });

  await test.step('it is given to accounts, after what each gets was seen', async () => {
    await page.goto(`${lab.url}/vault`);
    await expect(page.getByText('3 accounts', { exact: true })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Choose one' }).check();
    await page.getByRole('checkbox', { name: 'Choose two' }).check();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Assign proxies' }).click();
    const form = page.getByRole('dialog', { name: 'Assign proxies' });
    await pick(form.getByRole('combobox', { name: 'Choose from' }), 'first');
    await page.keyboard.press('Escape');
    await form.getByRole('button', { name: 'See what each gets' }).click();
    await expect(form.getByText('2 of 2 get another one.')).toBeVisible();
    await form.getByRole('button', { name: 'Assign', exact: true }).click();
    await expect(page.getByText('2 done, 0 failed, 0 skipped')).toBeVisible();
  });

  await test.step('a refresh goes through it', async () => {
    const before = proxy.state.tunnels;
    const dialog = await refresh(page, 'one');
    await expect(dialog.getByText('the refresh token is another one now')).toBeVisible();
    expect(proxy.state.tunnels).toBeGreaterThan(before);
  });

  await test.step('while it is dead nothing is sent, and that is told', async () => {
    proxy.die();
    const before = issuer.calls.length;
    const dialog = await refresh(page, 'one');
    await expect(dialog.getByText('Proxy failed')).toBeVisible();
    expect(issuer.calls).toHaveLength(before);
    await page.goto(`${lab.url}/vault`);
    await expect(
      page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'one' }) }),
    ).toContainText('Proxy failed');
  });

  await test.step('who uses it is told, and it cannot be deleted meanwhile', async () => {
    await page.goto(`${lab.url}/proxies`);
    await row(page, 'first').getByRole('button', { name: '2 accounts' }).click();
    const users = page.getByRole('dialog', { name: 'Accounts through first' });
    await expect(users.getByRole('listitem')).toHaveCount(2);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Actions for first' }).click();
    const inUse = page.getByRole('menuitem', { name: 'Delete (move its accounts first)' });
    await expect(inUse).toBeDisabled();
    await page.keyboard.press('Escape');
  });

  await test.step('its accounts are moved to another one; then it goes', async () => {
    proxy.state.refuses = false;
    await add(page, 'second', proxy.url);
    await choose(page, 'first', 'Move its accounts');
    const form = page.getByRole('dialog', { name: 'Move the accounts of first' });
    await pick(form.getByRole('combobox', { name: 'To' }), 'second');
    await page.keyboard.press('Escape');
    await expect(form.getByText('from 0 to 2 accounts')).toBeVisible();
    await form.getByRole('button', { name: 'Move' }).click();
    await expect(row(page, 'second')).toContainText('2 accounts');
    await choose(page, 'first', 'Delete');
    await page
      .getByRole('dialog', { name: 'Delete first?' })
      .getByRole('button', { name: 'Delete proxy' })
      .click();
    await expect(row(page, 'first')).toBeHidden();
    const dialog = await refresh(page, 'two');
    await expect(dialog.getByText('the refresh token is another one now')).toBeVisible();
  });
});
