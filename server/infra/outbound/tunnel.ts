import type { LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '#shared/errors.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import type { Guard } from './guard.ts';
import type { Lookup } from './index.ts';
import type { ProxyAddress } from './proxy-url.ts';

export type TunnelDeps = { guard: Guard; lookup: Lookup; connectTimeoutMs: number };

/** An address that the guard has checked. */
export type CheckedAddress = { address: string; port: number };

const MOST_HEAD_BYTES = 16_384;

/** RFC 1928, section 6. */
const SOCKS_REPLIES: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules do not allow the connection',
  3: 'the network cannot be reached from it',
  4: 'the host cannot be reached from it',
  5: 'the platform refused the connection',
  6: 'the connection took too long',
  7: 'it does not know the command',
  8: 'it cannot reach this kind of address',
};

/**
 * A connection through a proxy to an address that was checked here: the proxy resolves no names. What
 * goes through it is not the proxy's business: TLS begins after.
 * @throws AppError proxy_failed, whatever went wrong; nothing is ever tried without the proxy.
 */
export async function openTunnel(
  proxy: ProxyAddress,
  target: CheckedAddress,
  deps: TunnelDeps,
): Promise<Socket> {
  let socket: Socket | null = null;
  let late = false;
  const over = Promise.withResolvers<never>();
  // Whoever waits for it no longer is no reason to end the process.
  over.promise.catch(() => undefined);
  const timer = setTimeout(() => {
    late = true;
    socket?.destroy();
    over.reject(new Error('late'));
  }, deps.connectTimeoutMs);
  try {
    const addresses = await Promise.race([addressesOf(proxy, deps), over.promise]);
    socket = open(proxy, addresses);
    const reader = createByteReader(socket);
    await Promise.race([connected(socket, proxy), over.promise]);
    await Promise.race([shakeHands(proxy, target, socket, reader), over.promise]);
    const { spare } = reader.end();
    if (spare) throw failed(proxy, 'sent what nobody had asked for');
    return socket;
  } catch (error) {
    // NOTE: an error that comes after has nobody left who listens.
    socket?.on('error', () => undefined);
    socket?.destroy();
    throw explained(proxy, error, late);
  } finally {
    clearTimeout(timer);
  }
}

/** The proxy's own addresses, which are as forbidden as any others unless they are listed. */
async function addressesOf(proxy: ProxyAddress, deps: TunnelDeps): Promise<LookupAddress[]> {
  const { host, port } = proxy;
  const family = isIP(host);
  const addresses = family === 0 ? await deps.lookup(host) : [{ address: host, family }];
  deps.guard.checkResolved(host, port, addresses);
  return addresses;
}

function open({ host, port, scheme }: ProxyAddress, addresses: LookupAddress[]): Socket {
  const options = {
    ...{ host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1_000 },
    lookup: (
      _host: string,
      { all }: { all?: boolean | undefined },
      callback: (error: null, address: string | LookupAddress[], family?: number) => void,
    ) => {
      const [first] = addresses;
      if (all || !first) callback(null, addresses);
      else callback(null, first.address, first.family);
    },
  };
  if (scheme !== 'https') return connectTcp({ ...options, noDelay: true });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...options, ...servername, ALPNProtocols: ['http/1.1'] });
}

function connected(socket: Socket, { scheme }: ProxyAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

function shakeHands(
  proxy: ProxyAddress,
  target: CheckedAddress,
  socket: Socket,
  reader: ByteReader,
): Promise<void> {
  const talk = { proxy, target, socket, reader };
  return proxy.scheme === 'socks5' ? bySocks(talk) : byConnect(talk);
}

type Talk = { proxy: ProxyAddress; target: CheckedAddress; socket: Socket; reader: ByteReader };

/** RFC 9110, section 9.3.6. */
async function byConnect({ proxy, reader, socket, target }: Talk): Promise<void> {
  const { password, user } = proxy;
  const bare = target.address.includes(':') ? `[${target.address}]` : target.address;
  const host = `${bare}:${target.port}`;
  const token = Buffer.from(`${user}:${password}`).toString('base64');
  const proof = user === '' && password === '' ? '' : `Proxy-Authorization: Basic ${token}\r\n`;
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${proof}\r\n`);
  const head = await reader.until('\r\n\r\n', MOST_HEAD_BYTES);
  const [, status] = /^HTTP\/1\.[01] (\d{3})\b/.exec(head?.toString('latin1') ?? '') ?? [];
  if (!status) throw failed(proxy, 'does not speak HTTP');
  if (status === '407') throw failed(proxy, 'did not accept the user and password (407)');
  if (!status.startsWith('2')) throw failed(proxy, `did not make the connection (${status})`);
}

/** RFC 1928, and RFC 1929 for user and password. */
async function bySocks({ proxy, reader, socket, target }: Talk): Promise<void> {
  const { password, user } = proxy;
  const proves = user !== '' || password !== '';
  socket.write(Buffer.from(proves ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await reader.take(2);
  if (version !== 5) throw failed(proxy, 'does not speak SOCKS5');
  if (method === 2 && proves) await prove({ user, password }, socket, reader, proxy);
  else if (method !== 0) throw failed(proxy, 'asks for a proof that it was not given');

  const bytes = addressBytes(target.address);
  const kind = bytes.length === 4 ? 1 : 4;
  const port = Buffer.from([target.port >> 8, target.port & 0xff]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, kind]), bytes, port]));
  const [replyVersion, reply, , boundKind] = await reader.take(4);
  if (replyVersion !== 5) throw failed(proxy, 'does not speak SOCKS5');
  if (reply !== 0) {
    throw failed(proxy, `did not make the connection: ${SOCKS_REPLIES[reply ?? 0] ?? 'it failed'}`);
  }
  const length = boundKind === 1 ? 4 : boundKind === 4 ? 16 : (await reader.take(1))[0];
  await reader.take((length ?? 0) + 2);
}

async function prove(
  { password, user }: { user: string; password: string },
  socket: Socket,
  reader: ByteReader,
  proxy: ProxyAddress,
): Promise<void> {
  const [name, word] = [Buffer.from(user), Buffer.from(password)];
  socket.write(
    Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([word.length]), word]),
  );
  const [, status] = await reader.take(2);
  if (status !== 0) throw failed(proxy, 'did not accept the user and password');
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // URL brings every way to write an IPv6 address to one, without dots.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const parts = (side: string) =>
    side === '' ? [] : side.split(':').map((part) => parseInt(part, 16));
  const [front, back] = [parts(head), tail === undefined ? [] : parts(tail)];
  const zeros = new Array<number>(8 - front.length - back.length).fill(0);
  return Buffer.from([...front, ...zeros, ...back].flatMap((part) => [part >> 8, part & 0xff]));
}

function explained(proxy: ProxyAddress, error: unknown, late: boolean): AppError {
  if (late) return failed(proxy, 'did not make the connection in time', error);
  if (error instanceof AppError) {
    return error.code === 'proxy_failed'
      ? error
      : new AppError('proxy_failed', `The proxy may not be used. ${error.message}`, {
          cause: error,
        });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return failed(
    proxy,
    CAUSES[code] ?? (/TLS|CERT|SSL/.test(code) ? untrusted(code) : 'closed the connection'),
    error,
  );
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'has no address: its name is not known',
  EAI_AGAIN: 'could not be looked up: the name server does not answer',
  ENETUNREACH: 'cannot be reached from here',
  EHOSTUNREACH: 'cannot be reached from here',
  ETIMEDOUT: 'did not accept a connection in time',
};

function untrusted(code: string): string {
  return `has a TLS certificate or set-up that is not trusted (${code})`;
}

function failed({ shown }: ProxyAddress, what: string, cause?: unknown): AppError {
  const text = `The proxy ${shown} ${what}. Nothing was sent without it.`;
  return new AppError('proxy_failed', text, cause === undefined ? {} : { cause });
}
