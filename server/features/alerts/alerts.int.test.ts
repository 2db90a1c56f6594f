import { describe, expect, test } from 'vitest';
import {
  alertsHarness,
  CHANNEL,
  expired,
  HOOK,
  MINUTE,
  SECRET,
} from '../../testing/alerts-harness.ts';

const h = alertsHarness();
const { asked, channel, errors, openKeys, raise, rows, send, titles } = h;

describe('raising', () => {
  test('the same thing again counts up and is told once; that it is over is told once', async () => {
    await channel();
    await raise(expired('a'), expired('a'), expired('a', { stillSo: true }));
    await send();
    h.one.alerts.resolve('account.expired:a');
    h.one.alerts.resolve('account.expired:a');
    await h.one.idle();
    await send();
    expect(titles()).toEqual([
      '[Critical] Account expired: account a',
      '[Over] Account expired: account a',
    ]);
    expect(await rows('SELECT count, resolved_at IS NOT NULL AS over FROM alerts')).toEqual([
      { count: 2, over: true },
    ]);
    h.console.clock.advance(11 * MINUTE);
    await raise(expired('a'));
    await send();
    expect(titles()).toHaveLength(3);
  });

  test('what comes and goes within minutes is told once, and then summed up', async () => {
    await channel();
    const goes = async () => {
      h.one.alerts.resolve('account.expired:a');
      await h.one.idle();
    };
    await raise(expired('a'));
    await send();
    for (let time = 0; time < 4; time += 1) {
      await goes();
      h.console.clock.advance(MINUTE);
      await (time % 2 === 0 ? raise(expired('a')) : raise(expired('a'), expired('b')));
      await send();
    }
    expect(titles()).toEqual([
      '[Critical] Account expired: account a',
      '[Over] Account expired: account a',
      '[Critical] Account expired: account b',
    ]);
    h.console.clock.advance(2 * MINUTE);
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
      h.one.alerts.resolve('account.expired:a');
      await h.one.idle();
      if (!ends) await raise(expired('a'));
    }
    h.console.clock.advance(5 * MINUTE);
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
      h.one.alerts.raise(expired(id));
      h.two.alerts.raise(expired(id));
    }
    await Promise.all([h.one.idle(), h.two.idle()]);
    await Promise.all([send(h.one), send(h.two)]);
    expect(titles().sort()).toHaveLength(3);
    expect(new Set(titles()).size).toBe(3);
    expect(await rows('SELECT count FROM alerts')).toEqual(Array(3).fill({ count: 2 }));
  });

  test('a storm of a kind is told together after a minute', async () => {
    await channel();
    await raise(...Array.from({ length: 60 }, (_, at) => expired(String(at))));
    await send();
    expect(asked).toHaveLength(20);
    h.console.clock.advance(MINUTE);
    await send();
    expect(titles().at(-1)).toBe('40 more alerts: account.expired');
    expect(asked).toHaveLength(21);
    expect(await rows('SELECT count(*)::int AS n FROM alerts')).toEqual([{ n: 60 }]);
  });

  test('a kind that is off is not raised, and what is open of it ends', async () => {
    await raise(expired('a'));
    const { browser } = await h.console.signedIn('admin');
    const settings = (await browser.query('alerts.settings')).data as { kinds: object };
    const kinds = { ...settings.kinds, 'account.expired': { on: false, severity: 'critical' } };
    const saved = await browser.mutate('alerts.saveSettings', { ...settings, kinds });
    expect(saved.error).toBeUndefined();
    await raise(expired('b'));
    await h.one.watch.look();
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
    h.answer = () => 503;
    await raise(expired('a'));
    for (const wait of [0, 10_000, 60_000, 300_000, 1_800_000, 7_200_000, 9_000_000]) {
      h.console.clock.advance(wait);
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
    h.answer = () => 404;
    await raise(expired('a'));
    await send();
    h.console.clock.advance(20 * MINUTE);
    await send();
    expect(asked).toHaveLength(1);
  });

  test('quiet hours: critical ones pass, others are told together afterwards', async () => {
    const minute = new Date(h.console.clock.now()).getUTCHours() * 60;
    await channel({ quietFrom: minute, quietTo: (minute + 120) % 1_440 });
    const warning = { severity: 'warning' } as const;
    await raise(expired('a', warning), expired('b', warning), expired('c'));
    await send();
    expect(titles()).toEqual(['[Critical] Account expired: account c']);
    h.one.alerts.resolve('account.expired:b');
    await h.one.idle();
    h.console.clock.advance(121 * MINUTE);
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
