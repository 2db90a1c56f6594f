import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { AppError } from '#shared/errors.ts';
import type { Log } from '../log.ts';
import { classify, parseIp } from './address.ts';
import { type AllowRule, allowsAddress, allowsHost, bareHost } from './allow-list.ts';

/** Where a request may go: what undici needs, already checked as far as the URL alone can tell. */
export type Target = { origin: string; path: string };

export type Guard = {
  /** Checks a URL without asking DNS. Throws AppError `outbound_refused` or `bad_request`. */
  target(url: string | URL): Target;
  /** Checks every address a host of this origin resolved to. Throws AppError `outbound_refused`. */
  checkResolved(host: string, port: number, addresses: readonly LookupAddress[]): void;
};

const CACHED_TARGETS = 1_000;

/** The rules on where a request may go; `target` answers repeated URLs from a small cache. */
export function createGuard(rules: readonly AllowRule[], log: Pick<Log, 'warn'>): Guard {
  const known = new Map<string, Target>();

  function refuse(host: string, what: string): AppError {
    log.warn({ host }, `outbound request refused: ${what}`);
    return new AppError(
      'outbound_refused',
      `Calling ${host} is refused, for ${what}. If it is meant, an admin can list it in OUTBOUND_ALLOW.`,
    );
  }

  function checkAddress(address: string, port: number, host: string): void {
    const ip = parseIp(address);
    if (!ip) throw refuse(host, `"${address}" is not an address`);
    const found = classify(ip);
    if (found.kind === 'public' || allowsAddress(rules, ip, port)) return;
    if (found.kind === 'local' && allowsHost(rules, host, port)) return;
    const named = address === host ? address : `it resolves to ${address}, which`;
    throw refuse(host, `${named} is ${found.label}`);
  }

  function checkHost(url: URL): void {
    const port = portOf(url);
    const literal = literalOf(url.hostname);
    if (literal !== undefined) {
      checkAddress(literal, port, literal);
      return;
    }
    const host = bareHost(url.hostname);
    const isLocal = host === 'localhost' || host.endsWith('.localhost');
    // An address on the list opens `localhost` too; then the connect decides by what it resolves to.
    if (isLocal && rules.length === 0) throw refuse(host, `${host} is this machine itself`);
  }

  return {
    target(input) {
      const text = typeof input === 'string' ? input : input.href;
      const cached = known.get(text);
      if (cached) return cached;
      const url = parseTarget(text);
      checkHost(url);
      const target = { origin: url.origin, path: url.pathname + url.search };
      // A query may carry a key, and secrets do not belong into a cache.
      if (url.search === '') {
        if (known.size >= CACHED_TARGETS) known.clear();
        known.set(text, target);
      }
      return target;
    },
    checkResolved(host, port, addresses) {
      if (addresses.length === 0) throw refuse(host, `${host} has no address`);
      for (const { address } of addresses) checkAddress(address, port, host);
    },
  };
}

/** The port a URL goes to, the scheme's own when it names none. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function parseTarget(text: string): URL {
  if (!URL.canParse(text)) {
    throw new AppError(
      'bad_request',
      'That is not a URL; write it like https://host.example/path.',
    );
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError(
      'outbound_refused',
      `Only http and https URLs are called, not ${url.protocol}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'outbound_refused',
      'A URL must not carry a user name or password; give the credential in its own field.',
    );
  }
  return url;
}

function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}
