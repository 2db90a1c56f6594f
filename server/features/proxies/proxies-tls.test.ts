import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { createOutbound, type Outbound, readWhole } from '../../infra/outbound/index.ts';
import { testAuthority } from '../../testing/certificates.ts';
import { fakeChanges } from '../../testing/fake-changes.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import type { StoredProxy } from './proxies.repo.ts';
import { createProxyWays } from './proxy-ways.ts';

/*
 * A platform of https behind real proxies, with the checks of certificates on: only the list of trusted
 * authorities has one more.
 */

const authority = testAuthority();
const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates([...trusted, authority.ca]));
afterAll(() => setDefaultCACertificates(trusted));

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const PLATFORM = 'platform.example';
const USER = 'proxy-user';
const PASSWORD = 'proxy-password-hidden';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');

/** A platform, and all it heard: what is said in TLS too. */
async function platform(shown = authority.issue([PLATFORM])) {
  const heard: string[] = [];
  let connections = 0;
  const server = createHttpsServer(shown, (req, res) => {
    heard.push([req.method, req.url, JSON.stringify(req.rawHeaders)].join(' '));
    res.end('answer of the platform');
  });
  server.on('tlsClientError', () => undefined);
  server.on('connection', () => {
    connections += 1;
  });
  return { heard, port: await listen(server), connections: () => connections };
}

function join(left: Socket, port: number, passed: Buffer[]): void {
  const right = connect(port, '127.0.0.1');
  right.on('error', () => left.destroy());
  left.on('data', (bytes) => passed.push(bytes));
  left.pipe(right);
  right.pipe(left);
}

type Proxy = {
  url: string;
  asked: () => number;
  passed: () => string;
  stop: () => Promise<unknown>;
};

/** RFC 9110, section 9.3.6: refuses whoever has not the right password. */
async function httpProxy(): Promise<Proxy> {
  const passed: Buffer[] = [];
  let asked = 0;
  const server = createServer((socket) => {
    socket.once('data', (data) => {
      asked += 1;
      const head = String(data);
      const port = Number(/^CONNECT [^ ]+:(\d+) /.exec(head)?.[1]);
      if (!head.includes(`Basic ${BASIC}`)) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(socket, port, passed);
    });
  });
  return proxyOf('http', server, { asked: () => asked, passed });
}

/** RFC 1928 and 1929. */
async function socksProxy(): Promise<Proxy> {
  const passed: Buffer[] = [];
  let asked = 0;
  const server = createServer((socket) => {
    const steps = [
      () => socket.write(Buffer.from([5, 2])),
      (data: Buffer) => {
        const right = data.includes(USER) && data.includes(PASSWORD);
        socket.write(Buffer.from([1, right ? 0 : 1]));
      },
      (data: Buffer) => {
        asked += 1;
        socket.removeAllListeners('data');
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        join(socket, data.readUInt16BE(data.length - 2), passed);
      },
    ];
    socket.on('data', (data) => steps.shift()?.(data));
  });
  return proxyOf('socks5', server, { asked: () => asked, passed });
}

async function proxyOf(
  scheme: string,
  server: Server,
  { asked, passed }: { asked: () => number; passed: Buffer[] },
): Promise<Proxy> {
  const port = await listen(server);
  return {
    url: `${scheme}://${USER}:${PASSWORD}@127.0.0.1:${port}`,
    asked,
    passed: () => Buffer.concat(passed).toString('latin1'),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Proxies as they are stored, and what a running server sends through them. */
async function running(first: string) {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const allow = ['127.0.0.1', PLATFORM, 'other.example'];
  const changes = fakeChanges();
  const stored: StoredProxy = { id: 'one', name: 'one', url: first, enabled: true };
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const direct = createOutbound({ allow, log, lookup });
  const ways = createProxyWays({
    repo: { stored: async () => [{ ...stored }] },
    cipher: { open: (sealed) => sealed },
    ...{ changes, direct, clock: fakeClock() },
    outboundVia: (via) => createOutbound({ via, allow, log, lookup }),
    onError: (error) => log.error({ err: error }, 'background work failed'),
  });
  await ways.start();
  ending.push(() => Promise.all([ways.close(), direct.close()]));
  return { changes, lines, outbound: ways.dispatch('one'), stored };
}

async function ask(outbound: Outbound, port: number, host = PLATFORM): Promise<string> {
  const headers = { authorization: 'Bearer of-the-account' };
  const { body } = await outbound.request(`https://${host}:${port}/v1/models`, { headers });
  return String(await readWhole(body, 1_000, () => new AppError('upstream_failed', 'too long')));
}

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error('was let through');
    },
    (error) => error,
  );

const PROXIES = [
  ['http', httpProxy],
  ['socks5', socksProxy],
] as const;

test.each(PROXIES)('%s: an answer comes through, and each hears only its own', async (_, start) => {
  const [there, proxy] = await Promise.all([platform(), start()]);
  const { lines, outbound } = await running(proxy.url);
  expect(await ask(outbound, there.port)).toBe('answer of the platform');
  expect(proxy.asked()).toBe(1);
  const [heard = ''] = there.heard;
  expect(heard).toContain('Bearer of-the-account');
  for (const text of [heard, lines.join('')]) {
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(BASIC);
    expect(text.toLowerCase()).not.toContain('proxy-auth');
  }
  // What passes the proxy is closed to it.
  expect(proxy.passed()).not.toContain('of-the-account');
  expect(proxy.passed()).not.toContain('/v1/models');
});

test.each(PROXIES)('%s: a certificate that is not the platform’s is refused', async (_, start) => {
  const proxy = await start();
  const shown = {
    'of another name': authority.issue(['other.example']),
    'of nobody known': testAuthority().issue([PLATFORM]),
    'that has ended': authority.issue([PLATFORM], -1),
  };
  for (const [what, one] of Object.entries(shown)) {
    const there = await platform(one);
    const { lines, outbound } = await running(proxy.url);
    const error = await failure(ask(outbound, there.port));
    expect(error, what).toMatchObject({ code: 'upstream_failed' });
    expect(there.heard, what).toEqual([]);
    expect(`${error.message}${lines.join('')}`).not.toContain(PASSWORD);
  }
});

test.each(PROXIES)('%s: where the proxy is gone nothing goes without it', async (_, start) => {
  const [there, proxy] = await Promise.all([platform(), start()]);
  await proxy.stop();
  const { lines, outbound } = await running(proxy.url);
  const error = await failure(ask(outbound, there.port));
  expect(error).toMatchObject({ code: 'proxy_failed' });
  expect(there.connections()).toBe(0);
  expect(`${error.message}${lines.join('')}`).not.toContain(PASSWORD);
});

test('a wrong password of the proxy is its fault, and is not repeated', async () => {
  const [there, proxy] = await Promise.all([platform(), httpProxy()]);
  const { outbound } = await running(proxy.url.replace(PASSWORD, 'another-hidden'));
  const error = await failure(ask(outbound, there.port));
  expect(error.code).toBe('proxy_failed');
  expect(error.message).not.toContain('another-hidden');
  expect(there.connections()).toBe(0);
});

test('another address of the proxy counts from the next request on, and so does its switch', async () => {
  const [there, one, two] = await Promise.all([platform(), httpProxy(), socksProxy()]);
  const { changes, outbound, stored } = await running(one.url);
  await ask(outbound, there.port);
  stored.url = two.url;
  await changes.say('proxies', ['one']);
  await ask(outbound, there.port);
  expect([one.asked(), two.asked()]).toEqual([1, 1]);
  stored.enabled = false;
  await changes.say('proxies', ['one']);
  expect(await failure(ask(outbound, there.port))).toMatchObject({ code: 'proxy_failed' });
  expect(there.heard).toHaveLength(2);
});
