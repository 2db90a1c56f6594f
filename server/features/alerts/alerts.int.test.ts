import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { AlertSettings, type ChannelTest } from '#shared/schemas/alerts.ts';
import { newId } from '../../infra/ids.ts';
import type { OutboundRequest } from '../../infra/outbound/index.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { type ConsoleBase, startConsole, type TestConsole } from '../../testing/console.ts';
import { refusalBattery } from '../../testing/refusals.ts';
import type { RaisedAlert } from './alerts.ts';
import { buildAlerts } from './index.ts';
import { createLimitsWatcher } from './watch-limits.ts';

type Asked = { url: string; body: { id: string; what: string; text: { title: string } } };

const HOOK = 'https://hook.example/path-of-the-hook';
const SECRET = 'a secret of sixteen and more';
const MINUTE = 60_000;

let console: TestConsole;
let base: ConsoleBase;
let pool: ReturnType<typeof createPool>;
const asked: Asked[] = [];
let answer: () => number = () => 200;
let mail = {
  sent: 0,
  failures: [] as { at: string; to: string; subject: string; why: 'refused' }[],
};
const errors: unknown[] = [];

function server(name: string) {
  const { audit, cipher, clock, db } = base;
  return buildAlerts({
    ...{ audit, cipher, clock, db, reports: pool, server: name, dataDir: '/', redisUrl: null },
    outbound: {
      assertAllowed(url) {
        if (String(url).includes('10.0.0.1')) throw new AppError('outbound_refused', 'no');
      },
      async request(url: string | URL, req: OutboundRequest = {}) {
        asked.push({ url: String(url), body: JSON.parse(String(req.body)) });
        async function* bytes() {
          yield Buffer.from(`heard ${SECRET}`);
        }
        const body = Object.assign(bytes(), { destroy: () => undefined });
        return { status: answer(), headers: {}, body, origin: new URL(url).origin } as never;
      },
    },
    changes: { on: () => () => undefined },
    newId: () => newId(clock),
    mail: { state: () => mail, sendNow: async () => undefined },
    gate: { state: async () => [] },
    ledger: { flush: async () => undefined, pending: () => 0 },
    publicUrl: 'https://gh.example',
    onError: (error) => void errors.push(error),
  });
}
let one: ReturnType<typeof server>;
let two: ReturnType<typeof server>;

beforeAll(async () => {
  console = await startConsole({
    features(with_) {
      base = with_;
      pool = createPool(with_.databaseUrl, { max: 4, onConnectionError: () => undefined });
      one = server('one');
      two = server('two');
      return one.services;
    },
  });
});
afterAll(async () => {
  await pool.end();
  await console[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await pool.query('TRUNCATE alerts, alert_channels, alert_deliveries, alert_reads CASCADE');
  await pool.query("DELETE FROM settings WHERE name LIKE 'alerts%'");
  asked.length = 0;
  errors.length = 0;
  answer = () => 200;
  mail = { sent: 0, failures: [] };
});

const expired = (id: string, facts: Partial<RaisedAlert> = {}): RaisedAlert => ({
  kind: 'account.expired',
  key: `account.expired:${id}`,
  subject: { kind: 'account', id, name: `account ${id}` },
  ownerId: null,
  ...facts,
});

const CHANNEL = {
  ...{ kind: 'webhook', name: 'hook', kinds: [], severity: 'info', enabled: true },
  ...{ quietFrom: null, quietTo: null, zone: 'UTC', language: 'en' },
  target: { url: HOOK, secret: SECRET },
};

async function channel(facts: object = {}) {
  const { browser } = await console.signedIn('admin');
  const saved = await browser.mutate('alerts.saveChannel', { ...CHANNEL, ...facts });
  expect(saved.error).toBeUndefined();
  return { browser, id: (saved.data as { id: string }).id };
}

async function raise(...alerts: RaisedAlert[]) {
  for (const alert of alerts) one.alerts.raise(alert);
  await one.idle();
}

/** Lets a server tell what is in line. */
async function send(by = one) {
  await by.deliver();
}

const rows = async (sql: string) => (await pool.query(sql)).rows;
/** Those of clocks are left out: a test's stands still, and PostgreSQL's does not. */
const openKeys = () =>
  rows("SELECT key FROM alerts WHERE resolved_at IS NULL AND kind <> 'clock.skew'");
const titles = () => asked.map(({ body }) => body.text.title);

describe('raising', () => {
  test('the same thing again counts up and is told once; that it is over is told once', async () => {
    await channel();
    await raise(expired('a'), expired('a'), expired('a', { stillSo: true }));
    await send();
    one.alerts.resolve('account.expired:a');
    one.alerts.resolve('account.expired:a');
    await one.idle();
    await send();
    expect(titles()).toEqual([
      '[Critical] Account expired: account a',
      '[Over] Account expired: account a',
    ]);
    expect(await rows('SELECT count, resolved_at IS NOT NULL AS over FROM alerts')).toEqual([
      { count: 2, over: true },
    ]);
    console.clock.advance(11 * MINUTE);
    await raise(expired('a'));
    await send();
    expect(titles()).toHaveLength(3);
  });

  test('what comes and goes within minutes is told once, and then summed up', async () => {
    await channel();
    const goes = async () => {
      one.alerts.resolve('account.expired:a');
      await one.idle();
    };
    await raise(expired('a'));
    await send();
    for (let time = 0; time < 4; time += 1) {
      await goes();
      console.clock.advance(MINUTE);
      await (time % 2 === 0 ? raise(expired('a')) : raise(expired('a'), expired('b')));
      await send();
    }
    expect(titles()).toEqual([
      '[Critical] Account expired: account a',
      '[Over] Account expired: account a',
      '[Critical] Account expired: account b',
    ]);
    console.clock.advance(2 * MINUTE);
    await send();
    expect(asked.slice(3)).toMatchObject([
      { body: { what: 'flapping', count: 4, text: { title: titles()[0] } } },
    ]);
    expect(JSON.stringify(asked[3]?.body)).toContain('came back 4 times. It is still so.');
    await goes();
    await send();
    expect(titles().slice(4)).toEqual(['[Over] Account expired: account a']);
  });

  test('what came back and went again before it is told says that it is over', async () => {
    await channel();
    await raise(expired('a'));
    for (const ends of [false, true]) {
      one.alerts.resolve('account.expired:a');
      await one.idle();
      if (!ends) await raise(expired('a'));
    }
    console.clock.advance(5 * MINUTE);
    await send();
    expect(titles().sort()).toEqual([
      '[Critical] Account expired: account a',
      '[Over] Account expired: account a',
      '[Over] Account expired: account a',
    ]);
    expect(asked.map(({ body }) => body.what).sort()).toEqual(['flapping', 'raised', 'resolved']);
  });

  test('two servers raise one thing at once: it is one, and told once', async () => {
    await channel();
    for (const id of ['a', 'b', 'c']) {
      one.alerts.raise(expired(id));
      two.alerts.raise(expired(id));
    }
    await Promise.all([one.idle(), two.idle()]);
    await Promise.all([send(one), send(two)]);
    expect(titles().sort()).toHaveLength(3);
    expect(new Set(titles()).size).toBe(3);
    expect(await rows('SELECT count FROM alerts')).toEqual(Array(3).fill({ count: 2 }));
  });

  test('a storm of a kind is told together after a minute', async () => {
    await channel();
    await raise(...Array.from({ length: 60 }, (_, at) => expired(String(at))));
    await send();
    expect(asked).toHaveLength(20);
    console.clock.advance(MINUTE);
    await send();
    expect(titles().at(-1)).toBe('40 more alerts: account.expired');
    expect(asked).toHaveLength(21);
    expect(await rows('SELECT count(*)::int AS n FROM alerts')).toEqual([{ n: 60 }]);
  });

  test('a kind that is off is not raised, and what is open of it ends', async () => {
    await raise(expired('a'));
    const { browser } = await console.signedIn('admin');
    const settings = (await browser.query('alerts.settings')).data as { kinds: object };
    const kinds = { ...settings.kinds, 'account.expired': { on: false, severity: 'critical' } };
    const saved = await browser.mutate('alerts.saveSettings', { ...settings, kinds });
    expect(saved.error).toBeUndefined();
    await raise(expired('b'));
    await one.watch.look();
    expect(await openKeys()).toEqual([]);
  });

  test('only channels of the kind and severity are told', async () => {
    await channel({ kinds: ['proxy.down'] });
    await channel({ severity: 'critical', target: { ...CHANNEL.target, url: `${HOOK}/2` } });
    await raise(expired('a'), expired('b', { severity: 'warning' }));
    await send();
    expect(asked.map(({ url }) => url)).toEqual([`${HOOK}/2`]);
  });

  test('hostile texts are kept out of the way', async () => {
    await raise(
      expired('a\0b', { subject: { kind: 'account', id: 'x\0', name: `n\0${'y'.repeat(9_000)}` } }),
    );
    expect(errors).toEqual([]);
    expect(await rows("SELECT length(facts->>'name') AS n FROM alerts")).toEqual([{ n: 500 }]);
  });
});

describe('telling', () => {
  test('is tried again with longer waits, by the same id, and then given up', async () => {
    await channel();
    answer = () => 503;
    await raise(expired('a'));
    for (const wait of [0, 10_000, 60_000, 300_000, 1_800_000, 7_200_000, 9_000_000]) {
      console.clock.advance(wait);
      await send();
    }
    expect(asked).toHaveLength(6);
    expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1);
    const [row] = await rows('SELECT state, attempts, status, error FROM alert_deliveries');
    expect(row).toMatchObject({ state: 'failed', attempts: 6, status: 503 });
    expect(row.error).not.toContain(SECRET);
  });

  test('a refusal for good is not repeated', async () => {
    await channel();
    answer = () => 404;
    await raise(expired('a'));
    await send();
    console.clock.advance(20 * MINUTE);
    await send();
    expect(asked).toHaveLength(1);
  });

  test('quiet hours: critical ones pass, others are told together afterwards', async () => {
    const minute = new Date(console.clock.now()).getUTCHours() * 60;
    await channel({ quietFrom: minute, quietTo: (minute + 120) % 1_440 });
    const warning = { severity: 'warning' } as const;
    await raise(expired('a', warning), expired('b', warning), expired('c'));
    await send();
    expect(titles()).toEqual(['[Critical] Account expired: account c']);
    one.alerts.resolve('account.expired:b');
    await one.idle();
    console.clock.advance(121 * MINUTE);
    await send();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.body).toMatchObject({
      text: {
        title: '2 alerts during quiet hours',
        lines: ['Account expired: account a', '[Over] Account expired: account b'],
      },
    });
  });

  test('a channel that is switched off is told nothing more', async () => {
    const { browser, id } = await channel();
    await raise(expired('a'));
    await browser.mutate('alerts.saveChannel', { ...CHANNEL, id, enabled: false });
    await send();
    expect(asked).toEqual([]);
  });
});

describe('the watch', () => {
  const account = async (state: string, ownerId: string) => {
    const id = newId();
    await pool.query(
      `INSERT INTO accounts (id, owner_id, platform_id, name, kind, state)
       VALUES ($1, $2, 'lab', 'watched', 'api_key', $3::account_state)`,
      [id, ownerId, state],
    );
    return id;
  };

  test('finds an expired account once, whoever looks, and notices that it works again', async () => {
    const { browser, id: ownerId } = await console.signedIn('member');
    const id = await account('expired', ownerId);
    await Promise.all([one.watch.look(), two.watch.look()]);
    await one.watch.look();
    const page = await browser.query('alerts.list', {});
    expect(page.data).toMatchObject({
      rows: [{ kind: 'account.expired', subjectId: id, count: 1, resolvedAt: null }],
    });
    await pool.query("UPDATE accounts SET state = 'active' WHERE id = $1", [id]);
    console.clock.advance(2 * MINUTE);
    await one.watch.look();
    expect(await openKeys()).toEqual([]);
    await pool.query('DELETE FROM accounts');
  });

  test('a clock that is not PostgreSQL’s', async () => {
    await one.watch.look();
    expect(await rows("SELECT key FROM alerts WHERE kind = 'clock.skew'")).toEqual([
      { key: 'clock.skew:one:PostgreSQL' },
    ]);
  });

  test('requests that fail at a platform, not those that a person asked wrongly', async () => {
    const { id } = await console.signedIn('member');
    const at = new Date(console.clock.now());
    const day = at.toISOString().slice(0, 10);
    await pool.query(
      `CREATE TABLE IF NOT EXISTS usage_of_test PARTITION OF usage
       FOR VALUES FROM ('${day}') TO ('${day}'::date + 1)`,
    );
    const asked = (model: string, status: number) =>
      pool.query(
        `INSERT INTO usage (id, created_at, user_id, door, model, stream, outcome, status, attempts,
           input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated, latency_ms)
         SELECT gen_random_uuid(), $1, $2, 'chat', $3, false, 'x', $4, 1, 0, 0, 0, 0, false, 1
           FROM generate_series(1, 30)`,
        [at, id, model, status],
      );
    await asked('broken', 502);
    await asked('misused', 400);
    await one.watch.look();
    expect(await rows("SELECT key, facts FROM alerts WHERE kind = 'error-rate'")).toEqual([
      {
        key: 'error-rate:model:broken',
        facts: { name: 'broken', failed: 30, requests: 30, percent: 100 },
      },
    ]);
    console.clock.advance(6 * MINUTE);
    await one.watch.look();
    expect(await openKeys()).toEqual([]);
  });

  test('a limit of the day at nine tenths, once until the day is over', async () => {
    const { id } = await console.signedIn('member');
    const day = console.clock.now();
    const rule = { subject: 'user', id, metric: 'tokens-per-day', limit: 1_000 } as const;
    const limits = (used: number, resetsAt: number) =>
      createLimitsWatcher({
        gate: {
          state: async (rules) =>
            rules.map((one) => ({
              ...{ ...one, used, held: 0 },
              resetsAt: new Date(resetsAt).toISOString(),
            })),
        },
        rules: { list: async (subject) => (subject === 'user' ? [rule] : []) },
        repo: {
          usedSince: async () => [{ subject: 'user', id }],
          named: async () => new Map([[id, { id, name: 'ada', owner_id: id }]]),
          trustLevels: async () => [],
        },
        alerts: { openKeys: async () => [] },
        clock: console.clock,
      });
    const settings = AlertSettings.parse({});
    expect(await limits(899, day).find(settings)).toEqual([]);
    const [first] = await limits(900, day).find(settings);
    const [later] = await limits(999, day).find(settings);
    const [next] = await limits(999, day + 1).find(settings);
    expect(first).toMatchObject({ ownerId: id, facts: { percent: 90, used: '900' } });
    expect(later?.key).toBe(first?.key);
    expect(next?.key).not.toBe(first?.key);
  });

  test('mails that fail in a row, until one is sent', async () => {
    const failure = { to: 'a@example.com', subject: 's', why: 'refused' as const };
    const at = new Date(console.clock.now() + 1).toISOString();
    mail = { sent: 0, failures: [1, 2, 3].map(() => ({ ...failure, at })) };
    await one.watch.look();
    expect(await openKeys()).toEqual([{ key: 'mail.failing:one' }]);
    console.clock.advance(MINUTE);
    mail = { ...mail, sent: 1 };
    await one.watch.look();
    expect(await openKeys()).toEqual([]);
  });

  test('what a server said of itself ends when the server is gone', async () => {
    await raise({
      ...{ kind: 'disk.low', key: 'disk.low:gone', ownerId: null },
      subject: { kind: 'server', id: 'gone', name: 'gone' },
    });
    console.clock.advance(11 * MINUTE);
    await one.watch.look();
    expect(await openKeys()).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('the console', () => {
  test('owners see alerts of their things, those who look after alerts all of them', async () => {
    const owner = await console.signedIn('member');
    const other = await console.signedIn('member');
    const admin = await console.signedIn('admin');
    await raise(expired('a', { ownerId: owner.id }), expired('b'));
    const count = async (who: typeof owner) => (await who.browser.query('alerts.unread')).data;
    expect(await count(owner)).toEqual({ count: 1, worst: 'critical' });
    expect(await count(other)).toEqual({ count: 0, worst: null });
    expect(await count(admin)).toEqual({ count: 2, worst: 'critical' });
    const all = (await admin.browser.query('alerts.list', {})).data as { rows: { id: string }[] };
    const ids = all.rows.map(({ id }) => id);
    await other.browser.mutate('alerts.markRead', { ids });
    expect(await rows('SELECT count(*)::int AS n FROM alert_reads')).toEqual([{ n: 0 }]);
    await owner.browser.mutate('alerts.markRead', { ids });
    expect(await count(owner)).toEqual({ count: 0, worst: null });
    expect(await count(admin)).toMatchObject({ count: 2 });
    await admin.browser.mutate('alerts.markAllRead');
    expect(await count(admin)).toMatchObject({ count: 0 });
  });

  test('thousands, page by page', async () => {
    await pool.query(
      `INSERT INTO alerts (id, kind, key, severity, subject_kind, subject_id, first_at, last_at)
       SELECT gen_random_uuid(), 'proxy.down', 'p' || n, 'info', 'proxy', n::text,
              now() - (n / 7) * interval '1 s', now() FROM generate_series(1, 1000) n`,
    );
    const { browser } = await console.signedIn('admin');
    const seen = new Set<string>();
    let cursor: string | null | undefined;
    do {
      const answered = await browser.query('alerts.list', {
        limit: 200,
        ...(cursor && { cursor }),
      });
      const page = answered.data as { rows: { id: string }[]; nextCursor: string | null };
      for (const { id } of page.rows) seen.add(id);
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.size).toBe(1_000);
    expect((await browser.query('alerts.unread')).data).toEqual({ count: 100, worst: 'info' });
    const odd = await browser.query('alerts.list', { cursor: 'x_y' });
    expect(odd.error?.data.appCode).toBe('bad_request');
  });

  test('a channel: its secrets go in and never come out', async () => {
    const { browser, id } = await channel();
    const list = await browser.query('alerts.channels');
    expect(list.data).toMatchObject([{ id, shown: 'https://hook.example/…', hasSecret: true }]);
    const tried = await browser.mutate('alerts.testChannel', { id });
    expect(tried.data as ChannelTest).toMatchObject({
      ok: true,
      status: 200,
      answer: 'heard [hidden]',
    });
    const kept = await browser.mutate('alerts.saveChannel', {
      ...{ ...CHANNEL, id, name: 'renamed' },
      target: {},
    });
    expect(kept.error).toBeUndefined();
    await browser.mutate('alerts.testChannel', { id });
    expect(asked.map(({ url }) => url)).toEqual([HOOK, HOOK]);
    const log = await browser.query('alerts.deliveries', {});
    expect(log.data).toMatchObject({ rows: [{ what: 'test', state: 'sent' }, { what: 'test' }] });
    const audit = JSON.stringify(await rows('SELECT a::text FROM audit_events a'));
    const stored = JSON.stringify(await rows('SELECT c::text FROM alert_channels c'));
    const said = [list, tried, kept, log].map(({ text }) => text).join('');
    for (const text of [said, audit, stored, console.lines.join('')]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('path-of-the-hook');
    }
    expect((await browser.mutate('alerts.deleteChannel', { id })).error).toBeUndefined();
    expect((await browser.mutate('alerts.testChannel', { id })).error?.data.appCode).toBe(
      'not_found',
    );
  });

  test.each([
    [{ target: { url: 'not one', secret: SECRET } }, 'bad_request'],
    [{ target: { url: 'http://hook.example/x', secret: SECRET } }, 'bad_request'],
    [{ target: { url: 'https://10.0.0.1/x', secret: SECRET } }, 'outbound_refused'],
    [{ target: { url: HOOK, secret: 'short' } }, 'bad_request'],
    [{ kind: 'mail', target: { to: [] } }, 'bad_request'],
    [{ kind: 'mail', target: { to: ['a@example.com\r\nBcc: b@example.com'] } }, 'bad_request'],
    [{ kind: 'telegram', target: { url: HOOK, secret: '../x', chatId: '1' } }, 'bad_request'],
    [{ zone: 'Nowhere/Town' }, 'bad_request'],
    [{ quietFrom: 60 }, 'bad_request'],
  ])('a channel like %j is refused with %s', async (facts, code) => {
    const { browser } = await console.signedIn('admin');
    const saved = await browser.mutate('alerts.saveChannel', { ...CHANNEL, ...facts });
    expect(saved.error?.data.appCode).toBe(code);
  });
});

const input = { id: '01960000-0000-7000-8000-000000000001' };
const battery = (path: string, call: Parameters<typeof refusalBattery>[1]['call']) =>
  refusalBattery(path, { console: () => console, call });
battery('alerts.list', (browser) => browser.query('alerts.list', {}));
battery('alerts.unread', (browser) => browser.query('alerts.unread'));
battery('alerts.markAllRead', (browser) => browser.mutate('alerts.markAllRead'));
battery('alerts.settings', (browser) => browser.query('alerts.settings'));
battery('alerts.saveSettings', (browser) => browser.mutate('alerts.saveSettings', {}));
battery('alerts.channels', (browser) => browser.query('alerts.channels'));
battery('alerts.saveChannel', (browser) => browser.mutate('alerts.saveChannel', CHANNEL));
battery('alerts.deleteChannel', (browser) => browser.mutate('alerts.deleteChannel', input));
battery('alerts.testChannel', (browser) => browser.mutate('alerts.testChannel', input));
battery('alerts.deliveries', (browser) => browser.query('alerts.deliveries', {}));
