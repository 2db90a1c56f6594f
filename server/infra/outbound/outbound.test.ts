import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import {
  createOutbound,
  type IncomingBody,
  type Lookup,
  type Outbound,
  readWhole,
} from './index.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function serve(listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, server };
}

type Setup = { allow?: string[]; lookup?: Lookup; connectTimeoutMs?: number };

function client({ allow = [], ...rest }: Setup = {}): Outbound {
  const outbound = createOutbound({ allow, log: { warn: () => {} }, ...rest });
  ending.push(() => outbound.close());
  return outbound;
}

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error('was let through');
    },
    (error) => error,
  );

const textOf = async (body: IncomingBody): Promise<string> =>
  String(await readWhole(body, 1_000_000, () => new AppError('upstream_failed', 'too long')));

const v4 = (address: string) => ({ address, family: 4 });

test('a public name is looked up once a connection, and the checked address is the one called', async () => {
  const { port, server } = await serve((req, res) => res.end(req.headers.host));
  let connections = 0;
  server.on('connection', () => connections++);
  const asked: string[] = [];
  const lookup: Lookup = async (host) => {
    asked.push(host);
    return [v4('127.0.0.1')];
  };
  const outbound = client({ allow: ['upstream.example'], lookup });
  for (let i = 0; i < 9; i++) {
    const answer = await outbound.request(`http://upstream.example:${port}/`);
    expect(answer.status).toBe(200);
    expect(await textOf(answer.body)).toBe(`upstream.example:${port}`);
  }
  expect(new Set(asked)).toEqual(new Set(['upstream.example']));
  expect(asked).toHaveLength(connections);
  expect(connections).toBeLessThan(9);
});

test('a name that turns local between two connections is refused (DNS rebinding)', async () => {
  let calls = 0;
  const { port } = await serve((_req, res) => {
    calls++;
    res.setHeader('connection', 'close').end('ok');
  });
  const answers = ['127.0.0.1', '169.254.169.254'];
  const lookup: Lookup = async () => [v4(answers.shift() ?? '10.0.0.1')];
  const outbound = client({ allow: ['rebind.example'], lookup });
  await textOf((await outbound.request(`http://rebind.example:${port}/`)).body);
  const error = await failure(outbound.request(`http://rebind.example:${port}/`));
  expect(error).toMatchObject({ code: 'outbound_refused' });
  expect(error.message).toContain('169.254.169.254');
  expect(calls).toBe(1);
});

test('nothing is sent to a name that resolves to this machine, nor to a literal', async () => {
  let calls = 0;
  const { port } = await serve((_req, res) => {
    calls++;
    res.end();
  });
  const outbound = client({ lookup: async () => [v4('8.8.8.8'), v4('127.0.0.1')] });
  const named = await failure(outbound.request(`http://evil.example:${port}/`));
  const literal = await failure(outbound.request(`http://127.0.0.1:${port}/`));
  expect([named.code, literal.code]).toEqual(['outbound_refused', 'outbound_refused']);
  expect(() => outbound.assertAllowed('http://localhost/')).toThrow('this machine');
  expect(calls).toBe(0);
});

test('redirects are answers unless asked for, and each hop is checked', async () => {
  const { port } = await serve((_req, res) =>
    res.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  );
  const outbound = client({ allow: [`127.0.0.1:${port}`] });
  const url = `http://127.0.0.1:${port}/`;
  const answer = await outbound.request(url);
  await textOf(answer.body);
  expect(answer.status).toBe(302);
  const error = await failure(outbound.request(url, { followRedirects: 3 }));
  expect(error).toMatchObject({ code: 'outbound_refused' });
});

test('credentials do not follow a redirect to another origin, and stay inside one', async () => {
  const seen: Record<string, unknown>[] = [];
  const target = await serve((req, res) => {
    seen.push(req.headers);
    res.end('there');
  });
  const { port } = await serve((req, res) => {
    seen.push(req.headers);
    const to = req.url === '/a' ? '/b' : `http://127.0.0.1:${target.port}/`;
    res.writeHead(307, { location: to }).end();
  });
  const outbound = client({ allow: ['127.0.0.1'] });
  const headers = { authorization: 'Bearer x', 'x-api-key': 'x', cookie: 'a=b', accept: 'text/a' };
  const options = { headers, followRedirects: 2 };
  const answer = await outbound.request(`http://127.0.0.1:${port}/a`, options);
  expect(await textOf(answer.body)).toBe('there');
  expect(seen[1]).toMatchObject(headers);
  expect(seen[2]).toMatchObject({ accept: 'text/a' });
  expect(seen[2]).not.toHaveProperty('authorization');
  expect(seen[2]).not.toHaveProperty('x-api-key');
  expect(seen[2]).not.toHaveProperty('cookie');
});

test('a body never goes to another origin by redirect, 303 turns into GET, loops end', async () => {
  const { port } = await serve((req, res) => {
    if (req.url === '/away') return res.writeHead(307, { location: 'http://8.8.8.8/' }).end();
    if (req.url === '/see') return res.writeHead(303, { location: '/got' }).end();
    if (req.url === '/loop') return res.writeHead(302, { location: '/loop' }).end();
    return res.end(req.method);
  });
  const outbound = client({ allow: ['127.0.0.1'] });
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const post = { method: 'POST', body: 'secret', followRedirects: 3 };
  expect((await failure(outbound.request(at('/away'), post))).code).toBe('upstream_failed');
  expect(await textOf((await outbound.request(at('/see'), post)).body)).toBe('GET');
  const loop = await failure(outbound.request(at('/loop'), { followRedirects: 3 }));
  expect(loop.message).toContain('more than 3 times');
});

test('a compressed answer is a clear error; identity is asked for', async () => {
  const { port } = await serve((req, res) => {
    if (req.headers['accept-encoding'] !== 'identity') return res.writeHead(500).end();
    return res.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(1e6)));
  });
  const error = await failure(
    client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`, {
      headers: { 'accept-encoding': 'gzip' },
    }),
  );
  expect(error).toMatchObject({ code: 'upstream_failed' });
  expect(error.message).toContain('gzip');
});

test('json reads any status, and refuses what is too long or not JSON', async () => {
  const { port } = await serve((req, res) => {
    if (req.url === '/long') return res.end(JSON.stringify('x'.repeat(2_000)));
    if (req.url === '/html') return res.end('<html>');
    return res.writeHead(418).end('{"a":1}');
  });
  const outbound = client({ allow: ['127.0.0.1'] });
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  expect(await outbound.json(at('/ok'))).toMatchObject({ status: 418, data: { a: 1 } });
  const long = await failure(outbound.json(at('/long'), { maxBytes: 1_000 }));
  expect(long.message).toContain('more than 1000 bytes');
  expect((await failure(outbound.json(at('/html')))).message).toContain('not JSON');
});

test('refused connections, resets, nonsense and silence are named by origin only', async () => {
  const tcp = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      if (data.includes('/reset')) socket.resetAndDestroy();
      else if (data.includes('/nonsense')) socket.end('not http\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  ending.push(() => new Promise((resolve) => tcp.close(resolve)));
  const { port } = tcp.address() as AddressInfo;
  const outbound = client({
    allow: ['127.0.0.1', 'hang.example'],
    connectTimeoutMs: 30,
    lookup: (host) =>
      host === 'hang.example'
        ? new Promise(() => {})
        : Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
  });
  const ask = (path: string, headersTimeoutMs = 5_000) =>
    failure(outbound.request(`http://127.0.0.1:${port}${path}?key=secret`, { headersTimeoutMs }));
  const errors = {
    reset: await ask('/reset'),
    nonsense: await ask('/nonsense'),
    silence: await ask('/silence', 30),
    unknown: await failure(outbound.request('http://unknown.example/?key=secret')),
    hang: await failure(outbound.request('http://hang.example/')),
    refused: await failure(outbound.request('http://127.0.0.1:1/?key=secret')),
  };
  const codes = Object.fromEntries(Object.entries(errors).map(([name, e]) => [name, e.code]));
  expect(codes).toEqual({
    reset: 'upstream_failed',
    nonsense: 'upstream_failed',
    silence: 'upstream_timeout',
    unknown: 'upstream_failed',
    hang: 'upstream_timeout',
    refused: 'upstream_failed',
  });
  expect(errors.refused.message).toBe('http://127.0.0.1:1 refused the connection.');
  for (const error of Object.values(errors)) expect(error.message).not.toContain('secret');
});

test('an abort comes out as the reason it was given', async () => {
  const { port } = await serve(() => {});
  const stop = new AbortController();
  const asked = client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`, {
    signal: stop.signal,
  });
  const reason = new Error('gone');
  stop.abort(reason);
  await expect(asked).rejects.toBe(reason);
});

test('a line break in a credential is a bad request that does not repeat it', async () => {
  const error = await failure(
    client().request('http://8.8.8.8/', { headers: { authorization: 'Bearer a\r\nx: secret' } }),
  );
  expect(error.code).toBe('bad_request');
  expect(error.message).not.toContain('secret');
});

test('an answer cut off in the middle says so in plain words', async () => {
  const { port } = await serve((_req, res) => {
    res.writeHead(200, { 'content-length': '100' });
    res.write('half');
    setImmediate(() => res.destroy());
  });
  const answer = await client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`);
  const error = await failure(textOf(answer.body));
  expect(error).toMatchObject({ code: 'upstream_failed' });
  expect(error.message).toBe(`http://127.0.0.1:${port} closed the connection.`);
});

test('an abort in the middle of an answer ends its reading with the reason', async () => {
  const { port, server } = await serve((_req, res) => res.writeHead(200).write('half'));
  const gone = new Promise((resolve) =>
    server.on('connection', (socket) => socket.once('close', resolve)),
  );
  const stop = new AbortController();
  const answer = await client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`, {
    signal: stop.signal,
  });
  const chunks = answer.body[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe('half');
  const waiting = chunks.next();
  const reason = new Error('gone');
  stop.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await gone;
});

test('a reader that stops stops the sender; what it left unread is not lost', async () => {
  const most = 64 * 1024 * 1024;
  let sent = 0;
  const full = Promise.withResolvers<void>();
  const { port } = await serve((_req, res) => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const send = () => {
      while (sent < most) {
        sent += piece.length;
        if (!res.write(piece)) {
          full.resolve();
          res.once('drain', send);
          return;
        }
      }
      res.end();
    };
    send();
  });
  const answer = await client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`);
  await full.promise;
  expect(sent).toBeLessThan(most);
  let read = 0;
  for await (const chunk of answer.body) read += chunk.length;
  expect(read).toBe(most);
});

test('an answer that was read whole leaves its connection to the next request', async () => {
  const { port, server } = await serve((_req, res) => res.end('ok'));
  let connections = 0;
  server.on('connection', () => connections++);
  const outbound = client({ allow: ['127.0.0.1'] });
  for (let asked = 0; asked < 5; asked += 1) {
    await textOf((await outbound.request(`http://127.0.0.1:${port}/`)).body);
  }
  // NOTE: the second one is asked a moment before the first connection is free again.
  expect(connections).toBeLessThan(3);
});

test('an answer that nobody wants frees its connection', async () => {
  const { port, server } = await serve((_req, res) => res.writeHead(200).write('endless'));
  const gone = new Promise((resolve) =>
    server.on('connection', (socket) => socket.once('close', resolve)),
  );
  const answer = await client({ allow: ['127.0.0.1'] }).request(`http://127.0.0.1:${port}/`);
  answer.body.destroy();
  await gone;
  expect(await textOf(answer.body)).toBe('');
});
