import ipaddr from 'ipaddr.js';
import { AppError } from '#shared/errors.ts';
import type { Ip } from './address.ts';
import { parseIp } from './address.ts';

/** One parsed entry of OUTBOUND_ALLOW; without `port` it opens every port. */
export type AllowRule =
  | { kind: 'host'; host: string; port?: number }
  | { kind: 'network'; network: readonly [Ip, number]; port?: number };

const HOST =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Parses one OUTBOUND_ALLOW entry: `host`, `1.2.3.4`, `10.0.0.0/8`, `::1`, `[::1]`, `fd00::/8`,
 * each but a bare IPv6 one with an optional `:port`; an IPv6 network with a port is `[fd00::/8]:443`.
 * @throws AppError `bad_request` that names the entry when it is none of these.
 */
export function parseAllow(entry: string): AllowRule {
  const { address, port } = splitPort(entry.trim().toLowerCase(), entry);
  const rule = parseNetwork(address, entry) ?? parseHost(address, entry);
  return port === undefined ? rule : { ...rule, port };
}

function splitPort(text: string, entry: string): { address: string; port?: number } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) {
    if (!bracketed[1]?.includes(':')) throw malformed(entry, 'brackets are for IPv6 addresses');
    return withPort(bracketed[1], bracketed[2], entry);
  }
  const colons = text.split(':').length - 1;
  if (colons !== 1) return { address: text };
  const [address = '', port] = text.split(':');
  return withPort(address, port, entry);
}

function withPort(address: string, port: string | undefined, entry: string) {
  if (port === undefined) return { address };
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535) {
    throw malformed(entry, 'the port must be a number from 1 to 65535');
  }
  return { address, port: number };
}

function parseNetwork(address: string, entry: string): AllowRule | undefined {
  if (!address.includes('/')) {
    const ip = isLiteral(address) ? parseIp(address) : undefined;
    if (!ip) return undefined;
    return { kind: 'network', network: [ip, ip.kind() === 'ipv4' ? 32 : 128] };
  }
  const [base = ''] = address.split('/');
  if (!isLiteral(base) || !ipaddr.isValidCIDR(address)) {
    throw malformed(entry, 'it is not a network like 10.0.0.0/8 or fd00::/8');
  }
  return { kind: 'network', network: ipaddr.parseCIDR(address) };
}

// The short, octal and hexadecimal spellings of IPv4 are refused: nobody means them.
function isLiteral(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.isValid(text));
}

function parseHost(address: string, entry: string): AllowRule {
  const host = bareHost(address);
  const lastLabel = host.slice(host.lastIndexOf('.') + 1);
  if (!HOST.test(host) || /^(\d+|0x[0-9a-f]*)$/.test(lastLabel)) {
    throw malformed(entry, 'it is neither a host name, an address nor a network');
  }
  return { kind: 'host', host };
}

function malformed(entry: string, why: string): AppError {
  return new AppError(
    'bad_request',
    `OUTBOUND_ALLOW entry ${JSON.stringify(entry)} is malformed: ${why}. ` +
      'Write host, host:port, 1.2.3.4, 10.0.0.0/8 or [::1]:9100.',
  );
}

/** A host name as it is compared: lower case, no trailing dot. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

/** Whether the list names this host (and port) itself. */
export function allowsHost(rules: readonly AllowRule[], host: string, port: number): boolean {
  const wanted = bareHost(host);
  return rules.some(
    (rule) => rule.kind === 'host' && rule.host === wanted && (rule.port ?? port) === port,
  );
}

/** Whether the list holds this address, itself or by a network around it. */
export function allowsAddress(rules: readonly AllowRule[], ip: Ip, port: number): boolean {
  return rules.some(
    (rule) =>
      rule.kind === 'network' &&
      (rule.port ?? port) === port &&
      rule.network[0].kind() === ip.kind() &&
      ip.match(rule.network[0], rule.network[1]),
  );
}
