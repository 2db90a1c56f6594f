import { afterAll, beforeAll } from 'vitest';
import { AlertSettings } from '#shared/schemas/alerts.ts';
import { startConsole, type TestConsole } from './console.ts';
import { refusalBattery } from './refusals.ts';

// Who may not call what of the vault, with input that would do.

let console: TestConsole;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console[Symbol.asyncDispose]());

const id = '01890000-0000-7000-8000-000000000000';
const attempt = 'a'.repeat(64);
const url = 'https://proxy.example.com:8080';
const secret = { name: 'tool', scopes: ['read'], tags: [], bizIds: [], expiresAt: null };
const issuer = 'https://issuer.example.com';
const client = { id, platformId: 'lab', name: 'main', clientId: 'app' };
const settings = {
  ...{ authorizationEndpoint: '', tokenEndpoint: `${issuer}/token`, deviceEndpoint: '' },
  ...{ revocationEndpoint: '', redirectUri: '', scopes: '', authorizeParams: {} },
  ...{ tokenFormat: 'form', tokenAuth: 'none', usePkce: true, userInfoEndpoint: '' },
  ...{ accountInfoEndpoint: '', fields: {} },
};
const channel = {
  ...{ kind: 'webhook', name: 'hook', kinds: [], severity: 'info', enabled: true, zone: 'UTC' },
  ...{ quietFrom: null, quietTo: null, language: 'en', target: { url: `${issuer}/hook` } },
};

const QUERIES: Readonly<Record<string, object | undefined>> = {
  'linking.clients': {},
  'linking.open': undefined,
  'linking.status': { attempt },
  'oauthClients.list': undefined,
  'vaultSecrets.list': undefined,
  'vaultSecrets.leases': {},
  'proxies.list': undefined,
  'proxies.users': { id },
  'proxies.previewMove': { id, to: [] },
  'keyRing.status': undefined,
  'alerts.list': {},
  'alerts.unread': undefined,
  'alerts.settings': undefined,
  'alerts.channels': undefined,
  'alerts.deliveries': {},
  'vault.get': { id },
  'vault.history': { id },
  'vault.choices': undefined,
};

const MUTATIONS: Readonly<Record<string, object | undefined>> = {
  'linking.begin': { clientId: id, way: 'code' },
  'linking.finish': { address: `${issuer}/?code=a&state=b` },
  'linking.replace': { attempt },
  'linking.cancel': { attempt },
  'linking.byToken': { clientId: id, refreshToken: 'rt_of_a_stranger' },
  'oauthClients.save': { ...client, settings },
  'oauthClients.delete': { id },
  'oauthClients.discover': { issuer },
  'vaultSecrets.create': secret,
  'vaultSecrets.update': { ...secret, id },
  'vaultSecrets.revoke': { id },
  'proxies.create': { name: 'one', url },
  'proxies.update': { id, name: 'other' },
  'proxies.delete': { id },
  'proxies.importList': { text: url },
  'proxies.check': { id },
  'proxies.move': { id, to: [] },
  'keyRing.add': undefined,
  'keyRing.use': { id: 'k1' },
  'keyRing.reseal': undefined,
  'keyRing.retire': { id: 'k1' },
  'alerts.markRead': { ids: [id] },
  'alerts.markAllRead': undefined,
  'alerts.saveSettings': AlertSettings.parse({}),
  'alerts.saveChannel': channel,
  'alerts.deleteChannel': { id },
  'alerts.testChannel': { id },
  'vault.update': { id, memo: 'm' },
  'vault.refresh': { id },
  'vault.refreshInfo': { id, which: 'user' },
  'vault.replace': { id, refreshToken: 'rt_of_a_stranger' },
  'vault.revealAccess': { id },
  'vault.revealRefresh': { id },
};

for (const [path, input] of Object.entries(QUERIES)) {
  refusalBattery(path, {
    console: () => console,
    call: (browser) => browser.query(path, input),
  });
}
for (const [path, input] of Object.entries(MUTATIONS)) {
  refusalBattery(path, {
    console: () => console,
    call: (browser) => browser.mutate(path, input),
  });
}
