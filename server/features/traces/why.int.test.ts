import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { UsageDetail } from '#shared/schemas/usage.ts';
import type { WhyView } from '#shared/schemas/why.ts';
import type { TraceRecord } from '../../gateway/ports.ts';
import { newId } from '../../infra/ids.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import type { Browser } from '../../testing/browser.ts';
import { startConsole, type TestConsole } from '../../testing/console.ts';
import { expectNothingLeaks, refusalBattery } from '../../testing/refusals.ts';
import { createTraceKeeper, createTracesRepo, createWhyService } from './index.ts';

const DAY = 86_400_000;
const RETENTION_DAYS = 14;
const RETENTION_MS = RETENTION_DAYS * DAY;

type Person = Awaited<ReturnType<TestConsole['signedIn']>>;

let h: TestConsole;
let pool: Pool;
let traces: ReturnType<typeof createTraceKeeper>;
/** Stands for the ledger: records by id, to whoever they belong. */
const records = new Map<string, UsageDetail & { userId: string }>();
const complaints: unknown[] = [];
let admin: Person;
let ann: Person;
let ben: Person;

beforeAll(async () => {
  h = await startConsole({
    features({ databaseUrl, clock }) {
      pool = createPool(databaseUrl, { max: 2, onConnectionError: () => undefined });
      const repo = createTracesRepo(pool);
      const onError = (error: unknown) => void complaints.push(error);
      traces = createTraceKeeper({ repo, clock, retentionDays: RETENTION_DAYS, onError });
      const usage = {
        async get(me: { id: string; role: string }, id: string) {
          const found = records.get(id);
          if (found && (me.role === 'admin' || found.userId === me.id)) return found;
          throw new AppError('not_found', 'none');
        },
      };
      return { why: createWhyService({ repo, usage, clock, retentionDays: RETENTION_DAYS }) };
    },
  });
  admin = await h.signedIn('admin');
  ann = await h.signedIn('member');
  ben = await h.signedIn('member');
});
afterAll(async () => {
  await traces.close();
  await pool.end();
  await h[Symbol.asyncDispose]();
});

async function account(owner: Person, name: string): Promise<string> {
  const id = newId();
  const data = { id, ownerId: owner.id, platformId: 'lab', name, kind: 'none' } as const;
  await h.db.account.create({ data });
  return id;
}

async function kept(more: Partial<TraceRecord> = {}): Promise<string> {
  const id = newId();
  traces.keep({
    id,
    at: h.clock.now(),
    userId: ann.id,
    keyId: null,
    door: 'openai-chat',
    asked: { operation: 'chat', model: 'gpt-lab', stream: true },
    error: null,
    trace: trace(),
    ...more,
  });
  await traces.flush();
  return id;
}

function trace(more: Partial<TraceRecord['trace']> = {}): TraceRecord['trace'] {
  return {
    limits: [],
    candidates: [],
    skipped: [],
    affinity: 'none',
    waited: null,
    attempts: [],
    dropped: [],
    ...more,
  };
}

const ask = (browser: Browser, id: string) => browser.query('why.get', { id });
async function why(browser: Browser, id: string): Promise<WhyView> {
  const answer = await ask(browser, id);
  if (answer.error) throw new Error(answer.text);
  return answer.data as WhyView;
}

refusalBattery('why.get', { console: () => h, call: (b) => b.query('why.get', { id: newId() }) });

test('for how long it can be told is no secret to members', async () => {
  const answer = await ben.browser.query('why.kept');
  expect(answer.data).toEqual({ days: RETENTION_DAYS });
  expect((await why(admin.browser, await kept())).keptDays).toBe(RETENTION_DAYS);
});

describe('why.get', () => {
  test('tells the asker and admins; to others the request does not exist', async () => {
    const id = await kept();
    expect(await why(ann.browser, id)).toMatchObject({ id, outcome: 'ok', door: 'openai-chat' });
    expect((await why(admin.browser, id)).id).toBe(id);
    const others = await ask(ben.browser, id);
    const unknown = await ask(ben.browser, newId());
    expect(others.error?.data.appCode).toBe('not_found');
    expect(others.error?.message).toBe(unknown.error?.message);
    expectNothingLeaks(others);
    expect((await ask(ann.browser, 'half-an-id')).error?.data.appCode).toBe('bad_request');
  });

  test('names accounts to admins and their owners; others get counts and times', async () => {
    const [anns, bens] = [await account(ann, 'anns-own'), await account(ben, 'bens-secret')];
    const until = h.clock.now() + 300_000;
    const skip = (accountId: string, ends: number | null) =>
      ({ accountId, platformId: 'lab', reason: 'cooling', until: ends }) as const;
    const attempt = (accountId: string) => ({
      accountId,
      platformId: 'lab',
      upstreamModel: 'tiny',
      startedAt: h.clock.now(),
      ms: 20,
      outcome: 'failed',
      message: `org of ${accountId}`,
    });
    const id = await kept({
      trace: trace({
        candidates: [anns, bens].map((accountId) => ({
          accountId,
          platformId: 'lab',
          upstreamModel: 'tiny',
          own: accountId === anns,
        })),
        skipped: [skip(bens, until), skip(bens, until + 1), skip(anns, null)],
        attempts: [attempt(bens), attempt(anns)],
      }),
    });
    const answer = await ask(ann.browser, id);
    expect(answer.text).not.toContain(bens);
    expect(answer.text).not.toContain('bens-secret');
    const told = answer.data as WhyView;
    expect(told.trace).toMatchObject({
      candidates: 2,
      skips: [{ reason: 'cooling', count: 3, until: new Date(until).toISOString() }],
      attempts: [
        { accountName: null, message: null, outcome: 'failed' },
        { accountName: 'anns-own', message: `org of ${anns}` },
      ],
      accounts: [
        { accountName: 'anns-own', skipped: null },
        { accountName: 'anns-own', skipped: 'cooling', until: null },
      ],
    });
    const all = (await why(admin.browser, id)).trace;
    expect(all?.accounts).toHaveLength(5);
    expect(all?.attempts[0]).toMatchObject({ accountName: 'bens-secret' });
  });

  test('says which limit refused, what it was about, and when it starts anew', async () => {
    const bens = await account(ben, 'limited');
    const resetsAt = h.clock.now() + 60_000;
    const look = { metric: 'requests-per-minute', limit: 3, used: 2, held: 1, asked: 1 } as const;
    const id = await kept({
      error: { code: 'rate_limited', message: 'Too many.', param: null, retryAt: resetsAt },
      trace: trace({
        limits: [
          { subject: 'key', id: newId(), ...look, resetsAt, decided: true },
          { subject: 'model', id: 'gpt-lab', ...look, resetsAt: null, decided: false },
          { subject: 'account', id: bens, ...look, resetsAt: null, decided: false },
        ],
      }),
    });
    const told = await why(ann.browser, id);
    const iso = new Date(resetsAt).toISOString();
    expect(told).toMatchObject({ outcome: 'rate_limited', error: 'Too many.', retryAt: iso });
    expect(told.trace?.limits).toEqual([
      { subject: 'key', name: null, ...look, resetsAt: iso, decided: true },
      { subject: 'model', name: 'gpt-lab', ...look, resetsAt: null, decided: false },
      { subject: 'account', name: null, ...look, resetsAt: null, decided: false },
    ]);
  });

  test('after two weeks the record is told without its trace, and the row is removed', async () => {
    const id = await kept({ at: h.clock.now() - RETENTION_MS - 1 });
    expect((await ask(ann.browser, id)).error?.data.appCode).toBe('not_found');
    records.set(id, detail(id, ann.id));
    expect(await why(ann.browser, id)).toMatchObject({
      outcome: 'no_account',
      error: 'none left',
      asked: { model: 'gpt-lab' },
      trace: null,
    });
    const repo = createTracesRepo(pool);
    expect(await repo.removeExpired(new Date(h.clock.now() - RETENTION_MS), 10)).toBe(1);
    expect(await repo.removeExpired(new Date(h.clock.now() - RETENTION_MS), 10)).toBe(0);
  });

  test('a trace that no other version of this server wrote is no reason to fail', async () => {
    const id = newId();
    await h.db.requestTrace.create({
      data: {
        id,
        createdAt: new Date(h.clock.now()),
        userId: ann.id,
        trace: { keyId: null, door: 'x', asked: 7, error: [], trace: { limits: 'none' } },
      },
    });
    expect(await why(ann.browser, id)).toMatchObject({ door: 'x', asked: null, outcome: 'ok' });
  });

  test('what PostgreSQL cannot hold in a text is left out, and no other trace with it', async () => {
    const model = 'a\0b\ud800c';
    const id = await kept({ asked: { operation: 'chat', model, stream: false } });
    expect((await why(ann.browser, id)).asked?.model).toBe('ab\ufffdc');
    expect(complaints).toEqual([]);
  });
});

function detail(id: string, userId: string): UsageDetail & { userId: string } {
  return {
    id,
    userId,
    createdAt: new Date(h.clock.now()).toISOString(),
    userName: 'ann',
    keyName: null,
    operation: 'chat',
    model: 'gpt-lab',
    platformId: null,
    stream: false,
    outcome: 'no_account',
    status: 503,
    inputTokens: 0,
    outputTokens: 0,
    units: null,
    estimated: false,
    cost: null,
    latencyMs: 3,
    firstTokenMs: null,
    door: 'openai-chat',
    upstreamModel: null,
    accountName: null,
    attempts: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    error: 'none left',
  };
}
