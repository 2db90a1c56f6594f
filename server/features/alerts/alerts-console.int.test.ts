import { describe, expect, test } from 'vitest';
import type { ChannelTest } from '#shared/schemas/alerts.ts';
import { alertsHarness, CHANNEL, expired, HOOK, SECRET } from '../../testing/alerts-harness.ts';
import { refusalBattery } from '../../testing/refusals.ts';

const h = alertsHarness();
const { asked, channel, raise, rows } = h;

describe('the console', () => {
  test('owners see alerts of their things, those who look after alerts all of them', async () => {
    const owner = await h.console.signedIn('member');
    const other = await h.console.signedIn('member');
    const admin = await h.console.signedIn('admin');
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
    await h.pool.query(
      `INSERT INTO alerts (id, kind, key, severity, subject_kind, subject_id, first_at, last_at)
       SELECT gen_random_uuid(), 'proxy.down', 'p' || n, 'info', 'proxy', n::text,
              now() - (n / 7) * interval '1 s', now() FROM generate_series(1, 1000) n`,
    );
    const { browser } = await h.console.signedIn('admin');
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
    for (const text of [said, audit, stored, h.console.lines.join('')]) {
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
    const { browser } = await h.console.signedIn('admin');
    const saved = await browser.mutate('alerts.saveChannel', { ...CHANNEL, ...facts });
    expect(saved.error?.data.appCode).toBe(code);
  });
});

const input = { id: '01960000-0000-7000-8000-000000000001' };
const battery = (path: string, call: Parameters<typeof refusalBattery>[1]['call']) =>
  refusalBattery(path, { console: () => h.console, call });
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
