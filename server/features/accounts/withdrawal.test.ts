import { expect, test } from 'vitest';
import { systemClock } from '../../infra/clock.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { ask, gatewayHarness, json } from '../../testing/gateway-harness.ts';
import { chunk, DONE, type Respond, scriptedUpstream } from '../../testing/scripted-upstream.ts';
import { active } from './account-state.ts';
import type { UsableAccount } from './accounts.pool.repo.ts';
import { createAccountPool } from './accounts.pool.ts';
import { NO_TERMS } from './loan-terms.ts';

/** Of somebody else than the harness's user; one request at a time. */
const LENT: UsableAccount = {
  proxyId: null,
  renewable: null,
  modelsOff: [],
  id: 'lent',
  ownerId: 'lender',
  platformId: 'lab',
  shared: true,
  secret: null,
  options: {},
  terms: NO_TERMS,
  maxConcurrency: 1,
  standing: active(0),
  models: {},
};

/** The real pool over a table in memory. */
async function lending() {
  const changes = fakeChanges();
  const table = { rows: [LENT] };
  const pool = createAccountPool({
    repo: {
      usable: async () => table.rows,
      usableOf: async () => table.rows,
      move: async () => true,
      prove: async () => undefined,
      lentSince: async () => new Map(),
      note: async () => undefined,
    },
    cipher: { seal: (plain) => plain, open: (sealed) => sealed },
    changes,
    clock: systemClock,
    zone: 'UTC',
    quotaGroup: (_platformId, model) => model,
    newId: () => 'event',
    onError: () => undefined,
  });
  await pool.start();
  return {
    pool,
    async change(row: Partial<UsableAccount>) {
      table.rows = [{ ...LENT, ...row }];
      await changes.say('accounts', [LENT.id]);
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** A stream whose second half waits for a word from the test. */
function halves() {
  const gate = Promise.withResolvers<void>();
  const respond: Respond = async (_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk('Hello'));
    await gate.promise;
    res.end(`${chunk(' there', 'stop')}${DONE}`);
  };
  return { respond, goOn: gate.resolve };
}

test.each([
  ['the loan is withdrawn', { shared: false }],
  ['the person is lent to no longer', { terms: { ...NO_TERMS, users: ['another'] } }],
  ['the model is lent no longer', { terms: { ...NO_TERMS, models: ['another'] } }],
] as const)(
  'when %s, who waits in the queue is refused and what runs goes on to its end',
  async (_why, change) => {
    const { respond, goOn } = halves();
    await using upstream = await scriptedUpstream(respond);
    await using lent = await lending();
    await using h = await gatewayHarness(upstream, { pool: lent.pool });
    const running = await h.chat(ask({ stream: true }));
    expect(running.status).toBe(200);
    const waiting = h.chat(ask());
    await expect.poll(h.gateway.waiting, { interval: 5 }).toBe(1);

    await lent.change(change);
    const refused = await waiting;
    expect(refused.status).toBe(503);
    expect((await json(refused)).error.code).toBe('no_account');
    const next = await h.chat(ask());
    expect(next.status).toBe(503);

    goOn();
    const text = await running.text();
    expect(text).toContain(' there');
    expect(text).toContain('[DONE]');
    expect(upstream.calls).toHaveLength(1);
  },
);

test('who waits is served once the lender allows more at a time', async () => {
  const { respond, goOn } = halves();
  await using upstream = await scriptedUpstream(respond);
  await using lent = await lending();
  await using h = await gatewayHarness(upstream, { pool: lent.pool });
  const running = await h.chat(ask({ stream: true }));
  const waiting = h.chat(ask({ stream: true }));
  await expect.poll(h.gateway.waiting, { interval: 5 }).toBe(1);
  await lent.change({ maxConcurrency: 2 });
  const served = await waiting;
  expect(served.status).toBe(200);
  goOn();
  await Promise.all([running.text(), served.text()]);
});
