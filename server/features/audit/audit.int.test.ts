import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditAction, AuditRow, AuditVerdict } from '#shared/schemas/audit.ts';
import { withTx } from '../../infra/prisma/client.ts';
import { asActor } from '../../testing/actor.ts';
import { startApp, type TestApp } from '../../testing/app.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import {
  createAudit,
  createAuditAnchor,
  createAuditLogRepo,
  createAuditRemoval,
  createAuditService,
} from './index.ts';

const PASSWORD = 'correct horse battery';
const SECRETS = ['sk-planted-1', 'sk-planted-2', 'planted password 1', PASSWORD];
const EMPTY = { users: [], platforms: [], accounts: [], models: [], keys: [] };
let h: TestApp;
let cookie: string;

beforeAll(async () => {
  h = await startApp({
    ...EMPTY,
    users: [{ username: 'ada', password: PASSWORD, role: 'admin' }],
  });
  cookie = await h.signIn('ada');
});
afterAll(() => h[Symbol.asyncDispose]());

type Answer = { status: number; data: unknown };

async function ask(path: string, input: object, as = cookie): Promise<Answer> {
  const res = await fetch(`${h.url}/trpc/${path}`, {
    method: 'POST',
    headers: { origin: h.url, 'content-type': 'application/json', cookie: as },
    body: JSON.stringify(input),
  });
  const body = (await res.json()) as { result?: { data: unknown } };
  return { status: res.status, data: body.result?.data };
}

async function idOf(answer: Promise<Answer>, member?: string): Promise<string> {
  const { data } = await answer;
  const row = member ? (data as Record<string, unknown>)[member] : data;
  return (row as { id: string }).id;
}

async function rows(filter: object = {}): Promise<AuditRow[]> {
  return (await h.app.services.audit.list({ limit: 200, filter })).rows;
}

const count = async () => (await rows()).length;

/** What `work` wrote, oldest first. */
async function written(work: () => Promise<unknown>): Promise<AuditRow[]> {
  const before = await count();
  await work();
  const all = await rows();
  return all.slice(0, all.length - before).reverse();
}

const changed = (row: AuditRow | undefined) => [row?.change.before, row?.change.after];

describe('each change leaves one row', () => {
  test('of a set-up file, by nobody', async () => {
    const [row] = await rows({ action: 'setup.apply' });
    expect(row).toMatchObject({ actorId: null, actorName: 'set-up file', targetName: 'ada' });
    expect(row?.change.after).toMatchObject({ role: 'admin', fields: expect.anything() });
  });

  test('of users: who, what, before and after, from where, in which request', async () => {
    let id = '';
    const made = await written(async () => {
      const input = { username: 'ben', displayName: '', role: 'member', password: SECRETS[2] };
      id = await idOf(ask('users.create', input), 'user');
    });
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({
      action: 'users.create',
      actorName: 'ada',
      targetKind: 'user',
      targetId: id,
      targetName: 'ben',
      address: expect.stringContaining('127.0.0.1'),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const [row, ...more] = await written(() => ask('users.update', { id, state: 'disabled' }));
    expect(more).toEqual([]);
    expect(row?.action).toBe('users.update');
    expect(changed(row)).toEqual([{ state: 'active' }, { state: 'disabled' }]);
    expect(await written(() => ask('users.update', { id, state: 'disabled' }))).toEqual([]);
    await ask('users.update', { id, state: 'active' });
    const [reset] = await written(() => ask('users.resetPassword', { id }));
    expect(changed(reset)[1]).toEqual({ hasPassword: false, newInvite: true });
  });

  test('of platforms, models, prices and limits', async () => {
    const lab = { id: 'lab', name: 'Lab', protocol: 'openai-chat', baseUrl: 'https://lab.example' };
    const routes = [{ platform: 'sandbox', model: 'echo', weight: 1, priority: 0 }];
    let id = '';
    const later = new Date(Date.now() + 86_400_000).toISOString();
    const free = { input: 1, output: 2 };
    const found = await written(async () => {
      await ask('platforms.create', lab);
      await ask('platforms.update', { id: 'lab', name: 'Lab 2' });
      await ask('platforms.delete', { id: 'lab' });
      id = await idOf(ask('models.create', { name: 'm', enabled: true, routes, price: null }));
      await ask('models.update', { id, enabled: false });
      await ask('models.setPrice', { id, from: later, price: free });
      await ask('models.deletePrice', { id, from: later });
      const rules = [{ metric: 'requests-per-minute', limit: 5 }];
      await ask('quotas.set', { subject: 'model', id: 'm', rules });
      await ask('models.delete', { id });
    });
    expect(found.map(({ action }) => action)).toEqual([
      'platforms.create',
      'platforms.update',
      'platforms.delete',
      'models.create',
      'models.update',
      'models.setPrice',
      'models.deletePrice',
      'quotas.set',
      'models.delete',
    ] satisfies AuditAction[]);
    expect(changed(found[1])).toEqual([{ name: 'Lab' }, { name: 'Lab 2' }]);
    expect(changed(found[4])).toEqual([{ enabled: true }, { enabled: false }]);
    expect(changed(found[7])).toEqual([
      { 'requests-per-minute': null },
      { 'requests-per-minute': 5 },
    ]);
  });

  test('of accounts and the pool; a new key is told without the key', async () => {
    const account = {
      platformId: 'openai',
      name: 'a',
      apiKey: SECRETS[0],
      shared: false,
      options: {},
    };
    const found = await written(async () => {
      const id = await idOf(ask('accounts.create', account));
      await ask('accounts.update', { id, apiKey: SECRETS[1] });
      await ask('accounts.update', { id, enabled: false });
      await ask('accounts.delete', { id });
      await ask('accounts.allowPersonalLending', {
        platformId: 'claude',
        allowed: true,
        termsRead: true,
      });
      await ask('pool.saveSettings', { credit: true, rule: 'flat', reserve: 0.1, groups: [] });
    });
    expect(found.map(({ action }) => action)).toEqual([
      'accounts.create',
      'accounts.update',
      'accounts.update',
      'accounts.delete',
      'accounts.allowPersonalLending',
      'pool.saveSettings',
    ] satisfies AuditAction[]);
    expect(changed(found[1])[1]).toEqual({ keyReplaced: true });
    expect(changed(found[2])).toEqual([{ state: 'active' }, { state: 'disabled' }]);
    expect(changed(found[4])).toEqual([{ allowed: false }, { allowed: true }]);
  });

  test('a change that is refused or undone leaves none', async () => {
    expect(await written(() => ask('users.update', { id: crypto.randomUUID() }))).toEqual([]);
    const audit = createAudit({ clock: h.infra.clock });
    const undone = withTx(h.infra.db, async (tx) => {
      await audit.note(tx, entry('undone'));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await rows()).some(({ targetName }) => targetName === 'undone')).toBe(false);
    expect((await h.app.services.audit.verify()).broken).toBeNull();
  });

  test('no secret that was sent is anywhere in the log', async () => {
    const { rows: stored } = await h.infra.pool.query<{ text: string }>(
      'SELECT audit_events::text AS text FROM audit_events',
    );
    const text = stored.map((row) => row.text).join('\n');
    expect(text).toContain('users.create');
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/\$2[aby]\$|v1\.[\w-]+\.[\w-]+\.|gh-[\w-]{30}/);
  });
});

function entry(name: string) {
  return {
    actor: { id: null, name: 'test' },
    action: 'users.update' as const,
    target: { kind: 'user' as const, id: name, name },
    address: '',
    requestId: null,
  };
}

describe('the chain', () => {
  let own: TestApp;
  let folder: string;
  beforeAll(async () => {
    own = await startApp(EMPTY);
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'));
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const sql = (text: string, ...values: unknown[]) => own.infra.pool.query(text, values);

  /** A log of so many rows, one a day. */
  async function log(most: number, retentionDays = 0) {
    await sql(`TRUNCATE audit_events`);
    await sql(`DELETE FROM settings WHERE name = 'audit-chain'`);
    const clock = fakeClock();
    const audit = createAudit({ clock });
    const add = (name: string) => withTx(own.infra.db, (tx) => audit.note(tx, entry(name)));
    for (let n = 1; n <= most; n += 1) {
      await add(`t${n}`);
      clock.advance(86_400_000);
    }
    const logRepo = createAuditLogRepo(own.infra.reports);
    const onError = (error: unknown) => {
      throw error;
    };
    const file = join(folder, `${randomUUID()}.json`);
    const anchor = createAuditAnchor({ ...{ clock, file, retentionDays }, log: logRepo, onError });
    const service = createAuditService({
      ...{ anchor, clock, onError, retentionDays },
      log: logRepo,
      removal: createAuditRemoval(own.infra.db),
    });
    return { add, anchor, clock, file, service };
  }

  const broken = async (service: { verify(): Promise<AuditVerdict> }) =>
    (await service.verify()).broken;

  test('holds when fifty write at once', async () => {
    const { add, service } = await log(0);
    await Promise.all(Array.from({ length: 50 }, (_, n) => add(`w${n}`)));
    expect(await service.verify()).toMatchObject({ rows: 50, firstSeq: '1', broken: null });
  });

  test.each([
    [
      'a row that was altered',
      `UPDATE audit_events SET target_name = 'x' WHERE seq = 3`,
      '3',
      'altered',
    ],
    ['a row that was taken out', `DELETE FROM audit_events WHERE seq = 3`, '4', 'missing'],
    ['the first one taken out', `DELETE FROM audit_events WHERE seq = 1`, '2', 'missing'],
    ['the last ones taken off', `DELETE FROM audit_events WHERE seq > 3`, '4', 'cut'],
    ['all of them taken out', `DELETE FROM audit_events`, '1', 'cut'],
    [
      'two that changed places',
      `UPDATE audit_events SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3);
       UPDATE audit_events SET seq = -seq WHERE seq < 0`,
      '2',
      'altered',
    ],
  ])('%s is found', async (_, harm, seq, why) => {
    const { service } = await log(5);
    expect(await broken(service)).toBeNull();
    await sql(harm);
    expect(await broken(service)).toEqual({ seq, why });
  });

  const END = `(SELECT jsonb_build_object('seq', seq::text, 'hash', hash) FROM audit_events
    ORDER BY audit_events.seq DESC LIMIT 1)`;
  const noteEnd = `UPDATE settings SET value = jsonb_set(value, '{end}', ${END})
    WHERE name = 'audit-chain'`;

  test.each([
    [
      'the last rows taken off, with the note of the end',
      `DELETE FROM audit_events WHERE seq > 3; ${noteEnd}`,
      { seq: '4', why: 'cut' },
    ],
    [
      'all of them taken out, with the note',
      `DELETE FROM audit_events; DELETE FROM settings WHERE name = 'audit-chain'`,
      { seq: '1', why: 'cut' },
    ],
    [
      'the oldest taken out as if their time were over',
      `UPDATE settings SET value = jsonb_set(value, '{begin}', (SELECT
         jsonb_build_object('seq', seq::text, 'hash', hash) FROM audit_events WHERE seq = 2))
         WHERE name = 'audit-chain';
       DELETE FROM audit_events WHERE seq < 3`,
      { seq: '1', why: 'missing' },
    ],
  ])('%s is found by what is kept elsewhere', async (_, harm, fault) => {
    const { anchor, service } = await log(5);
    expect(await anchor.look()).toBeNull();
    await sql(harm);
    expect(await broken(service)).toEqual(fault);
    expect(await broken(service)).toEqual(fault);
  });

  test('a chain that was made anew, and is longer, is found by what is kept elsewhere', async () => {
    const { add, anchor, service } = await log(5);
    expect(await anchor.look()).toBeNull();
    await sql(`DELETE FROM audit_events WHERE seq > 3; ${noteEnd}`);
    for (const name of ['x', 'y', 'z']) await add(name);
    expect(await service.verify()).toMatchObject({ rows: 6, broken: { seq: '5', why: 'altered' } });
  });

  test('what is kept elsewhere moves on by itself, and one that was damaged is told', async () => {
    const { add, anchor, clock, file, service } = await log(2);
    anchor.start();
    await anchor.look();
    await add('next');
    clock.advance(60_000);
    await anchor.look();
    expect(JSON.parse(await readFile(file, 'utf8')).end.seq).toBe('3');
    await add('last');
    await anchor.close();
    expect(JSON.parse(await readFile(file, 'utf8')).end.seq).toBe('4');
    await writeFile(file, '{}');
    expect(await broken(service)).toEqual({ seq: '1', why: 'altered' });
  });

  test('goes on and holds without the note of its ends', async () => {
    const { add, service } = await log(3);
    await sql(`DELETE FROM settings WHERE name = 'audit-chain'`);
    await add('next');
    expect(await service.verify()).toMatchObject({ rows: 4, broken: null });
  });

  test('holds from the oldest row that is kept, and after all have gone', async () => {
    const { add, clock, service } = await log(5, 3);
    service.start();
    await service.close();
    expect(await service.verify()).toMatchObject({ firstSeq: '3', rows: 3, broken: null });
    clock.advance(10 * 86_400_000);
    const later = createAuditRemoval(own.infra.db);
    expect(await later.remove(new Date(clock.now()), 2)).toBe(2);
    expect(await later.remove(new Date(clock.now()), 2)).toBe(1);
    expect(await service.verify()).toMatchObject({ rows: 0, broken: null });
    await add('next');
    expect(await service.verify()).toMatchObject({ firstSeq: '6', rows: 1, broken: null });
  });

  test('pages are whole and fit the filters', async () => {
    const { service } = await log(5);
    const first = await service.list({ limit: 2, filter: {} });
    expect(first.rows.map(({ seq }) => seq)).toEqual(['5', '4']);
    const next = await service.list({ limit: 3, cursor: first.nextCursor ?? '', filter: {} });
    expect([next.rows.map(({ seq }) => seq), next.nextCursor]).toEqual([['3', '2', '1'], null]);
    const named = await service.list({ limit: 9, filter: { target: 'T4' } });
    expect(named.rows.map(({ seq }) => seq)).toEqual(['4']);
    for (const cursor of ['0', '-1', '1.5', '9'.repeat(40), 'x']) {
      await expect(service.list({ limit: 1, cursor, filter: {} })).rejects.toMatchObject({
        code: 'bad_request',
      });
    }
  });

  test('an export has every row, and no formula', async () => {
    const { add, service } = await log(2);
    await add('=cmd()');
    const person = { id: '', username: 'ada', displayName: '' };
    const { me } = asActor({ ...person, role: 'admin' });
    const text = async (format: 'csv' | 'ndjson') => {
      let whole = '';
      for await (const part of service.exported(me, { format })) whole += part;
      return whole;
    };
    const csv = (await text('csv')).trimEnd().split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[1]).toContain(",'=cmd(),");
    const lines = (await text('ndjson')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: string }).seq)).toEqual(['3', '2', '1']);
    expect(() =>
      service.exported(asActor({ ...person, role: 'member' }).me, { format: 'csv' }),
    ).toThrow('does not allow');
  });
});
