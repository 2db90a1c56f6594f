import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound, type Outbound } from '../infra/outbound/index.ts';
import { type ScriptedUpstream, scriptedUpstream } from '../testing/scripted-upstream.ts';
import { createCallPlatform, urlOf } from './call-platform.ts';
import type { UpstreamAnswer, UpstreamRequest } from './platform.ts';

let upstream: ScriptedUpstream;
let outbound: Outbound;
beforeEach(async () => {
  upstream = await scriptedUpstream((_call, res) => void res.end('{"ok":true}'));
  outbound = createOutbound({ allow: [`127.0.0.1:${upstream.port}`], log: { warn: () => {} } });
});
afterEach(async () => {
  await outbound.close();
  await upstream[Symbol.asyncDispose]();
});

const sandbox = () => Promise.reject(new Error('the sandbox was asked'));
const call = (more: Partial<UpstreamRequest> = {}) =>
  createCallPlatform({ outbound, via: () => outbound, sandbox, version: '1.2.3' })({
    baseUrl: upstream.url,
    path: '/chat/completions',
    method: 'POST',
    auth: 'bearer',
    secret: 'sk-secret',
    headers: {},
    body: Buffer.from('{"model":"m"}'),
    options: {},
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    ...more,
  });

async function text(answer: UpstreamAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of answer.body) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

describe('a call to a platform', () => {
  test('carries the key, says plainly who calls, and sends the bytes as they are', async () => {
    expect(await text(await call())).toBe('{"ok":true}');
    const sent = upstream.calls[0];
    expect(sent).toMatchObject({ path: '/v1/chat/completions', text: '{"model":"m"}' });
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer sk-secret',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'gatehouse/1.2.3',
    });
  });

  test.each(['x-api-key', 'x-goog-api-key'] as const)('carries the key as %s', async (auth) => {
    await text(await call({ auth }));
    expect(upstream.calls[0]?.headers).toMatchObject({ [auth]: 'sk-secret' });
    expect(upstream.calls[0]?.headers).not.toHaveProperty('authorization');
  });

  test('sends no key to a platform that asks for none', async () => {
    await text(await call({ auth: 'none' }));
    expect(JSON.stringify(upstream.calls[0]?.headers)).not.toContain('sk-secret');
  });

  test('passes headers on, but not in the place of its own', async () => {
    const headers = {
      'anthropic-version': '2023-06-01',
      accept: 'audio/mpeg',
      authorization: 'Bearer gh-other',
      'user-agent': 'somebody',
      'accept-encoding': 'gzip',
    };
    await text(await call({ headers }));
    expect(upstream.calls[0]?.headers).toMatchObject({
      'anthropic-version': '2023-06-01',
      accept: 'audio/mpeg',
      authorization: 'Bearer sk-secret',
      'user-agent': 'gatehouse/1.2.3',
      'accept-encoding': 'identity',
    });
  });

  test('names the type of a body that is not JSON', async () => {
    await text(await call({ contentType: 'multipart/form-data; boundary=x' }));
    expect(upstream.calls[0]?.headers['content-type']).toBe('multipart/form-data; boundary=x');
  });

  test('without a key or a body sends neither', async () => {
    await text(await call({ secret: null, body: null, method: 'GET', path: '/models' }));
    expect(upstream.calls[0]?.headers).not.toHaveProperty('authorization');
    expect(upstream.calls[0]?.headers).not.toHaveProperty('content-type');
  });

  test('without a base URL goes to the sandbox', async () => {
    await expect(call({ baseUrl: null })).rejects.toThrow('the sandbox was asked');
  });

  test('hands a refusal over as an answer', async () => {
    upstream.script((_call, res) => void res.writeHead(429, { 'retry-after': '7' }).end('{}'));
    const answer = await call();
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
    answer.body.destroy();
  });

  test('says in plain words that the connection broke inside the answer', async () => {
    upstream.script((_call, res) => {
      res.write('data: 1\n\n');
      setImmediate(() => res.destroy());
    });
    const reading = text(await call());
    await expect(reading).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringMatching(/closed the connection/),
    });
  });

  test("ends upstream when the signal aborts, with the signal's own reason", async () => {
    upstream.script((_call, res) => void res.write('data: 1\n\n'));
    const gone = new AbortController();
    const reading = text(await call({ signal: gone.signal }));
    gone.abort(new Error('client left'));
    await expect(reading).rejects.toThrow('client left');
    await upstream.calls[0]?.closed;
  });

  test('ends upstream when the body is destroyed', async () => {
    upstream.script((_call, res) => void res.write('data: 1\n\n'));
    const answer = await call();
    answer.body.destroy();
    await upstream.calls[0]?.closed;
  });

  test('to an address that is not allowed is refused before anything is sent', async () => {
    await expect(call({ baseUrl: 'http://169.254.169.254/v1' })).rejects.toMatchObject({
      code: 'outbound_refused',
    });
  });
});

test('a path follows a base URL whether or not that ends in a slash', () => {
  expect(urlOf('https://a.example/v1', '/models')).toBe('https://a.example/v1/models');
  expect(urlOf('https://a.example/v1/', '/models')).toBe('https://a.example/v1/models');
});
