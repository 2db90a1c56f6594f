import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { QuotaMetric, type QuotaRule, type QuotaSubject } from '#shared/schemas/quotas.ts';
import {
  connectQuotaRedis,
  createMemoryQuotaGate,
  createRedisQuotaGate,
  type WatchedQuotaGate,
} from '../features/quotas/index.ts';
import { systemClock } from '../infra/clock.ts';
import { ask, gatewayHarness, type HarnessOptions } from '../testing/gateway-harness.ts';
import { hasRedis, startRedis, type TestRedis } from '../testing/redis.ts';
import {
  chunk,
  type Respond,
  type ScriptedUpstream,
  scriptedUpstream,
  silence,
  stream,
  stuckStream,
  usageChunk,
} from '../testing/scripted-upstream.ts';
import type { UsageRecord } from './ports.ts';

const SUBJECTS: [QuotaSubject, string][] = [
  ['user', 'user-1'],
  ['key', 'key-1'],
  ['model', 'gpt-lab'],
  ['platform', 'lab'],
  ['account', 'a1'],
];
/** Room for everything, so that what is held can be looked at everywhere. */
const RULES = SUBJECTS.flatMap(([subject, id]) =>
  QuotaMetric.options.map((metric): QuotaRule => ({ subject, id, metric, limit: 1_000_000_000 })),
);

const counting = {
  clock: systemClock,
  zone: 'UTC',
  loadUsed: async () => ({ tokens: 0, cost: 0 }),
};

/** However busy the machine is. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000 });

/** A gateway whose gate counts everything, and what it holds. */
async function limited(
  upstream: ScriptedUpstream,
  gate: WatchedQuotaGate,
  more: HarnessOptions = {},
) {
  const h = await gatewayHarness(upstream, {
    quotas: gate,
    principal: { rules: RULES.filter(({ subject }) => subject === 'user' || subject === 'key') },
    rules: { of: (subject, id) => RULES.filter((r) => r.subject === subject && r.id === id) },
    ...more,
  });
  const held = async () => (await gate.state(RULES)).reduce((sum, state) => sum + state.held, 0);
  return Object.assign(h, {
    held,
    /** When nothing runs any more, nothing may be held, and each request has its one record. */
    async expectSettled(records: number) {
      await soon(() => expect(h.gateway.running()).toBe(0));
      await soon(async () => expect(await held()).toBe(0));
      expect(h.records).toHaveLength(records);
      expect(new Set(h.records.map(({ id }) => id)).size).toBe(records);
      expect(h.busy.size).toBe(0);
      expect(h.errors).toEqual([]);
    },
  });
}
type Limited = Awaited<ReturnType<typeof limited>>;

/** A request whose client can leave at any moment, in the middle of its own words too. */
function client(h: Limited) {
  const req = http.request(`${h.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer gh-good', 'transfer-encoding': 'chunked' },
  });
  req.on('error', () => undefined);
  let seen = '';
  req.on('response', (res) => {
    res.on('error', () => undefined);
    res.on('data', (bytes: Buffer) => {
      seen += bytes;
    });
  });
  return {
    req,
    seen: () => seen,
    leave: () => void req.destroy(),
    /** Leaves, and waits until the server has noticed. */
    async left() {
      const before = h.left();
      req.destroy();
      await soon(() => expect(h.left()).toBe(before + 1));
    },
  };
}

const asks = (h: Limited, stream: boolean) => {
  const it = client(h);
  it.req.end(JSON.stringify(ask({ stream })));
  return it;
};

/** Everything of a stream but the mark of its end, which never comes. */
const unended: Respond = (_call, res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(chunk('Hello'));
  res.write(chunk('', 'stop'));
  res.write(usageChunk);
};

function abortsAtEveryStage(makeGate: () => WatchedQuotaGate) {
  test('while its body is sent', async () => {
    await using upstream = await scriptedUpstream(silence);
    await using h = await limited(upstream, makeGate());
    const it = client(h);
    it.req.write(JSON.stringify(ask()).slice(0, 20));
    await soon(() => expect(h.gateway.running()).toBe(1));
    await it.left();
    await h.expectSettled(1);
    expect(h.records[0]).toMatchObject({ outcome: 'aborted', inputTokens: 0, cost: null });
  });

  test('while its key is looked up', async () => {
    const known = Promise.withResolvers<void>();
    await using upstream = await scriptedUpstream(silence);
    await using h = await limited(upstream, makeGate(), { known: known.promise });
    const it = asks(h, true);
    await soon(() => expect(h.gateway.running()).toBe(1));
    await it.left();
    known.resolve();
    await h.expectSettled(1);
    expect(upstream.calls).toHaveLength(0);
  });

  test('while its limits are looked up: what it gets in spite of that is given back', async () => {
    const gate = makeGate();
    const looking = Promise.withResolvers<void>();
    const found = Promise.withResolvers<void>();
    await using upstream = await scriptedUpstream(silence);
    await using h = await limited(upstream, gate, {
      quotas: {
        ...gate,
        async hold(request) {
          const hold = await gate.hold(request);
          looking.resolve();
          await found.promise;
          return hold;
        },
      },
    });
    const it = asks(h, true);
    await looking.promise;
    expect(await h.held()).toBeGreaterThan(0);
    await it.left();
    found.resolve();
    await h.expectSettled(1);
    expect(upstream.calls).toHaveLength(0);
  });

  test('while it waits for an account', async () => {
    await using upstream = await scriptedUpstream(silence);
    await using h = await limited(upstream, makeGate(), { most: { a1: 1 } });
    const first = asks(h, true);
    await upstream.called;
    const second = asks(h, true);
    await soon(() => expect(h.gateway.waiting()).toBe(1));
    await second.left();
    await soon(() => expect(h.gateway.waiting()).toBe(0));
    await first.left();
    await h.expectSettled(2);
    expect(upstream.calls).toHaveLength(1);
  });

  test.each([true, false])('while the platform thinks (stream: %s)', async (stream) => {
    await using upstream = await scriptedUpstream(silence);
    await using h = await limited(upstream, makeGate());
    const it = asks(h, stream);
    await upstream.called;
    expect(await h.held()).toBeGreaterThan(0);
    await it.left();
    await upstream.calls[0]?.closed;
    await h.expectSettled(1);
    expect(h.records[0]).toMatchObject({ outcome: 'aborted', outputTokens: 0 });
  });

  test('in the middle of the answer: what it saw is paid', async () => {
    await using upstream = await scriptedUpstream(stuckStream('Hello there'));
    await using h = await limited(upstream, makeGate());
    const it = asks(h, true);
    await soon(() => expect(it.seen()).toContain('Hello there'));
    await it.left();
    await h.expectSettled(1);
    expect(h.records[0]?.outcome).toBe('aborted');
    expect(h.records[0]?.outputTokens).toBeGreaterThan(0);
  });

  test('right before the last byte: all of it is paid', async () => {
    await using upstream = await scriptedUpstream(unended);
    await using h = await limited(upstream, makeGate());
    const it = asks(h, true);
    await soon(() => expect(it.seen()).toContain('"stop"'));
    await it.left();
    await h.expectSettled(1);
    expect(h.records[0]).toMatchObject({ outcome: 'aborted', inputTokens: 7, outputTokens: 3 });
  });

  test('while its record is written: it stays one record', async () => {
    const writing = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const records: UsageRecord[] = [];
    await using upstream = await scriptedUpstream(stream());
    await using h = await limited(upstream, makeGate(), {
      ledger: {
        async record(record) {
          writing.resolve();
          await written.promise;
          records.push(record);
        },
      },
    });
    const it = asks(h, true);
    await writing.promise;
    await it.left();
    written.resolve();
    await h.expectSettled(0);
    expect(records).toMatchObject([{ inputTokens: 7, outputTokens: 3 }]);
  });

  test('at any moment, whichever it is', async () => {
    const gate = makeGate();
    await using upstream = await scriptedUpstream(stream(Array(20).fill(' word')));
    await using h = await limited(upstream, gate, { most: { a1: 4 } });
    const clients = Array.from({ length: 60 }, (_, n) => asks(h, n % 2 === 0));
    // Each leaves some turns of the loop later than the one before: before its words came, in the line,
    // amid the answer, after it.
    for (const it of clients) {
      await new Promise(setImmediate);
      it.leave();
    }
    await soon(() => expect(h.gateway.running()).toBe(0));
    await h.expectSettled(h.records.length);
    expect(h.records.length).toBeLessThanOrEqual(clients.length);
  });
}

describe('a client that leaves has one record and leaves nothing held', () => {
  describe('counted in this process', () =>
    abortsAtEveryStage(() => createMemoryQuotaGate(counting)));

  describe.skipIf(!hasRedis)('counted in Redis', () => {
    let redis: TestRedis;
    const links: ReturnType<typeof connectQuotaRedis>[] = [];
    beforeAll(async () => {
      redis = await startRedis();
      const link = connectQuotaRedis(redis.url, { commandMs: 5_000 });
      await soon(() => link.read(['x'], ['y']));
      links.push(link);
    });
    afterAll(async () => {
      for (const link of links) link.close();
      await redis[Symbol.asyncDispose]();
    });
    abortsAtEveryStage(() => {
      const [link] = links;
      if (!link) throw new Error('not connected');
      return createRedisQuotaGate({
        ...counting,
        redis: link,
        prefix: `{${randomUUID()}}`,
        spentBy: async () => new Map(),
      });
    });
  });
});
