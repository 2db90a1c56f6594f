import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AppError } from '#shared/errors.ts';

type Range = [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Tells whether an address, written as a socket or a proxy writes it, is within a list. */
export type AddressList = (address: string) => boolean;

/**
 * The list of a key made ready, each entry one address or a range. IPv4 written as IPv6
 * (`::ffff:1.2.3.4`) is IPv4 on both sides. An entry that cannot be read lets nobody in.
 */
export function addressList(entries: readonly string[]): AddressList {
  const ranges = entries.map(rangeOf).filter((range) => range !== null);
  return (text) => {
    const address = addressOf(text);
    return (
      address !== null &&
      ranges.some(([network, bits]) => {
        // NOTE: ipaddr.js takes an address of the other kind for a mistake, not for a stranger.
        return network.kind() === address.kind() && address.match(network, bits);
      })
    );
  };
}

/**
 * Entries as they are kept: each once, ranges by their first address, in the shortest form.
 * Throws AppError bad_request for one that cannot be read.
 */
export function tidyAddresses(entries: readonly string[]): string[] {
  const tidied = entries.map((entry) => {
    const range = rangeOf(entry);
    if (range) return textOf(range);
    throw new AppError(
      'bad_request',
      `"${entry}" is no address. Write one, or a range such as 10.0.0.0/8.`,
      { param: 'addresses' },
    );
  });
  return [...new Set(tidied)];
}

/** What an address is called in an answer; null when it is none. */
export function addressText(text: string): string | null {
  return addressOf(text)?.toString() ?? null;
}

/** Null for what is no address. The zone of a link-local one says nothing here. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [plain = ''] = text.split('%', 1);
  const kind = isIP(plain);
  if (kind === 0) return null;
  if (kind === 4) return ipaddr.IPv4.parse(plain);
  const address = parseV6(plain);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

// NOTE: ipaddr.js takes `::1.2.3.4` for the mapped `::ffff:1.2.3.4`; URLs know it is another address.
function parseV6(text: string): ipaddr.IPv6 {
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

function rangeOf(entry: string): Range | null {
  const [text = '', bits, ...more] = entry.split('/');
  const kind = isIP(text);
  const whole = kind === 4 ? 32 : 128;
  const length = bits === undefined ? whole : Number(bits);
  if (kind === 0 || text.includes('%') || more.length > 0) return null;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || length > whole)) return null;
  const written = kind === 4 ? ipaddr.IPv4.parse(text) : parseV6(text);
  const mapped = kind === 6 && length >= 96 ? addressOf(text) : null;
  const [address, size] = mapped?.kind() === 'ipv4' ? [mapped, length - 96] : [written, length];
  return [networkOf(address, size), size];
}

/** The first address of the range that an address lies in. */
function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): Range[0] {
  const bytes = address.toByteArray().map((byte, place) => {
    const kept = Math.min(8, Math.max(0, bits - place * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}

function textOf([network, bits]: Range): string {
  const whole = network.kind() === 'ipv4' ? 32 : 128;
  return bits === whole ? network.toString() : `${network.toString()}/${bits}`;
}
