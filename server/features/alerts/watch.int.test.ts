import { describe, expect, test } from 'vitest';
import { AlertSettings } from '#shared/schemas/alerts.ts';
import { newId } from '../../infra/ids.ts';
import { alertsHarness, MINUTE } from '../../testing/alerts-harness.ts';
import { createLimitsWatcher } from './watch-limits.ts';

const h = alertsHarness();
const { errors, openKeys, raise, rows } = h;

describe('the watch', () => {
  /** So much later that nothing of before counts. */
  const later = async () => {
    h.console.clock.advance(6 * MINUTE);
    await h.one.watch.look();
  };

  async function save(settings: object): Promise<void> {
    const { browser } = await h.console.signedIn('admin');
    const saved = await browser.mutate('alerts.saveSettings', AlertSettings.parse(settings));
    expect(saved.error).toBeUndefined();
  }

  /** Thirty requests of a person. */
  async function asked(userId: string, model: string, status: number): Promise<void> {
    const at = new Date(h.console.clock.now());
    const day = at.toISOString().slice(0, 10);
    await h.pool.query(
      `CREATE TABLE IF NOT EXISTS "usage_of_${day}" PARTITION OF usage
       FOR VALUES FROM ('${day}') TO ('${day}'::date + 1)`,
    );
    await h.pool.query(
      `INSERT INTO usage (id, created_at, user_id, door, model, stream, outcome, status, attempts,
         input_tokens, cached_tokens, output_tokens, reasoning_tokens, estimated, latency_ms)
       SELECT gen_random_uuid(), $1, $2, 'chat', $3, false, 'x', $4, 1, 0, 0, 0, 0, false, 1
         FROM generate_series(1, 30)`,
      [at, userId, model, status],
    );
  }

  const account = async (state: string, ownerId: string) => {
    const id = newId();
    await h.pool.query(
      `INSERT INTO accounts (id, owner_id, platform_id, name, kind, state)
       VALUES ($1, $2, 'lab', 'watched', 'api_key', $3::account_state)`,
      [id, ownerId, state],
    );
    return id;
  };

  test('finds an expired account once, whoever looks, and notices that it works again', async () => {
    const { browser, id: ownerId } = await h.console.signedIn('member');
    const id = await account('expired', ownerId);
    await Promise.all([h.one.watch.look(), h.two.watch.look()]);
    await h.one.watch.look();
    const page = await browser.query('alerts.list', {});
    expect(page.data).toMatchObject({
      rows: [{ kind: 'account.expired', subjectId: id, count: 1, resolvedAt: null }],
    });
    await h.pool.query("UPDATE accounts SET state = 'active' WHERE id = $1", [id]);
    h.console.clock.advance(2 * MINUTE);
    await h.one.watch.look();
    expect(await openKeys()).toEqual([]);
    await h.pool.query('DELETE FROM accounts');
  });

  test('a clock that is not PostgreSQL’s', async () => {
    await h.one.watch.look();
    expect(await rows("SELECT key FROM alerts WHERE kind = 'clock.skew'")).toEqual([
      { key: 'clock.skew:one:PostgreSQL' },
    ]);
  });

  test('requests that fail at a platform, not those that a person asked wrongly', async () => {
    const { id } = await h.console.signedIn('member');
    await asked(id, 'broken', 502);
    await asked(id, 'misused', 400);
    await h.one.watch.look();
    expect(await rows("SELECT key, facts FROM alerts WHERE kind = 'error-rate'")).toEqual([
      {
        key: 'error-rate:model:broken',
        facts: { name: 'broken', failed: 30, requests: 30, percent: 100 },
      },
    ]);
    h.console.clock.advance(6 * MINUTE);
    await h.one.watch.look();
    expect(await openKeys()).toEqual([]);
  });

  test('a limit of the day at nine tenths, once until the day is over', async () => {
    const { id } = await h.console.signedIn('member');
    const day = h.console.clock.now();
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
        clock: h.console.clock,
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
    const at = new Date(h.console.clock.now() + 1).toISOString();
    h.mail = { sent: 0, failures: [1, 2, 3].map(() => ({ ...failure, at })) };
    await h.one.watch.look();
    expect(await openKeys()).toEqual([{ key: 'mail.failing:one' }]);
    h.console.clock.advance(MINUTE);
    h.mail = { ...h.mail, sent: 1 };
    await h.one.watch.look();
    expect(await openKeys()).toEqual([]);
  });

  test('what a server said of itself ends when the server is gone', async () => {
    await raise({
      ...{ kind: 'disk.low', key: 'disk.low:gone', ownerId: null },
      subject: { kind: 'server', id: 'gone', name: 'gone' },
    });
    h.console.clock.advance(11 * MINUTE);
    await h.one.watch.look();
    expect(await openKeys()).toEqual([]);
    expect(errors).toEqual([]);
  });

  test('a refresh that keeps failing, until it works', async () => {
    const { id: ownerId } = await h.console.signedIn('member');
    const id = await account('active', ownerId);
    await h.pool.query(
      `INSERT INTO vault_tokens (account_id, biz_id, refresh_token, refresh_hash, failures, failure)
       VALUES ($1, 'watched', 'x', 'x', 5, 'transient')`,
      [id],
    );
    await h.one.watch.look();
    expect(await openKeys()).toEqual([{ key: `refresh.failing:${id}` }]);
    await h.pool.query('UPDATE vault_tokens SET failures = 0');
    await later();
    expect(await openKeys()).toEqual([]);
    await h.pool.query('DELETE FROM accounts');
  });

  test('a proxy that is down, until it is up', async () => {
    const id = newId();
    await h.pool.query(
      `INSERT INTO proxies (id, name, url, shown, health, last_error, updated_at)
       VALUES ($1, 'watched', 'x', 'x', 'down', $2, now())`,
      [id, 'The proxy socks5://inner.lan:1080 refused the connection. Nothing was sent.'],
    );
    await h.one.watch.look();
    expect(await openKeys()).toEqual([{ key: `proxy.down:${id}` }]);
    // Channels are services of others: where our own ones are is not told there.
    const { facts } = await h.console.db.alert.findFirstOrThrow({
      where: { key: `proxy.down:${id}`, resolvedAt: null },
    });
    expect(facts).toMatchObject({
      reason: 'The proxy [address] refused the connection. Nothing was sent.',
    });
    await h.pool.query("UPDATE proxies SET health = 'up'");
    await later();
    expect(await openKeys()).toEqual([]);
    await h.pool.query('DELETE FROM proxies');
  });

  test('a person whom the Plug-in API did not take, until it does', async () => {
    const { id } = await h.console.signedIn('member');
    await h.pool.query(
      `INSERT INTO plugin_keys (user_id, state, attempts, next_try_at, created_at, updated_at)
       VALUES ($1, 'failed', 3, now(), now(), now())`,
      [id],
    );
    await h.one.watch.look();
    expect(await openKeys()).toEqual([{ key: `provisioning.failed:${id}` }]);
    await h.pool.query('DELETE FROM plugin_keys');
    await later();
    expect(await openKeys()).toEqual([]);
  });

  test('a disk that is nearly full, until there is room', async () => {
    // No disk has as much as that.
    await save({ diskFreeMb: 10_000_000 });
    await h.one.watch.look();
    expect(await openKeys()).toEqual([{ key: 'disk.low:one' }]);
    await save({ diskFreeMb: 1 });
    await later();
    expect(await openKeys()).toEqual([]);
  });

  test('records that do not reach the database, until they do', async () => {
    const written = Promise.withResolvers<void>();
    let pending = 7;
    h.journal = { flush: () => written.promise, pending: () => pending };
    await h.one.watch.look();
    expect(await openKeys()).toEqual([]);
    h.console.clock.advance(2 * MINUTE);
    await h.one.watch.look();
    expect(await rows("SELECT facts FROM alerts WHERE kind = 'usage.behind'")).toMatchObject([
      { facts: { seconds: 120, records: 7 } },
    ]);
    pending = 0;
    written.resolve();
    await later();
    expect(await openKeys()).toEqual([]);
  });

  test('a limit that is nearly used up, until its day is over', async () => {
    const { id } = await h.console.signedIn('member');
    await h.pool.query(
      `INSERT INTO quota_rules (subject, subject_id, metric, most)
       VALUES ('user', $1, 'tokens-per-day', 1000)`,
      [id],
    );
    await asked(id, 'limited', 200);
    h.limits = [
      {
        ...{ subject: 'user', id, metric: 'tokens-per-day', limit: 1_000, used: 950, held: 0 },
        resetsAt: new Date(h.console.clock.now() + MINUTE).toISOString(),
      },
    ];
    await h.one.watch.look();
    expect(
      await rows("SELECT key, facts->>'percent' AS percent FROM alerts WHERE kind = 'quota.90'"),
    ).toEqual([
      { key: expect.stringMatching(`^quota.90:user:${id}:tokens-per-day:`), percent: '95' },
    ]);
    h.limits = [];
    await later();
    expect(await openKeys()).toEqual([]);
    await h.pool.query('DELETE FROM quota_rules');
  });
});
