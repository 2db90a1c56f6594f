import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from '#server/testing/browser.ts';
import { type ConsoleBase, startConsole } from '#server/testing/console.ts';
import { fakeChanges } from '#server/testing/fake-changes.ts';
import { refusalBattery } from '#server/testing/refusals.ts';
import type { ProxyImported, ProxyMovePlan, ProxyView } from '#shared/schemas/proxies.ts';
import { newId } from '../../infra/ids.ts';
import { createOutbound } from '../../infra/outbound/index.ts';
import type { RaisedAlert } from '../alerts/index.ts';
import { buildProxies } from './index.ts';

const changes = fakeChanges();
const raised: RaisedAlert[] = [];
const resolved: string[] = [];
let base: ConsoleBase;
let parts: ReturnType<typeof buildProxies>;
let h: Awaited<ReturnType<typeof startConsole>>;
let operator: Browser;
let proxy: { server: Server; port: number; refuses: boolean };

beforeAll(async () => {
  proxy = { server: createServer(), port: 0, refuses: false };
  proxy.server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.end(proxy.refuses ? 'HTTP/1.1 502 No\r\n\r\n' : 'HTTP/1.1 200 OK\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
  const address = proxy.server.address();
  proxy.port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  h = await startConsole({
    features(from) {
      base = from;
      parts = buildProxies({
        ...{
          db: from.db,
          cipher: from.cipher,
          audit: from.audit,
          clock: from.clock,
          log: from.log,
        },
        ...{ changes, random: () => 0.5, allow: ['127.0.0.1'], newId: () => newId(from.clock) },
        outbound: createOutbound({ allow: [], log: from.log }),
        alerts: { raise: (alert) => raised.push(alert), resolve: (key) => resolved.push(key) },
        config: { target: { host: '127.0.0.1', port: 9 }, everyMs: 0 },
        onError: () => undefined,
      });
      return { proxies: parts.service };
    },
  });
  await parts.start();
  operator = (await h.signedIn('operator')).browser;
});
afterAll(async () => {
  await parts.close();
  await new Promise((resolve) => proxy.server.close(resolve));
  await h[Symbol.asyncDispose]();
});

let made = 0;
async function created(url = `http://user:hidden@127.0.0.1:${proxy.port}`): Promise<ProxyView> {
  made += 1;
  const { data, error, text } = await operator.mutate('proxies.create', { name: `p${made}`, url });
  if (error) throw new Error(text);
  return data as ProxyView;
}

const all = async () => (await operator.query('proxies.list')).data as ProxyView[];
const NOBODY = '00000000-0000-7000-8000-000000000000';

refusalBattery('proxies.list', {
  console: () => h,
  call: (browser) => browser.query('proxies.list'),
});
refusalBattery('proxies.create', {
  console: () => h,
  call: (browser) => browser.mutate('proxies.create', { name: 'x', url: 'http://p.example:1' }),
});
refusalBattery('proxies.delete', {
  console: () => h,
  call: (browser) => browser.mutate('proxies.delete', { id: NOBODY }),
});
refusalBattery('proxies.move', {
  console: () => h,
  call: (browser) => browser.mutate('proxies.move', { id: NOBODY, to: [] }),
});

/** As many accounts as wanted that go through a proxy. */
async function accountsOf(proxyId: string, count: number): Promise<void> {
  const owner = await h.signedIn('member');
  for (let number = 0; number < count; number += 1) {
    const id = newId(base.clock);
    await base.db.account.create({
      data: { id, ownerId: owner.id, platformId: 'openai', name: id, kind: 'oauth' },
    });
    await base.db.vaultToken.create({
      data: { accountId: id, bizId: id, refreshToken: 'x', refreshHash: id, proxyId },
    });
  }
}

test('an address goes in sealed and comes out without user and password', async () => {
  const one = await created();
  expect(one).toMatchObject({ shown: `http://127.0.0.1:${proxy.port}`, health: 'unknown' });
  const row = await base.db.proxy.findUniqueOrThrow({ where: { id: one.id } });
  expect(row.url).toMatch(/^v1\./);
  const texts = [
    (await operator.query('proxies.list')).text,
    JSON.stringify(await base.db.auditEvent.findMany({ select: { change: true } })),
  ];
  for (const text of texts) expect(text).not.toContain('hidden');
});

test('a name is taken once; what is no proxy is refused beside its field, and not repeated', async () => {
  const one = await created();
  const again = await operator.mutate('proxies.create', {
    name: one.name,
    url: 'http://p.example',
  });
  expect(again.error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
  const other = await created();
  const renamed = await operator.mutate('proxies.update', { id: other.id, name: one.name });
  expect(renamed.error?.data).toMatchObject({ appCode: 'conflict', param: 'name' });
  const wrong = await operator.mutate('proxies.create', { name: 'w', url: 'http://u:hidden@p/x' });
  expect(wrong.error?.data).toMatchObject({ appCode: 'bad_request', param: 'url' });
  expect(wrong.text).not.toContain('hidden');
});

test('a list is taken line by line: new ones, known ones, and lines that are none', async () => {
  const text = [
    'http://a.example:8080',
    '',
    ' socks5://u:p@b.example ',
    'HTTP://A.example:8080/',
    'ftp://c.example',
    'socks5://u:other@b.example',
  ].join('\r\n');
  const first = (await operator.mutate('proxies.importList', { text })).data as ProxyImported;
  expect(first).toMatchObject({ created: 3, known: 1, refusedCount: 1, refused: [{ line: 5 }] });
  const second = (await operator.mutate('proxies.importList', { text })).data as ProxyImported;
  expect(second).toMatchObject({ created: 0, known: 4 });
  const names = (await all()).map(({ name }) => name);
  expect(names).toContain('socks5://b.example:1080 (2)');
});

test('one that is in use is not deleted; its accounts go to others evenly, then it is', async () => {
  const [from, ...to] = [await created(), await created(), await created()];
  const [left, right] = to;
  if (!left || !right) throw new Error('three were made');
  await accountsOf(from.id, 7);
  await accountsOf(left.id, 3);
  const refused = await operator.mutate('proxies.delete', { id: from.id });
  expect(refused.error?.data.appCode).toBe('conflict');
  const move = { id: from.id, to: to.map(({ id }) => id) };
  const plan = (await operator.query('proxies.previewMove', move)).data as ProxyMovePlan;
  expect(plan.targets.map(({ after, before }) => [before, after])).toEqual([
    [3, 5],
    [0, 5],
  ]);
  expect((await operator.mutate('proxies.move', move)).data).toBe(7);
  const counts = new Map((await all()).map(({ accounts, id }) => [id, accounts]));
  expect([from, left, right].map(({ id }) => counts.get(id))).toEqual([0, 5, 5]);
  expect((await operator.mutate('proxies.delete', { id: from.id })).error).toBeUndefined();
});

test('one that is switched off, deleted or unknown is not gone round', async () => {
  const one = await created();
  await operator.mutate('proxies.update', { id: one.id, enabled: false });
  await changes.say('proxies', [one.id]);
  for (const id of [one.id, NOBODY]) {
    await expect
      .poll(() =>
        parts
          .dispatch(id)
          .request('http://127.0.0.1:9/')
          .catch((e) => e.code),
      )
      .toBe('proxy_failed');
  }
});

test('a proxy that refuses is down after the third try, and up after the second that works', async () => {
  const one = await created();
  const checking = async () => {
    const done = parts.service.check(one.id);
    let ended = false;
    done.finally(() => {
      ended = true;
    });
    // Time moves only once a try is over and waits for the next.
    await expect
      .poll(() => {
        if (!ended) base.clock.advance(5_000);
        return ended;
      })
      .toBe(true);
    return done;
  };
  expect(await checking()).toMatchObject({ health: 'up', lastError: null });
  proxy.refuses = true;
  expect(await checking()).toMatchObject({ health: 'down', latencyMs: null });
  expect(raised).toMatchObject([{ kind: 'proxy.down', key: `proxy.down:${one.id}` }]);
  expect(JSON.stringify(raised)).not.toContain('hidden');
  proxy.refuses = false;
  resolved.length = 0;
  expect(await checking()).toMatchObject({ health: 'up' });
  expect(resolved).toEqual([`proxy.down:${one.id}`]);
});
