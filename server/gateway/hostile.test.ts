import { once } from 'node:events';
import net from 'node:net';
import { expect, test, vi } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { ask, gatewayHarness, json } from '../testing/gateway-harness.ts';
import {
  answer,
  chunk,
  DONE,
  frame,
  type Respond,
  raw,
  rawStream,
  scriptedUpstream,
  stream,
  stuckStream,
} from '../testing/scripted-upstream.ts';

const until = <T>(look: () => T) => vi.waitFor(look, { timeout: 5_000, interval: 5 });

/** Sends a chat over a bare socket, which the test reads or does not. */
function bareChat(url: string, body: object): net.Socket {
  const text = JSON.stringify(body);
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gh-good\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  return socket;
}

/** Writes until nothing more is taken for a while, then says so. */
function flood(full: () => void = () => undefined): Respond {
  return (_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let isFull = setTimeout(full, 200);
    const write = () => {
      clearTimeout(isFull);
      isFull = setTimeout(full, 200);
      while (!res.destroyed && res.write(chunk('x'.repeat(60_000))));
    };
    res.on('drain', write);
    write();
  };
}

test.each(['/models/%E0%A4', '/models/%', '/models/%ff%fe'])(
  'the malformed path %s gets a clear error in the door’s own dialect',
  async (path) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    const socket = net.connect(Number(new URL(h.url).port), '127.0.0.1');
    socket.write(`GET /v1${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gh-good\r\n\r\n`);
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1.1 400 /);
    expect(head.toString()).toMatch(/x-request-id: /);
    expect(head.toString()).toContain('"type":"invalid_request_error"');
    socket.destroy();
  },
);

test('what no door answers is told in the same dialect', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const origin = new URL(h.url).origin;
  const res = await fetch(`${origin}//v1/chat/completions`, { method: 'POST' });
  expect([res.status, (await json(res)).error.message]).toEqual([
    404,
    expect.stringContaining('GET /v1/models'),
  ]);
});

test('a body nested too deeply to be written again is refused, not a failure of ours', async () => {
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream);
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const res = await h.chat(
    `{"model":"gpt-lab","model":"gpt-lab","messages":[{"role":"user","content":${deep}}]}`,
  );
  expect([res.status, (await json(res)).error.type]).toEqual([400, 'invalid_request_error']);
  expect([h.errors, upstream.calls]).toEqual([[], []]);
});

test.each([
  ['a refusal', raw(400, 'application/json', '{"error":{"message":"bad key secret-of-a1"}}')],
  ['a failure', raw(500, 'application/json', '{"error":{"message":"bad key secret-of-a1"}}')],
  ['a 200', raw(200, 'application/json', '{"error":{"message":"bad key secret-of-a1"}}')],
])('%s that repeats the account’s key is passed on without it', async (_what, echo) => {
  await using upstream = await scriptedUpstream(echo);
  await using h = await gatewayHarness(upstream);
  const text = await (await h.chat(ask())).text();
  expect(text).toContain('bad key');
  expect(text + JSON.stringify(h.records)).not.toContain('secret-of-a1');
});

test('an error inside a stream is passed on short and without the account’s key', async () => {
  const error = { message: `bad key secret-of-a1 ${'x'.repeat(900_000)}` };
  await using upstream = await scriptedUpstream(rawStream([chunk('Hello'), frame({ error })]));
  await using h = await gatewayHarness(upstream);
  const text = await (await h.chat(ask({ stream: true }))).text();
  expect(text).toContain('bad key');
  expect(text + JSON.stringify(h.records)).not.toContain('secret-of-a1');
  expect(text.length).toBeLessThan(2_000);
});

test.each([
  ['negative', { prompt_tokens: -5, completion_tokens: 1 }],
  ['more than can be', { prompt_tokens: 9e15, completion_tokens: 9e15 }],
  ['fractions', { prompt_tokens: 1.5, completion_tokens: 1 }],
  ['texts', { prompt_tokens: '5', completion_tokens: '1' }],
  ['more cached than read', { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: {} }],
])('usage of %s leaves a record that the table can hold', async (_what, usage) => {
  await using upstream = await scriptedUpstream(answer('Hello there, you', usage));
  await using h = await gatewayHarness(upstream);
  await (await h.chat(ask())).json();
  const [record] = h.records;
  expect(record?.inputTokens).toBeGreaterThan(0);
  expect(record?.inputTokens).toBeLessThan(100);
  expect(record?.cost).toBeLessThan(1_000);
});

test.each([
  [204, ''],
  [301, ''],
  [304, ''],
])('an answer of %i is the platform’s failure, not the request’s', async (status, body) => {
  await using upstream = await scriptedUpstream(raw(status, 'application/json', body));
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask());
  expect([res.status, (await json(res)).error.code]).toEqual([502, 'upstream_failed']);
  expect(h.outcomes).toEqual([['a1', 'failed']]);
});

test('a wait beyond reason is passed on as one day', async () => {
  await using upstream = await scriptedUpstream((_call, res) => {
    res.writeHead(429, { 'retry-after': '1e300' }).end();
  });
  await using h = await gatewayHarness(upstream);
  const res = await h.chat(ask());
  expect([res.status, res.headers.get('retry-after')]).toEqual([429, null]);
  upstream.script((_call, res) => void res.writeHead(429, { 'retry-after': '999999999' }).end());
  expect((await h.chat(ask())).headers.get('retry-after')).toBe('86400');
});

test('half a frame at a stream’s end is not glued to the error that follows', async () => {
  await using upstream = await scriptedUpstream(
    rawStream([chunk('Hello'), chunk(' there').trimEnd()]),
  );
  await using h = await gatewayHarness(upstream);
  const text = await (await h.chat(ask({ stream: true }))).text();
  const frames = text.split('\n\n').filter(Boolean);
  expect(frames.map((each) => Object.keys(JSON.parse(each.slice(6)))[0])).toEqual(['id', 'error']);
});

test('a client that stops reading is let go, and the platform with it', async () => {
  await using upstream = await scriptedUpstream(flood());
  await using h = await gatewayHarness(upstream, { stallMs: 100 });
  const socket = bareChat(h.url, ask({ stream: true }));
  await until(() => expect(h.records).toMatchObject([{ outcome: 'aborted' }]));
  await until(() => expect([h.held.size, h.busy.size, h.gateway.running()]).toEqual([0, 0, 0]));
  await upstream.calls[0]?.closed;
  socket.destroy();
});

test('a client that leaves while its key is looked up leaves nothing behind', async () => {
  const known = Promise.withResolvers<void>();
  await using upstream = await scriptedUpstream(answer());
  await using h = await gatewayHarness(upstream, { known: known.promise });
  const socket = net.connect(Number(new URL(h.url).port), '127.0.0.1');
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gh-good\r\ncontent-length: 100\r\n\r\n{',
  );
  await until(() => expect(h.gateway.running()).toBe(1));
  const left = once(socket, 'close');
  socket.destroy();
  await left;
  // The server hears of it by its own event loop: another request's answer comes after.
  await fetch(`${h.url}/nothing`);
  known.resolve();
  await until(() => expect(h.gateway.running()).toBe(0));
});

test('draining ends the stream of a client that does not read', async () => {
  const clock = fakeClock();
  const full = Promise.withResolvers<void>();
  await using upstream = await scriptedUpstream(flood(full.resolve));
  await using h = await gatewayHarness(upstream, { clock });
  const socket = bareChat(h.url, ask({ stream: true }));
  await full.promise;
  const drained = h.gateway.drain(1_000);
  clock.advance(1_000);
  await drained;
  expect(h.records).toMatchObject([{ outcome: 'shutting_down' }]);
  socket.destroy();
});

test('an answer that does not end is ended after an hour', async () => {
  const clock = fakeClock();
  await using upstream = await scriptedUpstream(stuckStream());
  await using h = await gatewayHarness(upstream, { clock });
  const res = await h.chat(ask({ stream: true }));
  clock.advance(3_600_000);
  expect(await res.text()).toContain('upstream_timeout');
  await upstream.calls[0]?.closed;
  expect([h.held.size, h.busy.size]).toEqual([0, 0]);
});

test('what is behind the closing frame is neither shown nor waited for', async () => {
  await using upstream = await scriptedUpstream((_call, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`${chunk('Hello')}${DONE}${chunk(' more')}`);
  });
  await using h = await gatewayHarness(upstream);
  expect(await (await h.chat(ask({ stream: true }))).text()).toBe(`${chunk('Hello')}${DONE}`);
  await upstream.calls[0]?.closed;
});

test('a request whose cost cannot be told still gives back what it held', async () => {
  await using upstream = await scriptedUpstream(stream());
  await using h = await gatewayHarness(upstream, {
    models: {
      find: (name) => ({
        name,
        routes: [{ platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: 0 }],
        price: { input: Number.NaN, cached: 0, cacheWrite: 0, output: 0 },
        createdAt: 1,
      }),
      list: () => [],
    },
  });
  await (await h.chat(ask({ stream: true }))).text();
  expect([h.held.size, h.busy.size, h.errors.length]).toEqual([0, 0, 1]);
});
