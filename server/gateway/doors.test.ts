import { once } from 'node:events';
import net from 'node:net';
import { expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { ask, gatewayHarness, json } from '../testing/gateway-harness.ts';
import {
  answer,
  chunk,
  DONE,
  failure,
  frame,
  raw,
  rawStream,
  scriptedUpstream,
  silence,
  stream,
  stuckStream,
  usageChunk,
} from '../testing/scripted-upstream.ts';

const until = <T>(look: () => T) => vi.waitFor(look, { timeout: 5_000, interval: 5 });

test('an answer passes through untouched and leaves one record', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask({ temperature: 0.5 }));
  expect(res.status).toBe(200);
  expect((await json(res)).choices[0]?.message.content).toBe('Hello there, you');
  expect(upstream.calls[0]?.json).toEqual({ ...ask({ temperature: 0.5 }), model: 'tiny' });
  expect(upstream.calls[0]?.headers.authorization).toBe('Bearer secret-of-a1');
  expect(h.records).toEqual([
    expect.objectContaining({
      id: res.headers.get('x-request-id'),
      outcome: 'ok',
      status: 200,
      userId: 'user-1',
      keyId: 'key-1',
      model: 'gpt-lab',
      upstreamModel: 'tiny',
      accountId: 'a1',
      inputTokens: 7,
      outputTokens: 3,
      estimated: false,
      attempts: 1,
      // 7 × 0.15 + 3 × 0.60 micro-dollars.
      cost: 3,
    }),
  ]);
  expect([h.held.size, h.settled, [...h.busy]]).toEqual([0, [10], []]);
});

test('a stream passes frame by frame; usage the client did not ask for is read and kept back', async () => {
  await using upstream = await scriptedUpstream(stream());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask({ stream: true }));
  expect(res.headers.get('content-type')).toContain('text/event-stream');
  const text = await res.text();
  expect(text).toBe(
    `${chunk('Hello')}${chunk(' there')}${chunk(', you')}${chunk('', 'stop')}${DONE}`,
  );
  expect(h.records).toMatchObject([
    { outcome: 'ok', stream: true, inputTokens: 7, outputTokens: 3, estimated: false },
  ]);
  expect(h.records[0]?.firstTokenMs).toEqual(expect.any(Number));
});

test('usage the client asked for is passed on', async () => {
  await using upstream = await scriptedUpstream(stream());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask({ stream: true, stream_options: { include_usage: true } }));
  expect(await res.text()).toContain(usageChunk);
});

test('tokens are counted here, and marked as such, when the platform reports none', async () => {
  await using upstream = await scriptedUpstream(answer('Hello there, you', null));
  await using h = await gatewayHarness(upstream);
  await (await h.chat(ask())).json();
  expect(h.records).toMatchObject([{ estimated: true, inputTokens: 2, outputTokens: 4 }]);
});

test('the record is safe before the client sees the end', async () => {
  await using upstream = await scriptedUpstream(stream(['one']));
  let allow = () => undefined as unknown;
  const kept = new Promise<void>((resolve) => {
    allow = resolve;
  });
  await using h = await gatewayHarness(upstream, { ledger: { record: () => kept } });
  const reader = (await h.chat(ask({ stream: true }))).body?.getReader();
  let seen = '';
  while (!seen.includes('"stop"')) seen += Buffer.from((await reader?.read())?.value ?? '');
  expect(seen).not.toContain('[DONE]');
  allow();
  const rest = await reader?.read();
  expect(Buffer.from(rest?.value ?? '').toString()).toBe(DONE);
});

test('an answer that cannot be recorded is not given', async () => {
  await using upstream = await scriptedUpstream(answer());
  const full = new AppError('storage_unavailable', 'The disk is full.');
  await using h = await gatewayHarness(upstream, {
    ledger: { record: () => Promise.reject(full) },
  });
  const res = await h.chat(ask());
  expect([res.status, (await json(res)).error.code]).toEqual([503, 'storage_unavailable']);
  expect([h.held.size, [...h.busy]]).toEqual([0, []]);
});

test.each([
  ['500', failure(500), 'failed'],
  ['429', failure(429), 'rate_limited'],
  ['401', failure(401), 'unauthorised'],
  ['an error in a 200', raw(200, 'application/json', '{"error":{"message":"busy"}}'), 'failed'],
  ['half JSON', raw(200, 'application/json', '{"choices":[{'), 'failed'],
  ['a page of HTML', raw(200, 'text/html', '<html>'), 'failed'],
])('after %s another account answers', async (_what, bad, outcome) => {
  await using upstream = await scriptedUpstream(bad, answer());
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  const res = await h.chat(ask());
  expect(res.status).toBe(200);
  await res.json();
  expect(h.outcomes).toEqual([
    ['a1', outcome],
    ['a2', 'ok'],
  ]);
  expect(h.records).toMatchObject([{ attempts: 2, accountId: 'a2', outcome: 'ok' }]);
});

test('a forbidden request is tried elsewhere and ends no account', async () => {
  await using upstream = await scriptedUpstream(failure(403), answer());
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  await (await h.chat(ask())).json();
  expect(h.outcomes).toEqual([
    ['a1', 'neutral'],
    ['a2', 'ok'],
  ]);
});

test.each([
  ['an error as first frame', rawStream([frame({ error: { message: 'busy' } })])],
  ['nothing', rawStream([])],
  ['only comments', rawStream([': hi\n\n'])],
  ['JSON instead of a stream', answer()],
])('a stream that begins with %s is tried elsewhere', async (_what, bad) => {
  await using upstream = await scriptedUpstream(bad, stream());
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  const res = await h.chat(ask({ stream: true }));
  expect(await res.text()).toContain(DONE);
  expect(h.outcomes.map(([, kind]) => kind)).toEqual(['failed', 'ok']);
});

test('an account that vanished since it was chosen is passed over', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream, { accounts: ['gone', 'a2'] });
  const res = await h.chat(ask());
  expect(res.status).toBe(200);
  await res.json();
  expect(h.records).toMatchObject([{ attempts: 1, accountId: 'a2', outcome: 'ok' }]);
});

test('at most three accounts are tried', async () => {
  await using upstream = await scriptedUpstream(failure(503));
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2', 'a3', 'a4'] });
  const res = await h.chat(ask());
  expect(res.status).toBe(502);
  expect((await json(res)).error).toMatchObject({ type: 'server_error', code: 'upstream_failed' });
  expect(upstream.calls).toHaveLength(3);
  expect(h.records).toMatchObject([{ attempts: 3, outcome: 'upstream_failed', status: 502 }]);
});

test('the platform’s own wait is passed on', async () => {
  await using upstream = await scriptedUpstream(failure(429, { 'retry-after': '17' }));
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask());
  expect([res.status, res.headers.get('retry-after')]).toEqual([429, '17']);
});

test('a request that is itself at fault is not tried elsewhere', async () => {
  await using upstream = await scriptedUpstream(failure(400));
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  const res = await h.chat(ask());
  expect(res.status).toBe(400);
  expect((await json(res)).error.message).toContain('scripted 400');
  expect(h.outcomes).toEqual([['a1', 'neutral']]);
});

test.each([
  ['breaks off', rawStream([chunk('Hello')], { cut: true })],
  ['ends without its end', rawStream([chunk('Hello')])],
  ['turns into an error', rawStream([chunk('Hello'), frame({ error: { message: 'lost' } })])],
  ['turns into nonsense', rawStream([chunk('Hello'), 'data: {"cho\n\n'])],
])('a stream that %s ends with an error, never with a false end', async (_what, broken) => {
  await using upstream = await scriptedUpstream(broken);
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  const text = await (await h.chat(ask({ stream: true }))).text();
  const last = text.trim().split('\n\n').at(-1) ?? '';
  expect(JSON.parse(last.replace('data: ', '')).error.code).toBe('upstream_failed');
  expect(text).not.toContain('[DONE]');
  expect(h.outcomes).toEqual([['a1', 'failed']]);
  expect(h.records).toMatchObject([
    { outcome: 'upstream_failed', estimated: true, outputTokens: 1 },
  ]);
});

test('a client that leaves ends the call upstream and pays for what was written', async () => {
  await using upstream = await scriptedUpstream(stuckStream());
  await using h = await gatewayHarness(upstream);
  const leave = new AbortController();
  const res = await h.chat(ask({ stream: true }), { signal: leave.signal });
  await res.body?.getReader().read();
  leave.abort();
  await upstream.calls[0]?.closed;
  await until(() => expect(h.records).toHaveLength(1));
  expect(h.records).toMatchObject([
    { outcome: 'aborted', status: 499, estimated: true, outputTokens: 1 },
  ]);
  expect(h.outcomes).toEqual([['a1', 'neutral']]);
  await until(() => expect([h.held.size, h.busy.size, h.gateway.running()]).toEqual([0, 0, 0]));
});

test('a client that leaves before the answer begins costs nothing and no other account is tried', async () => {
  await using upstream = await scriptedUpstream(silence);
  await using h = await gatewayHarness(upstream, { accounts: ['a1', 'a2'] });
  const leave = new AbortController();
  const asked = h.chat(ask(), { signal: leave.signal }).catch(() => 'left');
  await until(() => expect(upstream.calls).toHaveLength(1));
  leave.abort();
  expect(await asked).toBe('left');
  await until(() => expect(h.records).toHaveLength(1));
  expect(h.records).toMatchObject([{ outcome: 'aborted', inputTokens: 0, outputTokens: 0 }]);
  expect(upstream.calls).toHaveLength(1);
});

test('a silent platform is given up after the time allowed', async () => {
  await using upstream = await scriptedUpstream(silence);
  await using h = await gatewayHarness(upstream, { timeoutMs: 50 });
  const res = await h.chat(ask());
  expect([res.status, (await json(res)).error.code]).toEqual([504, 'upstream_timeout']);
});

test('a waiting stream gets heartbeats, and a late failure arrives inside it', async () => {
  let answerNow = () => undefined as unknown;
  const asked = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  await using upstream = await scriptedUpstream(async (call, res) => {
    await asked;
    await failure(500)(call, res);
  });
  const clock = fakeClock();
  await using h = await gatewayHarness(upstream, { clock, heartbeatMs: 1_000 });
  const response = h.chat(ask({ stream: true }));
  await until(() => expect(upstream.calls).toHaveLength(1));
  clock.advance(1_000);
  const res = await response;
  expect(res.status).toBe(200);
  answerNow();
  const text = await res.text();
  expect(text).toMatch(/^: heartbeat\n\ndata: \{"error"/);
  expect(h.records).toMatchObject([{ outcome: 'upstream_failed' }]);
});

test('a stream that speaks often enough gets no heartbeat, one that falls silent does', async () => {
  let next = Promise.withResolvers<void>();
  const step = async () => {
    await next.promise;
    next = Promise.withResolvers<void>();
  };
  await using upstream = await scriptedUpstream(async (_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chunk('one'));
    await step();
    res.write(chunk('two'));
    await step();
    res.end(DONE);
  });
  const clock = fakeClock();
  await using h = await gatewayHarness(upstream, { clock, heartbeatMs: 1_000 });
  const reader = (await h.chat(ask({ stream: true }))).body?.getReader();
  let seen = '';
  const readUntil = async (text: string) => {
    while (!seen.includes(text)) seen += Buffer.from((await reader?.read())?.value ?? '');
  };
  await readUntil('one');
  clock.advance(900);
  next.resolve();
  await readUntil('two');
  clock.advance(900);
  expect(seen).not.toContain('heartbeat');
  clock.advance(100);
  await readUntil(': heartbeat');
  next.resolve();
  await readUntil('[DONE]');
});

test('draining waits for running answers, then ends them with an error', async () => {
  await using upstream = await scriptedUpstream(stuckStream());
  const clock = fakeClock();
  await using h = await gatewayHarness(upstream, { clock });
  const res = await h.chat(ask({ stream: true }));
  const drained = h.gateway.drain(30_000);
  const late = await h.chat(ask());
  expect([late.status, (await json(late)).error.code]).toEqual([503, 'shutting_down']);
  clock.advance(30_000);
  expect(await res.text()).toContain('shutting_down');
  await drained;
  expect(h.records).toMatchObject([{ outcome: 'shutting_down' }]);
});

test('a body past the limit is refused, also when its length is not announced', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const big = new Uint8Array(33 * 1024 * 1024).fill(0x20);
  const res = await h.chat('', { body: big });
  expect([res.status, (await json(res)).error.code]).toEqual([413, 'body_too_large']);
  const socket = net.connect(Number(new URL(h.url).port), '127.0.0.1');
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gh-good\r\n',
  );
  socket.write('transfer-encoding: chunked\r\n\r\n');
  const piece = Buffer.alloc(1024 * 1024, 0x20);
  for (let sent = 0; sent < 33; sent += 1) socket.write(`100000\r\n${piece}\r\n`);
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString()).toContain('413');
  socket.destroy();
  expect(upstream.calls).toHaveLength(0);
});

test('a request that breaks off in its body is recorded as aborted', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const socket = net.connect(Number(new URL(h.url).port), '127.0.0.1');
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gh-good\r\n',
  );
  socket.write('content-length: 100\r\n\r\n{"model"');
  await until(() => expect(h.gateway.running()).toBe(1));
  socket.destroy();
  await until(() => expect(h.records).toMatchObject([{ outcome: 'aborted' }]));
  expect(h.errors).toEqual([]);
});

test.each([
  ['no key', {}, 'key_missing'],
  ['a wrong key', { authorization: 'Bearer gh-bad' }, 'invalid_api_key'],
  ['two keys', { authorization: 'Bearer gh-good', 'x-api-key': 'gh-bad' }, 'invalid_api_key'],
  ['another scheme', { authorization: 'Basic Z2g6Z29vZA==' }, 'key_missing'],
])('%s is refused before the body is read, upstream never called', async (_what, headers, code) => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const res = await h.chat('not json', { headers: headers as Record<string, string> });
  expect([res.status, (await json(res)).error.code]).toEqual([401, code]);
  expect(res.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(upstream.calls).toHaveLength(0);
  expect(h.records).toEqual([]);
});

test('an unknown model, path, method and encoding each get their own clear error', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const key = { authorization: 'Bearer gh-good' };
  const of = async (res: Response) => [res.status, (await json(res)).error.code];
  expect(await of(await h.chat({ ...ask(), model: 'nope' }))).toEqual([404, 'model_not_found']);
  expect(await of(await fetch(`${h.url}/nothing`, { headers: key }))).toEqual([404, 'not_found']);
  expect(await of(await fetch(`${h.url}/models/a/b`, { headers: key }))).toEqual([
    404,
    'model_not_found',
  ]);
  expect(await of(await fetch(`${h.url}/chat/completions`, { headers: key }))).toEqual([
    405,
    'method_not_allowed',
  ]);
  const zipped = { ...key, 'content-encoding': 'gzip' };
  expect(await of(await h.chat('x', { headers: zipped }))).toEqual([415, 'unsupported_media_type']);
  expect(h.errors).toEqual([]);
});

test.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'])(
  'what every object has is no action of a model: %s',
  async (action) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    for (const base of ['/v1', '/v1beta']) {
      const res = await fetch(`${h.origin}${base}/models/gpt-lab:${action}`, {
        method: 'POST',
        body: '{}',
        signal: AbortSignal.timeout(5_000),
      });
      // The path under /v1 is also that of a model, which is read with GET only.
      expect([404, 405]).toContain(res.status);
      await res.text();
    }
    expect(h.errors).toEqual([]);
  },
);

test('an error that cannot be worded closes its own connection and nothing else', async () => {
  await using upstream = await scriptedUpstream(answer());
  const unworded: string[] = [];
  await using h = await gatewayHarness(upstream, {
    onInternalError(thrown) {
      unworded.push(String(thrown));
      if (unworded.length === 1) throw new Error('the log is full');
    },
    quotas: {
      hold: () => Promise.reject(new Error('broken')),
      settle: () => undefined,
    },
  });
  await expect(h.chat(ask())).rejects.toThrow();
  await until(() => expect(unworded).toEqual(['Error: broken', 'Error: the log is full']));
  expect((await fetch(`${h.url}/nothing`)).status).toBe(404);
});

test('what a platform sends is shown by no browser as anything else', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const answers = [
    await h.chat(ask()),
    await fetch(`${h.url}/models`),
    await fetch(`${h.origin}/v1beta/models`),
    await fetch(`${h.url}/nothing`),
  ];
  for (const { headers } of answers) expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('the list of models and one model have the shape clients expect', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const headers = { 'x-api-key': 'gh-good' };
  const model = { id: 'gpt-lab', object: 'model', created: 1, owned_by: 'gatehouse' };
  const list = await (await fetch(`${h.url}/models`, { headers })).json();
  expect(list).toEqual({ object: 'list', data: [model] });
  expect(await (await fetch(`${h.url}/models/gpt-lab`, { headers })).json()).toEqual(model);
});
