import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AlertSettings } from '#shared/schemas/alerts.ts';
import type { AuditAction } from '#shared/schemas/audit.ts';
import { PASSWORD, startApp, type TestApp } from './app.ts';
import { type Answer, createBrowser } from './browser.ts';
import { type LinkProvider, startLinkProvider } from './link-provider.ts';
import { ROLE_MATRIX } from './role-matrix.ts';

// Whatever changes the vault is found in the audit log, and no secret is.

const AREAS = /^(vault|vaultBatch|vaultSecrets|oauthClients|proxies|keyRing|linking|jobs|alerts)\./;

/** What changes nothing, or nothing but how somebody looks at their own list. */
const LOOKS = [
  ...['alerts.list', 'alerts.unread', 'alerts.markRead', 'alerts.markAllRead', 'alerts.settings'],
  ...['alerts.channels', 'alerts.testChannel', 'alerts.deliveries', 'jobs.list', 'jobs.get'],
  ...['jobs.items', 'keyRing.status', 'linking.clients', 'linking.open', 'linking.status'],
  ...['linking.begin', 'linking.cancel', 'oauthClients.list', 'oauthClients.discover'],
  ...['proxies.list', 'proxies.users', 'proxies.check', 'proxies.previewMove', 'vault.list'],
  ...['vault.get', 'vault.history', 'vault.choices', 'vault.calendar', 'vault.schedule'],
  ...['vault.views', 'vault.createView', 'vault.updateView', 'vault.deleteView'],
  ...['vaultBatch.choices', 'vaultBatch.planAssign', 'vaultSecrets.list', 'vaultSecrets.leases'],
];

/** Their notes are looked at where what they need is at hand. */
const ELSEWHERE = [
  ...['jobs.cancel', 'vaultBatch.undo', 'keyRing.use', 'keyRing.reseal', 'keyRing.retire'],
];

const PLANTED = {
  token: 'rt-given',
  imported: 'rt_planted_import_0123456789',
  replaced: 'rt_planted_replace_0123456789',
  proxy: 'planted-proxy-password',
  client: 'planted-client-secret',
  channel: 'planted-channel-secret',
};

let h: TestApp;
let provider: LinkProvider;
let ada: ReturnType<typeof createBrowser>;
const ids: Record<string, string> = {};
const heard: string[] = [];
let listener: pg.Client;

beforeAll(async () => {
  provider = await startLinkProvider();
  h = await startApp(
    {
      users: [{ username: 'ada', password: PASSWORD, role: 'admin' }],
      platforms: [{ id: 'lab', protocol: 'openai-chat', baseUrl: `${provider.url}/v1` }],
      accounts: [],
      models: [],
      keys: [],
    },
    { OUTBOUND_ALLOW: `127.0.0.1:${provider.port}` },
  );
  ada = createBrowser(h.url);
  await ada.mutate('sessions.signIn', { username: 'ada', password: PASSWORD });
  listener = new pg.Client({ connectionString: h.databaseUrl });
  await listener.connect();
  listener.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  await listener.query('LISTEN gatehouse_accounts');
});
afterAll(async () => {
  await listener?.end();
  await h[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const id = (name: string): string => ids[name] ?? '';
const keep = (name: string, answer: Answer) => {
  ids[name] = (answer.data as { id: string } | undefined)?.id ?? '';
  return answer;
};
const change = (path: string, input: object = {}) => ada.mutate(path, input);
const client = { platformId: 'lab', name: 'main', clientId: 'linker' };
const secret = { scopes: ['read'], tags: [], bizIds: [], expiresAt: null };
const channel = {
  ...{ kind: 'webhook', name: 'hook', kinds: [], severity: 'info', enabled: true, zone: 'UTC' },
  ...{ quietFrom: null, quietTo: null, language: 'en' },
};

type Change = {
  path: string;
  run: () => Promise<Answer>;
  action: AuditAction;
  /** Whether running servers are to hear that accounts changed. */
  tells?: true;
};

/** In this order: later ones need what earlier ones made. */
const CHANGES: readonly Change[] = [
  {
    ...{ path: 'oauthClients.save', action: 'oauthClients.save' },
    run: async () =>
      keep(
        'client',
        await change('oauthClients.save', {
          ...{ ...client, id: null, secret: PLANTED.client, settings: provider.settings() },
        }),
      ),
  },
  {
    ...{ path: 'linking.byToken', action: 'accounts.link', tells: true },
    run: async () => {
      const refreshToken = provider.give(PLANTED.token);
      const answer = await change('linking.byToken', { clientId: id('client'), refreshToken });
      ids['account'] = (answer.data as { account: { id: string } }).account.id;
      return answer;
    },
  },
  {
    ...{ path: 'linking.finish', action: 'accounts.link', tells: true },
    run: async () => {
      const begun = await change('linking.begin', { clientId: id('client'), way: 'code' });
      provider.state.person = { sub: 'p-2', email: 'bea@example.com', name: 'Bea' };
      const { address } = begun.data as { address: string };
      return change('linking.finish', { address: provider.approve(address) });
    },
  },
  {
    ...{ path: 'linking.replace', action: 'accounts.relink', tells: true },
    run: async () => {
      const refreshToken = provider.give('rt-again');
      const asked = await change('linking.byToken', { clientId: id('client'), refreshToken });
      const { attempt } = asked.data as { attempt: string };
      return change('linking.replace', { attempt });
    },
  },
  {
    ...{ path: 'vault.refresh', action: 'vault.refresh' },
    run: () => change('vault.refresh', { id: id('account') }),
  },
  {
    ...{ path: 'vault.refreshInfo', action: 'vault.refreshInfo' },
    run: () => change('vault.refreshInfo', { id: id('account'), which: 'user' }),
  },
  {
    ...{ path: 'proxies.create', action: 'proxies.create' },
    run: async () => {
      const url = `http://user:${PLANTED.proxy}@proxy.example.com:8080`;
      return keep('proxy', await change('proxies.create', { name: 'one', url }));
    },
  },
  {
    ...{ path: 'proxies.importList', action: 'proxies.create' },
    run: () => change('proxies.importList', { text: `http://u:${PLANTED.proxy}@b.example.com:1` }),
  },
  {
    ...{ path: 'proxies.update', action: 'proxies.update' },
    run: () => change('proxies.update', { id: id('proxy'), name: 'renamed' }),
  },
  {
    ...{ path: 'vault.update', action: 'vault.update', tells: true },
    run: () => change('vault.update', { id: id('account'), proxyId: id('proxy') }),
  },
  {
    ...{ path: 'proxies.move', action: 'proxies.move', tells: true },
    run: () => change('proxies.move', { id: id('proxy'), to: [] }),
  },
  {
    ...{ path: 'proxies.delete', action: 'proxies.delete' },
    run: () => change('proxies.delete', { id: id('proxy') }),
  },
  {
    ...{ path: 'vaultBatch.assign', action: 'vaultBatch.start', tells: true },
    run: async () => {
      const { data } = await ada.query('proxies.list');
      const targets = (data as { id: string }[]).map((proxy) => proxy.id);
      const ask = { selection: { ids: [id('account')] }, what: 'proxy', targets };
      const plan = await change('vaultBatch.planAssign', ask);
      const { seal } = plan.data as { seal: string };
      return change('vaultBatch.assign', { ...ask, seal });
    },
  },
  {
    ...{ path: 'vault.revealAccess', action: 'vault.revealAccess' },
    run: () => change('vault.revealAccess', { id: id('account') }),
  },
  {
    ...{ path: 'vault.revealRefresh', action: 'vault.revealRefresh' },
    run: () => change('vault.revealRefresh', { id: id('account') }),
  },
  {
    ...{ path: 'vaultBatch.copy', action: 'vaultBatch.copy' },
    run: () => change('vaultBatch.copy', { ids: [id('account')] }),
  },
  {
    ...{ path: 'vaultBatch.export', action: 'vaultBatch.export' },
    run: () => {
      const selection = { ids: [id('account')] };
      return change('vaultBatch.export', { selection, format: 'json', passphrase: PASSWORD });
    },
  },
  {
    ...{ path: 'vault.replace', action: 'vault.replace', tells: true },
    run: () => change('vault.replace', { id: id('account'), refreshToken: PLANTED.replaced }),
  },
  {
    ...{ path: 'vault.saveSchedule', action: 'vault.saveSchedule' },
    run: async () => {
      const { data } = await ada.query('vault.schedule');
      return change('vault.saveSchedule', { ...(data as object), intervalDays: 9 });
    },
  },
  {
    ...{ path: 'vaultBatch.import', action: 'vaultBatch.start', tells: true },
    run: () =>
      change('vaultBatch.import', { platformId: 'lab', format: 'text', text: PLANTED.imported }),
  },
  {
    ...{ path: 'vaultBatch.start', action: 'vaultBatch.start', tells: true },
    run: () => {
      const selection = { ids: [id('account')] };
      return change('vaultBatch.start', { selection, change: { what: 'delete' } });
    },
  },
  {
    ...{ path: 'vaultSecrets.create', action: 'vaultSecrets.create' },
    run: async () => {
      const answer = await change('vaultSecrets.create', { ...secret, name: 'tool' });
      ids['secretText'] = (answer.data as { secret: string }).secret;
      return keep('secret', answer);
    },
  },
  {
    ...{ path: 'vaultSecrets.update', action: 'vaultSecrets.update' },
    run: () => change('vaultSecrets.update', { ...secret, id: id('secret'), name: 'other' }),
  },
  {
    ...{ path: 'vaultSecrets.revoke', action: 'vaultSecrets.revoke' },
    run: () => change('vaultSecrets.revoke', { id: id('secret') }),
  },
  {
    ...{ path: 'alerts.saveSettings', action: 'alerts.saveSettings' },
    run: () => change('alerts.saveSettings', AlertSettings.parse({ refreshFailures: 7 })),
  },
  {
    ...{ path: 'alerts.saveChannel', action: 'alerts.saveChannel' },
    run: async () => {
      const target = { url: `${provider.url}/hook`, secret: PLANTED.channel };
      return keep('channel', await change('alerts.saveChannel', { ...channel, target }));
    },
  },
  {
    ...{ path: 'alerts.deleteChannel', action: 'alerts.deleteChannel' },
    run: () => change('alerts.deleteChannel', { id: id('channel') }),
  },
  {
    ...{ path: 'oauthClients.delete', action: 'oauthClients.delete' },
    run: async () => {
      const input = { ...client, id: null, name: 'spare', settings: provider.settings() };
      keep('spare', await change('oauthClients.save', input));
      return change('oauthClients.delete', { id: id('spare') });
    },
  },
  {
    ...{ path: 'keyRing.add', action: 'keyRing.add' },
    run: () => change('keyRing.add'),
  },
];

test('every procedure of the vault is a look, or a change that is noted', () => {
  const known = [...LOOKS, ...ELSEWHERE, ...CHANGES.map(({ path }) => path)];
  expect(known.sort()).toEqual(
    Object.keys(ROLE_MATRIX)
      .filter((path) => AREAS.test(path))
      .sort(),
  );
});

test.each(CHANGES)('$path is in the audit log', async ({ action, run, tells }) => {
  const count = () => h.infra.db.auditEvent.count({ where: { action } });
  const before = await count();
  heard.length = 0;
  const { error } = await run();
  expect(error).toBeUndefined();
  expect(await count()).toBe(before + 1);
  if (tells) await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0));
});

test('no secret is in the log', async () => {
  const events = await h.infra.db.auditEvent.findMany({ omit: { seq: true } });
  const text = JSON.stringify(events);
  const planted = [...Object.values(PLANTED), id('secretText'), 'rt-again'];
  expect(planted.filter((one) => one === '' || text.includes(one))).toEqual([]);
});
