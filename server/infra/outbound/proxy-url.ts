import { isIP } from 'node:net';
import { AppError } from '#shared/errors.ts';

/** Where a proxy is and how it is spoken to. */
export type ProxyAddress = {
  scheme: 'http' | 'https' | 'socks5';
  /** A name, or an address without brackets. */
  host: string;
  port: number;
  user: string;
  password: string;
  /** Scheme, host and port: all of it that may be shown. */
  shown: string;
};

const PORTS = { http: 80, https: 443, socks5: 1080 } as const;
/** Of each of the two that SOCKS5 carries (RFC 1929). */
const MOST_CREDENTIAL_BYTES = 255;

/**
 * Reads a proxy's address: `http://`, `https://` or `socks5://`, perhaps with user and password.
 * @throws AppError bad_request that says what is wrong, without repeating it: it may hold a password.
 */
export function parseProxyUrl(text: string): ProxyAddress {
  const [, name, rest] = /^(https?|socks5):\/\/(.+)$/i.exec(text.trim()) ?? [];
  if (/^socks5h:/i.test(text.trim())) {
    throw bad('Write socks5:// instead of socks5h://: names are always resolved and checked here.');
  }
  // NOTE: read as http, for a URL of another scheme is not brought to one form.
  const url = name && rest ? URL.parse(`http://${rest}`) : null;
  if (!name || !url || url.hostname === '') {
    throw bad('A proxy is written http://, https:// or socks5://, then [user:password@]host:port.');
  }
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') {
    throw bad('A proxy has no path: write [user:password@]host:port and nothing after it.');
  }
  const scheme = name.toLowerCase() as ProxyAddress['scheme'];
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const port = portOf(url, scheme, text);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  const bare = isIP(host) === 6 ? `[${host}]` : host;
  return { scheme, host, port, user, password, shown: `${scheme}://${bare}:${port}` };
}

function portOf({ port }: URL, scheme: ProxyAddress['scheme'], text: string): number {
  if (port === '0') throw bad('A proxy has a port from 1 to 65535.');
  if (port !== '') return Number(port);
  // NOTE: URL drops the port that is http's own, which is an odd one for the others.
  return /:80\/?$/.test(text.trim()) ? 80 : PORTS[scheme];
}

function decoded(text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw bad('User and password of a proxy are written with %XX for special characters.');
  }
  if (Buffer.byteLength(plain) > MOST_CREDENTIAL_BYTES) {
    throw bad(`User and password of a proxy are at most ${MOST_CREDENTIAL_BYTES} bytes each.`);
  }
  return plain;
}

function bad(message: string): AppError {
  return new AppError('bad_request', message, { param: 'url' });
}
