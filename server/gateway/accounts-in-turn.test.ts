import { expect, test, vi } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { ask, gatewayHarness, json } from '../testing/gateway-harness.ts';
import { answer, failure, type Respond, scriptedUpstream } from '../testing/scripted-upstream.ts';

const until = <T>(look: () => T) => vi.waitFor(look, { timeout: 5_000, interval: 5 });

/** Answers one after the other, each when it is let go. */
function gated() {
  const waiting: (() => void)[] = [];
  const respond: Respond = async (call, res) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    await answer()(call, res);
  };
  return { respond, waiting, letGo: () => waiting.shift()?.() };
}

/** Nothing is reserved and no account is in use any more. */
const CLEAN = { held: 0, busy: 0, waiting: 0 };
type Harness = Awaited<ReturnType<typeof gatewayHarness>>;
const traces = (h: Harness) => ({
  held: h.held.size,
  busy: h.busy.size,
  waiting: h.gateway.waiting(),
});

const accountOf = (h: Harness, at: number) => h.records[at]?.accountId;

test('a full account gives way to one with room; when both are full a request waits and is served', async () => {
  const gate = gated();
  await using upstream = await scriptedUpstream(gate.respond);
  const clock = fakeClock();
  await using h = await gatewayHarness(upstream, {
    clock,
    accounts: ['a1', 'a2'],
    most: { a1: 1, a2: 1 },
  });
  const running = [h.chat(ask()), h.chat(ask())];
  await until(() => expect(upstream.calls).toHaveLength(2));
  const waits = [h.chat(ask({ user: 'third' })), h.chat(ask({ user: 'fourth' }))];
  await until(() => expect(h.gateway.waiting()).toBe(2));
  expect(upstream.calls).toHaveLength(2);
  expect(h.held.size).toBe(4);
  clock.advance(1_500);
  gate.letGo();
  await until(() => expect(upstream.calls).toHaveLength(3));
  expect(h.gateway.waiting()).toBe(1);
  for (let turn = 0; turn < 3; turn += 1) {
    await until(() => expect(gate.waiting.length).toBeGreaterThan(0));
    gate.letGo();
  }
  const answered = await Promise.all([...running, ...waits]);
  expect(answered.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await until(() => expect(h.records).toHaveLength(4));
  expect(new Set(h.records.map(({ accountId }) => accountId))).toEqual(new Set(['a1', 'a2']));
  const waited = h.traces.map(({ trace }) => trace.waited).filter((each) => each !== null);
  expect(waited).toEqual(
    expect.arrayContaining([
      { ms: 1_500, ahead: 0 },
      { ms: 1_500, ahead: 1 },
    ]),
  );
  expect(traces(h)).toEqual(CLEAN);
});

test('the deadline ends the wait, with the place in line and when to come back', async () => {
  const gate = gated();
  await using upstream = await scriptedUpstream(gate.respond);
  const clock = fakeClock();
  await using h = await gatewayHarness(upstream, { clock, most: { a1: 1 } });
  const running = h.chat(ask());
  await upstream.called;
  const waits = h.chat(ask());
  await until(() => expect(h.gateway.waiting()).toBe(1));
  clock.advance(10_000);
  const refused = await waits;
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  const { error } = await json(refused);
  expect(error.message).toContain('This request waited 10 s, first in line.');
  expect(h.records[0]).toMatchObject({ outcome: 'rate_limited', attempts: 0, accountId: null });
  const [{ trace } = { trace: null }] = h.traces;
  expect(trace?.skipped).toEqual([
    { accountId: 'a1', platformId: 'lab', reason: 'busy', until: null },
  ]);
  gate.letGo();
  expect((await running).status).toBe(200);
  expect(traces(h)).toEqual(CLEAN);
});

test('no more may wait than are allowed to', async () => {
  const gate = gated();
  await using upstream = await scriptedUpstream(gate.respond);
  await using h = await gatewayHarness(upstream, {
    clock: fakeClock(),
    most: { a1: 1 },
    waitingLimits: { most: 1, ms: 5_000 },
  });
  const running = h.chat(ask());
  await upstream.called;
  const waits = h.chat(ask());
  await until(() => expect(h.gateway.waiting()).toBe(1));
  const refused = await h.chat(ask());
  expect(refused.status).toBe(429);
  expect((await json(refused)).error.message).toContain('1 requests wait already');
  gate.letGo();
  await until(() => expect(gate.waiting).toHaveLength(1));
  gate.letGo();
  await Promise.all([running, waits]);
});

test('who leaves while waiting leaves nothing behind, and the next in line is served', async () => {
  const gate = gated();
  await using upstream = await scriptedUpstream(gate.respond);
  await using h = await gatewayHarness(upstream, { clock: fakeClock(), most: { a1: 1 } });
  const running = h.chat(ask());
  await upstream.called;
  const abort = new AbortController();
  const gone = h.chat(ask(), { signal: abort.signal }).catch(() => 'gone');
  await until(() => expect(h.gateway.waiting()).toBe(1));
  const next = h.chat(ask());
  await until(() => expect(h.gateway.waiting()).toBe(2));
  abort.abort();
  expect(await gone).toBe('gone');
  await until(() => expect(h.gateway.waiting()).toBe(1));
  expect(h.held.size).toBe(2);
  gate.letGo();
  await until(() => expect(gate.waiting).toHaveLength(1));
  gate.letGo();
  expect((await Promise.all([running, next])).map(({ status }) => status)).toEqual([200, 200]);
  await until(() => expect(h.records).toHaveLength(3));
  expect(h.records.find(({ outcome }) => outcome === 'aborted')).toMatchObject({ attempts: 0 });
  expect(traces(h)).toEqual(CLEAN);
});

test('an account that returns from a rest in a moment is waited for; one that rests longer is not', async () => {
  await using upstream = await scriptedUpstream(answer());
  const clock = fakeClock();
  const resting = new Map([['a1', clock.now() + 3_000]]);
  await using h = await gatewayHarness(upstream, { clock, resting });
  const waits = h.chat(ask());
  await until(() => expect(h.gateway.waiting()).toBe(1));
  clock.advance(3_000);
  resting.clear();
  clock.advance(250);
  expect((await waits).status).toBe(200);
  resting.set('a1', clock.now() + 30_000);
  const refused = await h.chat(ask());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
});

const turns = (talk: string, more = 0) =>
  ask({
    messages: [
      { role: 'user', content: talk },
      ...Array.from({ length: more }, (_, at) => [
        { role: 'assistant', content: `answer ${at}` },
        { role: 'user', content: `question ${at}` },
      ]).flat(),
    ],
  });

test('a conversation stays with its account, others go elsewhere', async () => {
  await using upstream = await scriptedUpstream(answer());
  const accounts = ['a1', 'a2', 'a3', 'a4'];
  await using h = await gatewayHarness(upstream, { accounts, ordered: false });
  const homes = new Set<string | null | undefined>();
  for (let talk = 0; talk < 12; talk += 1) {
    for (let more = 0; more < 3; more += 1) await h.chat(turns(`talk ${talk}`, more));
    const served = h.records.splice(0).map(({ accountId }) => accountId);
    expect(new Set(served).size).toBe(1);
    homes.add(served[0]);
  }
  expect(homes.size).toBeGreaterThan(2);
  expect(new Set(h.traces.map(({ trace }) => trace.affinity))).toEqual(new Set(['kept']));
});

test('a client may name its conversation, whatever it says in it', async () => {
  await using upstream = await scriptedUpstream(answer());
  const accounts = ['a1', 'a2', 'a3', 'a4'];
  await using h = await gatewayHarness(upstream, { accounts, ordered: false });
  const headers = {
    authorization: 'Bearer gh-good',
    'content-type': 'application/json',
    'x-gatehouse-conversation': 'ticket-7',
  };
  for (let talk = 0; talk < 6; talk += 1) await h.chat(turns(`talk ${talk}`), { headers });
  expect(new Set(h.records.map(({ accountId }) => accountId)).size).toBe(1);
  expect(upstream.calls[0]?.headers).not.toHaveProperty('x-gatehouse-conversation');
});

test('an account that is unwell gives way, the trace says so, and the conversation comes back', async () => {
  await using upstream = await scriptedUpstream(answer());
  const resting = new Map<string, number>();
  await using h = await gatewayHarness(upstream, {
    accounts: ['a1', 'a2', 'a3'],
    ordered: false,
    resting,
  });
  await h.chat(turns('talk'));
  const home = accountOf(h, 0) ?? '';
  resting.set(home, Date.now() + 60_000);
  await h.chat(turns('talk', 1));
  await h.chat(turns('talk', 2));
  expect(accountOf(h, 1)).not.toBe(home);
  expect(accountOf(h, 2)).toBe(accountOf(h, 1));
  resting.clear();
  await h.chat(turns('talk', 3));
  expect(accountOf(h, 3)).toBe(home);
  expect(h.traces.map(({ trace }) => trace.affinity)).toEqual(['kept', 'moved', 'moved', 'kept']);
});

test('an account that fails gives way too, and the trace tells of both attempts', async () => {
  const respond = vi.fn<Respond>(failure(500));
  await using upstream = await scriptedUpstream(respond, answer());
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2', 'a3'], ordered: false });
  expect((await h.chat(turns('talk'))).status).toBe(200);
  const [{ trace } = { trace: null }] = h.traces;
  expect(trace).toMatchObject({
    affinity: 'moved',
    waited: null,
    candidates: [{ platformId: 'lab' }, {}, {}],
    attempts: [
      { outcome: 'failed', message: expect.stringContaining('500') },
      { outcome: 'ok', message: null, accountId: accountOf(h, 0) },
    ],
  });
  expect(JSON.stringify(trace)).not.toContain('secret-of');
});

test('limits of accounts do not use up the tries: the eighth account answers', async () => {
  const limited = Array.from({ length: 7 }, () => failure(429));
  await using upstream = await scriptedUpstream(...limited, answer());
  const accounts = Array.from({ length: 8 }, (_, at) => `a${at}`);
  await using h = await gatewayHarness(upstream, { accounts });
  expect((await h.chat(ask())).status).toBe(200);
  expect(h.records[0]).toMatchObject({ outcome: 'ok', attempts: 8, accountId: 'a7' });
  expect(traces(h)).toEqual(CLEAN);
});

test('what did not reach the platform stands in the trace', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream, {
    platform: { quirks: () => ({ lacks: ['seed'] }) },
  });
  const res = await h.chat(ask({ seed: 7 }));
  expect(res.headers.get('x-gatehouse-dropped')).toBe('seed');
  expect(h.traces[0]?.trace.dropped).toEqual(['seed']);
});
