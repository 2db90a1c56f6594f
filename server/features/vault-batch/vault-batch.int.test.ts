import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { JobView } from '#shared/schemas/jobs.ts';
import type { AssignPlan, JobStarted, VaultExported } from '#shared/schemas/vault-batch.ts';
import { createCipher } from '../../infra/cipher.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import type { Browser } from '../../testing/browser.ts';
import { type ConsoleBase, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import { buildJobs } from '../jobs/index.ts';
import { createVaultAdd, createVaultRowsRepo } from '../vault/index.ts';
import { buildVaultBatch } from './build-vault-batch.ts';
import { openFile } from './sealed-file.ts';

const MINUTE = 60_000;
/** Whether the database goes away right after the next accounts were added. */
let dies = false;
/** What a refresh of these accounts comes to, by their business ids. */
const refreshes = new Map<string, 'kept' | 'reused'>();
const cipher = createCipher({ current: 'one', keys: { one: randomBytes(32) } });

let console: TestConsole;
let parts: ReturnType<typeof wire>;
let admin: Browser;

function wire(base: ConsoleBase) {
  const { audit, clock, databaseUrl, db } = base;
  const pool = createPool(databaseUrl, { max: 6 });
  let ids = 0;
  const newId = () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`;
  const settings = { autoRefresh: true, intervalDays: 2, leadPercent: 10, leadMinutes: 10 };
  const adding = createVaultAdd({
    ...{ cipher, clock, pool },
    isPlatform: () => true,
    settings: () => ({ ...settings, concurrency: 8 }),
  });
  const vault = {
    async add(rows: Parameters<typeof adding.add>[0]) {
      const added = await adding.add(rows);
      if (!dies) return added;
      dies = false;
      throw new AppError('storage_unavailable', 'It is away.');
    },
    ...createVaultRowsRepo(pool),
    async refresh(accountId: string) {
      const { bizId } = await db.vaultToken.findUniqueOrThrow({ where: { accountId } });
      const outcome = refreshes.get(bizId) ?? 'kept';
      return { outcome, text: outcome === 'reused' ? 'used before' : '', expiresAt: null };
    },
  };
  const onError = () => undefined;
  const explain = (thrown: unknown) =>
    thrown instanceof AppError ? thrown : new AppError('internal', String(thrown));
  const common = { audit, cipher, clock, db, pool, onError };
  const jobs = buildJobs({ ...common, newId, explain });
  const batch = buildVaultBatch({
    ...common,
    jobs: jobs.jobs,
    vault,
    hasPlatform: (id) => id === 'lab',
  });
  jobs.start();
  return { batch, jobs, pool };
}

beforeAll(async () => {
  console = await startConsole({
    features(base) {
      parts = wire(base);
      return { jobs: parts.jobs.service, vaultBatch: parts.batch.service };
    },
  });
  admin = (await console.signedIn('admin')).browser;
});
afterAll(async () => {
  await Promise.all([parts.jobs.close(), parts.batch.close()]);
  await parts.pool.end();
  await console[Symbol.asyncDispose]();
});

const soon = <Result>(check: () => Result) => vi.waitFor(check, { timeout: 50_000, interval: 20 });

async function over(browser: Browser, answer: { data?: unknown; text: string }): Promise<JobView> {
  const { jobId } = (answer.data ?? {}) as JobStarted;
  expect(answer.text).not.toContain('"error"');
  return soon(async () => {
    const job = (await browser.query('jobs.get', { id: jobId })).data as JobView;
    expect(job.endedAt).not.toBeNull();
    return job;
  });
}

const imported = (browser: Browser, text: string, more: object = {}) =>
  browser.mutate('vaultBatch.import', { platformId: 'lab', format: 'text', text, ...more });
const token = (name: string) => `rt_${name.padStart(40, '0')}`;
const started = (browser: Browser, selection: object, change: object) =>
  browser.mutate('vaultBatch.start', { selection, change });
const tagged = (tag: string) => ({ filter: { tag } });
const there = (tag: string) =>
  console.db.vaultToken.count({ where: { tags: { has: tag }, deletedUntil: null } });

describe('import', () => {
  test('ten thousand tokens with some known, twice and none at all; each is told of, none in clear', async () => {
    await over(admin, await imported(admin, [token('a1'), token('a2')].join('\n')));
    const lines = Array.from({ length: 10_000 }, (_, at) => token(`a${at + 1}`));
    lines.push(token('a7'), 'no token', token('a8'));
    const job = await over(admin, await imported(admin, lines.join('\n'), { tags: ['bulk'] }));
    expect(job).toMatchObject({ state: 'done', total: 10_003, done: 9_998, failed: 1 });
    expect(job.report).toEqual({ created: 9_998, known: 2, twice: 2, notAToken: 1 });
    expect(await there('bulk')).toBe(9_998);
    const stored = await console.db.jobItem.findMany({ where: { jobId: job.id } });
    expect(JSON.stringify(stored)).not.toContain('rt_');
    expect(console.lines.join('')).not.toContain('rt_');
  });

  test('what a dead server added before it could tell is told as added', async () => {
    dies = true;
    const { data } = await imported(admin, `${token('crash')}\n${token('a1')}`);
    const { jobId: id } = data as JobStarted;
    const job = await soon(async () => {
      console.clock.advance(1_000);
      const one = (await admin.query('jobs.get', { id })).data as JobView;
      expect(one.endedAt).not.toBeNull();
      return one;
    });
    expect(job.report).toEqual({ created: 1, known: 1 });
  });

  test('CSV and JSON bring business id, e-mail, tags and memo along', async () => {
    const csv = `biz_id,email,refresh_token,tags,memo\nb-1,x@example.org,${token('c1')},"one;two",hello\n`;
    await over(admin, await imported(admin, csv, { format: 'csv' }));
    const json = JSON.stringify([{ biz_id: 'b-2', rt: token('c2'), tag: 'one' }, token('c3')]);
    await over(admin, await imported(admin, json, { format: 'json' }));
    expect(await console.db.vaultToken.findUnique({ where: { bizId: 'b-1' } })).toMatchObject({
      email: 'x@example.org',
      tags: ['one', 'two'],
      memo: 'hello',
    });
    expect(await console.db.vaultToken.findUnique({ where: { bizId: 'b-2' } })).not.toBeNull();
  });

  test('a platform, client or proxy that is not there is refused', async () => {
    const none = '00000000-0000-7000-8000-ffffffffffff';
    for (const wrong of [{ platformId: 'none' }, { clientId: none }, { proxyId: none }]) {
      const answer = await imported(admin, token('x'), wrong);
      expect(answer.error?.data).toMatchObject({
        appCode: 'bad_request',
        param: Object.keys(wrong)[0],
      });
    }
  });
});

describe('changes', () => {
  test('tags, switches and automatic refresh of all that fit a filter', async () => {
    await over(
      admin,
      await imported(admin, [1, 2, 3].map((n) => token(`t${n}`)).join('\n'), { tags: ['set'] }),
    );
    const change = { what: 'tags', add: ['new'], remove: ['set'] };
    expect((await over(admin, await started(admin, tagged('set'), change))).report).toEqual({
      changed: 3,
    });
    expect(await there('new')).toBe(3);
    const off = { what: 'enabled', on: false };
    expect((await over(admin, await started(admin, tagged('new'), off))).report).toEqual({
      changed: 3,
    });
    expect((await over(admin, await started(admin, tagged('new'), off))).report).toEqual({
      same: 3,
    });
    const states = await console.db.account.findMany({
      where: { vaultToken: { tags: { has: 'new' } } },
    });
    expect(states.map(({ state, stateCause }) => [state, stateCause])).toEqual(
      Array.from({ length: 3 }, () => ['disabled', 'person']),
    );
    await over(admin, await started(admin, tagged('new'), { what: 'autoRefresh', on: false }));
    expect(
      await console.db.vaultToken.count({ where: { tags: { has: 'new' }, autoRefresh: true } }),
    ).toBe(0);
  });

  test('a refresh that fails is told with its class', async () => {
    await over(
      admin,
      await imported(
        admin,
        JSON.stringify([
          { biz_id: 'r-1', rt: token('r1'), tag: 'fresh' },
          { biz_id: 'r-2', rt: token('r2'), tag: 'fresh' },
        ]),
        { format: 'json' },
      ),
    );
    refreshes.set('r-2', 'reused');
    const job = await over(admin, await started(admin, tagged('fresh'), { what: 'refresh' }));
    expect(job.report).toEqual({ refreshed: 1, refresh_reused: 1 });
    const { data } = await admin.query('jobs.items', { id: job.id });
    const { rows } = data as { rows: { name: string }[] };
    expect(rows.map(({ name }) => name).toSorted()).toEqual(['r-1', 'r-2']);
  });

  test('a member works on their own accounts and sees no other’s job', async () => {
    const member = (await console.signedIn('member')).browser;
    await over(member, await imported(member, token('own'), { tags: ['owned'] }));
    await over(admin, await imported(admin, token('theirs'), { tags: ['owned'] }));
    const job = await over(member, await started(member, tagged('owned'), { what: 'delete' }));
    expect(job.total).toBe(1);
    const other = (await console.signedIn('member')).browser;
    for (const path of ['jobs.get', 'jobs.items']) {
      expect((await other.query(path, { id: job.id })).error?.data.appCode).toBe('not_found');
    }
    for (const path of ['jobs.cancel', 'vaultBatch.undo']) {
      expect((await other.mutate(path, { id: job.id })).error?.data.appCode).toBe('not_found');
    }
  });
});

describe('delete', () => {
  test('is undone within ten minutes; later the tokens are gone', async () => {
    await over(
      admin,
      await imported(admin, [token('d1'), token('d2')].join('\n'), { tags: ['gone'] }),
    );
    const job = await over(admin, await started(admin, tagged('gone'), { what: 'delete' }));
    expect(job.undoUntil).not.toBeNull();
    expect(await there('gone')).toBe(0);
    expect((await admin.mutate('vaultBatch.undo', { id: job.id })).data).toBe(2);
    expect(await there('gone')).toBe(2);
    expect((await admin.mutate('vaultBatch.undo', { id: job.id })).error?.data.appCode).toBe(
      'conflict',
    );
    const notes = await console.db.auditEvent.findMany({
      where: { targetId: job.id },
      orderBy: { seq: 'asc' },
    });
    expect(notes.map(({ action, change }) => [action, change])).toEqual([
      ['vaultBatch.start', expect.anything()],
      ['vaultBatch.undo', { before: null, after: { count: 2 } }],
    ]);

    const again = await over(admin, await started(admin, tagged('gone'), { what: 'delete' }));
    parts.batch.start();
    console.clock.advance(9 * MINUTE);
    expect(await console.db.vaultToken.count({ where: { tags: { has: 'gone' } } })).toBe(2);
    console.clock.advance(2 * MINUTE);
    await soon(async () => {
      console.clock.advance(MINUTE);
      expect(await console.db.vaultToken.count({ where: { tags: { has: 'gone' } } })).toBe(0);
    });
    const late = await admin.mutate('vaultBatch.undo', { id: again.id });
    expect(late.error?.data.appCode).toBe('conflict');
  });
});

describe('assignment', () => {
  test('is even, told before, and asked again when the accounts changed', async () => {
    const text = Array.from({ length: 7 }, (_, at) => token(`p${at}`)).join('\n');
    await over(admin, await imported(admin, text, { tags: ['way'] }));
    const proxies = await Promise.all(
      ['p-1', 'p-2'].map((name) =>
        console.db.proxy.create({ data: { id: crypto.randomUUID(), name, url: 'x', shown: name } }),
      ),
    );
    const ask = { selection: tagged('way'), what: 'proxy', targets: proxies.map(({ id }) => id) };
    const plan = (await admin.mutate('vaultBatch.planAssign', ask)).data as AssignPlan;
    expect(plan).toMatchObject({ count: 7, changed: 7, unfit: 0 });
    expect(plan.targets.map(({ after }) => after).toSorted()).toEqual([3, 4]);
    await over(admin, await imported(admin, token('p9'), { tags: ['way'] }));
    const late = await admin.mutate('vaultBatch.assign', { ...ask, seal: plan.seal });
    expect(late.error?.data).toMatchObject({ appCode: 'conflict', param: 'seal' });
    const { seal } = (await admin.mutate('vaultBatch.planAssign', ask)).data as AssignPlan;
    await over(admin, await admin.mutate('vaultBatch.assign', { ...ask, seal }));
    for (const { id } of proxies) {
      expect(await console.db.vaultToken.count({ where: { proxyId: id } })).toBe(4);
    }
  });
});

describe('export', () => {
  beforeAll(async () => {
    admin = (await console.signedIn('admin')).browser;
  });

  test('without tokens in clear; with them only sealed, and opened by the passphrase alone', async () => {
    await over(admin, await imported(admin, token('e1'), { tags: ['out'] }));
    const ask = { selection: tagged('out'), format: 'json' };
    const plain = (await admin.mutate('vaultBatch.export', ask)).data as VaultExported;
    expect(JSON.parse(plain.text)).toMatchObject({
      accounts: [{ platform: 'lab', tags: ['out'] }],
    });
    expect(plain.text).not.toContain('rt_');
    const passphrase = 'a long enough passphrase';
    const sealed = (await admin.mutate('vaultBatch.export', { ...ask, passphrase }))
      .data as VaultExported;
    expect(sealed.text).not.toContain('rt_');
    const opened: unknown = JSON.parse(await openFile(sealed.text, passphrase));
    expect(opened).toMatchObject({ accounts: [{ refresh_token: token('e1') }] });
    await expect(openFile(sealed.text, 'another passphrase')).rejects.toThrow(/passphrase/);
    const notes = await console.db.auditEvent.findMany({ where: { action: 'vaultBatch.export' } });
    expect(notes).toHaveLength(2);
  });

  test('and copying ask for a proof that is recent', async () => {
    const { data } = await admin.mutate('vaultBatch.export', {
      selection: tagged('out'),
      format: 'csv',
    });
    expect((data as VaultExported).name).toBe('vault.csv');
    console.clock.advance(11 * MINUTE);
    const ids = (await console.db.vaultToken.findMany({ where: { tags: { has: 'out' } } })).map(
      ({ accountId }) => accountId,
    );
    const copy = await admin.mutate('vaultBatch.copy', { ids });
    const file = await admin.mutate('vaultBatch.export', { selection: { ids }, format: 'csv' });
    for (const { error } of [copy, file]) expect(error?.data.appCode).toBe('step_up_needed');
  });
});

const selection = { ids: ['01890000-0000-7000-8000-000000000000'] };
const [id] = selection.ids;
const assign = { selection, what: 'proxy', targets: [] };
for (const [path, input] of Object.entries({
  'jobs.list': {},
  'jobs.get': { id },
  'jobs.items': { id },
  'vaultBatch.choices': { what: 'client' },
})) {
  refusalBattery(path, {
    console: () => console,
    call: (browser) => browser.query(path, input),
  });
}
for (const [path, input] of Object.entries({
  'jobs.cancel': { id },
  'vaultBatch.import': { platformId: 'lab', format: 'text', text: token('nobody') },
  'vaultBatch.start': { selection, change: { what: 'delete' } },
  'vaultBatch.planAssign': assign,
  'vaultBatch.assign': { ...assign, seal: 'a seal' },
  'vaultBatch.undo': { id },
  'vaultBatch.export': { selection, format: 'csv' },
  'vaultBatch.copy': selection,
})) {
  refusalBattery(path, {
    console: () => console,
    call: (browser) => browser.mutate(path, input),
  });
}
