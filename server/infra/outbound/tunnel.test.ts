import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { createOutbound, type Lookup, type Outbound, parseProxyUrl, readWhole } from './index.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

type Listening = { port: number; connections: () => number };

async function listen(server: Server | HttpServer): Promise<Listening> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** A platform, and how many connections came to it. */
const platform = () =>
  listen(createHttpServer((req, res) => res.end(`${req.headers.host} ${req.url}`)));

function joined(left: Socket, port: number, hello?: Buffer | string): void {
  const right = connect(port, '127.0.0.1', () => {
    if (hello) left.write(hello);
    left.pipe(right);
    right.pipe(left);
  });
  right.on('error', () => left.destroy());
  left.on('error', () => right.destroy());
}

/** A CONNECT proxy that writes down what it was asked for, and answers as it is told. */
async function connectProxy(answer: (head: string) => string | null, to: () => number) {
  const heads: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      heads.push(String(data));
      const status = answer(String(data));
      if (status === null) joined(socket, to(), 'HTTP/1.1 200 OK\r\nvia: test\r\n\r\n');
      else socket.end(status);
    });
  });
  return { ...(await listen(server)), heads };
}

/** A SOCKS5 proxy; `words` are its answers to the greeting, the password and the request. */
async function socksProxy(
  words: { method?: number; proof?: number; reply?: number },
  to: () => number,
) {
  const said: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const steps = [
      () => socket.write(Buffer.from([5, words.method ?? 0])),
      ...(words.method === 2 ? [() => socket.write(Buffer.from([1, words.proof ?? 0]))] : []),
      () => {
        const reply = Buffer.from([5, words.reply ?? 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        socket.removeAllListeners('data');
        if (words.reply) socket.end(reply);
        else joined(socket, to(), reply);
      },
    ];
    socket.on('data', (data) => {
      said.push(data);
      steps.shift()?.();
    });
  });
  return { ...(await listen(server)), said };
}

type Setup = { allow?: string[]; lookup?: Lookup; connectTimeoutMs?: number };

function client(via: string, { allow = ['127.0.0.1'], ...rest }: Setup = {}): Outbound {
  const outbound = createOutbound({ via, allow, log: { warn: () => {} }, ...rest });
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

async function text(outbound: Outbound, url: string): Promise<string> {
  const { body } = await outbound.request(url);
  return String(await readWhole(body, 1_000, () => new AppError('upstream_failed', 'too long')));
}

const loopback: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];

test('a proxy gets the address that was checked, the platform its own name', async () => {
  const there = await platform();
  const proxy = await connectProxy(
    () => null,
    () => there.port,
  );
  const outbound = client(`http://us%40er:p%3Aw@127.0.0.1:${proxy.port}`, {
    allow: ['127.0.0.1', 'ai.example'],
    lookup: loopback,
  });
  expect(await text(outbound, `http://ai.example:${there.port}/a`)).toBe(
    `ai.example:${there.port} /a`,
  );
  expect(proxy.heads[0]).toBe(
    `CONNECT 127.0.0.1:${there.port} HTTP/1.1\r\nHost: 127.0.0.1:${there.port}\r\n` +
      `Proxy-Authorization: Basic ${btoa('us@er:p:w')}\r\n\r\n`,
  );
});

test('socks5 with user and password carries requests, one connection for several', async () => {
  const there = await platform();
  const proxy = await socksProxy({ method: 2 }, () => there.port);
  const outbound = client(`socks5://user:secret@127.0.0.1:${proxy.port}`);
  for (const path of ['/a', '/b']) {
    expect(await text(outbound, `http://127.0.0.1:${there.port}${path}`)).toContain(path);
  }
  expect(proxy.said[0]).toEqual(Buffer.from([5, 2, 0, 2]));
  expect(proxy.said[1]).toEqual(Buffer.from('\u0001\u0004user\u0006secret'));
  const port = [there.port >> 8, there.port & 0xff];
  expect(proxy.said[2]).toEqual(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, ...port]));
  expect(there.connections()).toBeLessThan(3);
});

test('an IPv6 address goes to a socks5 proxy as its sixteen bytes', async () => {
  const there = await platform();
  const proxy = await socksProxy({}, () => there.port);
  const outbound = client(`socks5://127.0.0.1:${proxy.port}`, {
    lookup: async () => [{ address: '2606:4700::1111', family: 6 }],
  });
  await text(outbound, `http://six.example:${there.port}/`);
  const bytes = [0x26, 0x06, 0x47, 0, ...new Array<number>(10).fill(0), 0x11, 0x11];
  expect(proxy.said[1]?.subarray(3, 20)).toEqual(Buffer.from([4, ...bytes]));
});

/** Writes down what it is sent first, and hangs up. */
async function listener() {
  const first: Buffer[] = [];
  const server = createServer((socket) => {
    socket.once('data', (data) => {
      first.push(data);
      socket.destroy();
    });
  });
  return { ...(await listen(server)), first };
}

const CLIENT_HELLO = 0x16;

test('TLS begins behind the proxy and asks for the platform by its own name', async () => {
  const there = await listener();
  const proxy = await connectProxy(
    () => null,
    () => there.port,
  );
  const outbound = client(`http://127.0.0.1:${proxy.port}`, {
    allow: ['127.0.0.1', 'ai.example'],
    lookup: loopback,
  });
  const error = await failure(outbound.request(`https://ai.example:${there.port}/hidden`));
  expect(error.code).toBe('upstream_failed');
  expect(there.first[0]?.[0]).toBe(CLIENT_HELLO);
  expect(there.first[0]?.includes('ai.example')).toBe(true);
  expect(there.first[0]?.includes('hidden')).toBe(false);
});

test('a proxy of https is told the password inside of TLS only, and fails closed', async () => {
  const there = await platform();
  const proxy = await listener();
  const outbound = client(`https://user:hidden@proxy.example:${proxy.port}`, {
    allow: ['127.0.0.1', 'proxy.example'],
    lookup: loopback,
  });
  const error = await failure(outbound.request(`http://127.0.0.1:${there.port}/`));
  expect(error.code).toBe('proxy_failed');
  expect(proxy.first[0]?.[0]).toBe(CLIENT_HELLO);
  expect(proxy.first[0]?.includes('proxy.example')).toBe(true);
  expect(there.connections()).toBe(0);
});

const status = (line: string) => () => `HTTP/1.1 ${line}\r\n\r\n`;

test.each([
  ['wants another password', status('407 Proxy Authentication Required'), /user and password/],
  ['refuses', status('403 Forbidden'), /403/],
  ['cannot reach the platform', status('502 Bad Gateway'), /502/],
  ['is no proxy', () => 'SSH-2.0-OpenSSH\r\n\r\n', /does not speak HTTP/],
  ['never ends its head', () => `HTTP/1.1 200 OK\r\n${'x'.repeat(20_000)}`, /does not speak HTTP/],
  ['talks before it is asked', () => 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n', /nobody/],
  ['hangs up', () => '', /closed the connection/],
])('nothing goes round a proxy that %s', async (_name, answer, says) => {
  const there = await platform();
  const proxy = await connectProxy(answer, () => there.port);
  const outbound = client(`http://user:hidden@127.0.0.1:${proxy.port}`);
  const error = await failure(outbound.request(`http://127.0.0.1:${there.port}/?key=hidden`));
  expect(error.code).toBe('proxy_failed');
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain('hidden');
  expect(there.connections()).toBe(0);
});

test.each([
  ['wants a proof it was not given', { method: 255 }],
  ['does not accept the password', { method: 2, proof: 1 }],
  ['may not connect', { reply: 2 }],
  ['cannot reach the platform', { reply: 5 }],
])('nothing goes round a socks5 proxy that %s', async (_name, words) => {
  const there = await platform();
  const proxy = await socksProxy(words, () => there.port);
  const outbound = client(`socks5://user:hidden@127.0.0.1:${proxy.port}`);
  const error = await failure(outbound.request(`http://127.0.0.1:${there.port}/`));
  expect(error.code).toBe('proxy_failed');
  expect(there.connections()).toBe(0);
});

test('nothing goes round a proxy that is not there, silent, or of no known name', async () => {
  const there = await platform();
  const silent = await listen(createServer(() => undefined));
  const vias = ['http://127.0.0.1:1', `socks5://127.0.0.1:${silent.port}`, 'http://gone.example:9'];
  for (const via of vias) {
    const outbound = client(via, {
      connectTimeoutMs: 100,
      lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    const error = await failure(outbound.request(`http://127.0.0.1:${there.port}/`));
    expect(error.code).toBe('proxy_failed');
  }
  expect(there.connections()).toBe(0);
});

test('a proxy that dies takes its requests with it, and the next one is not sent without it', async () => {
  const there = await listen(createHttpServer((_req, res) => res.write('half')));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => joined(socket, there.port, 'HTTP/1.1 200 OK\r\n\r\n'));
  });
  const proxy = await listen(server);
  const outbound = client(`http://127.0.0.1:${proxy.port}`);
  const url = `http://127.0.0.1:${there.port}/`;
  const answer = await outbound.request(url);
  const before = there.connections();
  server.close();
  for (const end of ending.splice(1, 1)) await end();
  expect((await failure(readWhole(answer.body, 9, () => new AppError('internal', '')))).code).toBe(
    'upstream_failed',
  );
  expect((await failure(outbound.request(url))).code).toBe('proxy_failed');
  expect(there.connections()).toBe(before);
});

test('a proxy on this machine or in the network has to be on the list', async () => {
  const there = await platform();
  const proxy = await connectProxy(
    () => null,
    () => there.port,
  );
  const lookup: Lookup = async (host) => [
    { address: host === 'proxy.example' ? '10.0.0.8' : '8.8.8.8', family: 4 },
  ];
  for (const via of [`http://127.0.0.1:${proxy.port}`, 'socks5://proxy.example:1080']) {
    const outbound = client(via, { allow: [], lookup });
    const error = await failure(outbound.request('http://ai.example/'));
    expect(error.code).toBe('proxy_failed');
    expect(error.message).toContain('OUTBOUND_ALLOW');
  }
  expect(proxy.connections()).toBe(0);
});

test('a proxy opens no private address: not as one, not by a name', async () => {
  const there = await platform();
  const proxy = await connectProxy(
    () => null,
    () => there.port,
  );
  const outbound = client(`http://127.0.0.1:${proxy.port}`, {
    allow: [`127.0.0.1:${proxy.port}`],
    lookup: async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ],
  });
  for (const url of ['http://10.0.0.1/', `http://127.0.0.1:${there.port}/`, 'http://in.example/']) {
    expect((await failure(outbound.request(url))).code).toBe('outbound_refused');
  }
  expect(proxy.connections()).toBe(0);
});

test.each([
  ['http://proxy.example:8080', 'http://proxy.example:8080'],
  ['HTTPS://u:p@Proxy.example', 'https://proxy.example:443'],
  ['https://proxy.example:80', 'https://proxy.example:80'],
  ['socks5://[::1]', 'socks5://[::1]:1080'],
  ['socks5://u:p@1.2.3.4:80', 'socks5://1.2.3.4:80'],
])('%s is shown as %s', (url, shown) => {
  expect(parseProxyUrl(url).shown).toBe(shown);
});

test.each([
  'ftp://proxy.example',
  'socks5h://proxy.example',
  'proxy.example:8080',
  'http://',
  'http://proxy.example/path',
  'http://proxy.example?x',
  'http://proxy.example:0',
  'http://u:%ZZ@proxy.example',
  `http://${'u'.repeat(256)}:hidden@proxy.example`,
])('%s is no proxy, and is not repeated', (url) => {
  try {
    parseProxyUrl(url);
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad_request', param: 'url' });
    expect(String(error)).not.toContain('hidden');
    return;
  }
  throw new Error('was taken');
});
