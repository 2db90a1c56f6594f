import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VaultHistory, VaultPage, VaultView } from '#shared/schemas/vault.ts';
import { newId } from '../../infra/ids.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { buildVaultConsole } from './index.ts';

const SETTINGS = {
  autoRefresh: true,
  intervalDays: 2,
  leadPercent: 10,
  leadMinutes: 10,
  concurrency: 8,
};

let console: TestConsole;
let ada: Awaited<ReturnType<TestConsole['signedIn']>>;
let ben: Awaited<ReturnType<TestConsole['signedIn']>>;

beforeAll(async () => {
  console = await startConsole({
    features: ({ audit, clock, db }) => ({
      vaultConsole: buildVaultConsole({
        ...{ audit, clock, db },
        platformName: (id) => id,
        vault: {
          accessTokenOf: async () => 'access-in-clear',
          refreshTokenOf: async () => 'refresh-in-clear',
          refresh: async () => ({ outcome: 'kept', text: '', expiresAt: null }),
          refreshInfo: () => Promise.reject(new Error('not part of the test')),
          replace: async () => undefined,
          settings: () => SETTINGS,
          saveSettings: async () => undefined,
        },
      }),
    }),
  });
  ada = await console.signedIn('admin');
  ben = await console.signedIn('member');
});
afterAll(() => console?.[Symbol.asyncDispose]());

let made = 0;
async function account(ownerId: string, more: object = {}): Promise<string> {
  const accountId = newId();
  made += 1;
  const name = `a${made}`;
  await console.db.account.create({
    data: { id: accountId, ownerId, platformId: 'lab', name, kind: 'oauth', secret: 'sealed' },
  });
  const hash = made.toString(16).padStart(64, 'f');
  await console.db.vaultToken.create({
    data: { accountId, bizId: `biz-${made}`, refreshToken: 'sealed', refreshHash: hash, ...more },
  });
  return accountId;
}

const list = async (who: typeof ada, input: object): Promise<VaultPage> =>
  (await who.browser.query('vault.list', input)).data as VaultPage;

test('members see their own, admins all, and nobody a token or what was deleted', async () => {
  const own = await account(ben.id, { email: 'mine@example.com' });
  const other = await account(ada.id);
  await account(ada.id, { deletedUntil: new Date(console.clock.now() + 60_000) });
  const mine = await list(ben, {});
  expect([mine.total, mine.rows.map(({ id }) => id)]).toEqual([1, [own]]);
  expect((await list(ada, {})).rows.map(({ id }) => id)).toEqual([other, own]);
  expect(JSON.stringify(await list(ada, {}))).not.toContain('sealed');
  const foreign = await ben.browser.query('vault.get', { id: other });
  expect(foreign.error?.data.appCode).toBe('not_found');
});

test('pages follow each other without a gap by every sort, whatever is missing', async () => {
  const tags = ['paged'];
  for (const at of [null, 3, 1, null, 2]) {
    const date = at === null ? null : new Date(Date.UTC(2026, 0, at));
    const email = at === null ? null : `p${at}@example.com`;
    await account(ada.id, { tags, email, accessExpiresAt: date, refreshedAt: date });
  }
  for (const sort of ['number', 'email', 'expires', 'refreshed', 'next', 'owner', 'bizId']) {
    for (const descending of [true, false]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: VaultPage = await list(ada, {
          ...{ sort, descending, limit: 2, filter: { tag: 'PAGE' } },
          ...(cursor !== null && { cursor }),
        });
        expect(page.total).toBe(5);
        seen.push(...page.rows.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect([sort, new Set(seen).size, seen.length]).toEqual([sort, 5, 5]);
    }
  }
  const wrong = await ada.browser.query('vault.list', { sort: 'email', cursor: 'nonsense' });
  expect(wrong.error?.data.param).toBe('cursor');
});

test('filters find part of a text whatever its case, and what ends before a time', async () => {
  const id = await account(ada.id, {
    ...{ email: 'Fil_Ter%@example.com', plan: 'Team', failure: 'reused' },
    accessExpiresAt: new Date('2026-05-01T00:00:00Z'),
  });
  const find = async (filter: object) => (await list(ada, { filter })).rows.map((row) => row.id);
  expect(await find({ email: 'l_ter%' })).toEqual([id]);
  expect(await find({ plan: 'tea', failure: 'reused' })).toEqual([id]);
  expect(
    await find({
      expiresFrom: '2026-04-30T00:00:00.000Z',
      expiresBefore: '2026-05-02T00:00:00.000Z',
    }),
  ).toEqual([id]);
  expect(await find({ email: 'l_ter%', enabled: false })).toEqual([]);
});

test('a change is kept and noted; a taken business id and a dead token are refused', async () => {
  const [first, second] = [await account(ben.id), await account(ben.id, { failure: 'revoked' })];
  const update = (input: object) => ben.browser.mutate('vault.update', input);
  const changed = await update({ id: first, memo: 'kept', tags: ['b', 'a', 'b'], enabled: false });
  expect(changed.data).toMatchObject({ memo: 'kept', tags: ['a', 'b'], state: 'disabled' });
  const { bizId } = changed.data as VaultView;
  expect((await update({ id: second, bizId })).error?.data.param).toBe('bizId');
  await update({ id: second, enabled: false });
  expect((await update({ id: second, enabled: true })).error?.data.param).toBe('enabled');
  const noted = await console.db.auditEvent.count({
    where: { action: 'vault.update', targetId: first },
  });
  expect(noted).toBe(1);
});

test('tokens are shown to who owns or keeps them, after a proof, and that is noted', async () => {
  const id = await account(ben.id);
  const auditor = await console.signedIn('auditor');
  for (const path of ['vault.revealAccess', 'vault.revealRefresh']) {
    const clear = path.endsWith('Access') ? 'access-in-clear' : 'refresh-in-clear';
    expect((await ben.browser.mutate(path, { id })).data).toEqual({ token: clear });
    const refused = await auditor.browser.mutate(path, { id });
    expect([refused.error?.data.appCode, refused.text.includes(clear)]).toEqual([
      'not_found',
      false,
    ]);
    expect(await console.db.auditEvent.count({ where: { action: path, targetId: id } })).toBe(1);
  }
  await console.db.session.updateMany({
    where: { userId: ben.id },
    data: { provedAt: new Date(0) },
  });
  const late = await ben.browser.mutate('vault.revealRefresh', { id });
  expect([late.error?.data.appCode, late.text.includes('in-clear')]).toEqual([
    'step_up_needed',
    false,
  ]);
});

test('the history is told page by page, by hash', async () => {
  const id = await account(ada.id);
  const at = new Date('2026-03-01T00:00:00Z');
  const hash = 'a'.repeat(64);
  for (let n = 0; n < 3; n += 1) {
    await console.db.refreshEvent.create({
      data: {
        ...{ id: newId(), accountId: id, at, trigger: 'person', outcome: 'rotated' },
        ...{ beforeHash: hash, afterHash: hash, durationMs: 5, actorId: ada.id },
      },
    });
  }
  const ask = async (cursor?: string) =>
    (await ada.browser.query('vault.history', { id, limit: 2, ...(cursor && { cursor }) }))
      .data as VaultHistory;
  const first = await ask();
  const rest = await ask(first.nextCursor ?? '');
  expect([first.rows.length, rest.rows.length, rest.nextCursor]).toEqual([2, 1, null]);
  expect(first.rows[0]).toMatchObject({ before: 'a'.repeat(12), actorName: ada.username });
});

test('the calendar counts days as clocks of the zone show them', async () => {
  const zoe = await console.signedIn('member');
  const expires = { accessExpiresAt: new Date('2026-07-01T20:00:00Z') };
  await account(zoe.id, { ...expires, nextRefreshAt: new Date('2026-07-01T10:00:00Z') });
  const month = { from: '2026-07-01T00:00:00.000Z', before: '2026-08-01T00:00:00.000Z' };
  const ask = (zone: string) => zoe.browser.query('vault.calendar', { ...month, zone });
  expect((await ask('Asia/Shanghai')).data).toEqual([
    { day: '2026-07-01', expires: 0, refreshes: 1 },
    { day: '2026-07-02', expires: 1, refreshes: 0 },
  ]);
  expect((await ask('Nowhere/Land')).error?.data.param).toBe('zone');
});

refusalBattery('vault.list', {
  console: () => console,
  call: (browser) => browser.query('vault.list', {}),
});
refusalBattery('vault.schedule', {
  console: () => console,
  call: (browser) => browser.query('vault.schedule'),
});
refusalBattery('vault.saveSchedule', {
  console: () => console,
  call: (browser) => browser.mutate('vault.saveSchedule', SETTINGS),
});
