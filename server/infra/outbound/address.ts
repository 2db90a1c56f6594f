import ipaddr from 'ipaddr.js';

export type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** What an address is: `public` may be called by anyone, `local` if listed, `never` if listed itself. */
export type AddressClass = { kind: 'public' | 'local' | 'never'; label: string };

// What a named host on the allow-list may resolve to. Link-local and metadata addresses are left out:
// they give credentials of the machine away, so they must be listed as addresses, on purpose.
const LOCAL: Record<string, string> = {
  private: 'a private address',
  uniqueLocal: 'a private address',
  loopback: 'this machine itself',
  carrierGradeNat: 'a carrier-grade NAT address',
};

const NEVER: Record<string, string> = {
  linkLocal: 'a link-local address',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  unspecified: 'an unspecified address',
};

// Metadata services on addresses that belong to no local range (Azure), or to one that is only `local`
// above (Alibaba, AWS over IPv6).
const METADATA = new Set(['168.63.129.16', '100.100.100.200', 'fd00:ec2::254']);

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Parses an address literal, without brackets; an IPv4 address inside IPv6 (mapped, NAT64) comes out as IPv4. */
export function parseIp(text: string): Ip | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const ip = ipaddr.parse(text.includes(':') ? withoutDots(text) : text);
  if (ip.kind() === 'ipv4') return ip;
  return carriedIpv4(ip as ipaddr.IPv6) ?? ip;
}

// ipaddr.js takes `::1.2.3.4` for the mapped `::ffff:1.2.3.4`; it is another address altogether.
function withoutDots(text: string): string {
  const url = text.includes('.') ? URL.parse(`http://[${text}]`) : null;
  return url ? url.hostname.slice(1, -1) : text;
}

function carriedIpv4(ip: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address();
  if (ip.match(NAT64)) return new ipaddr.IPv4(ip.toByteArray().slice(12));
  return undefined;
}

/** Sorts an address into public, local or never; whatever is not known to be public is not. */
export function classify(ip: Ip): AddressClass {
  const text = ip.toString();
  if (METADATA.has(text)) return { kind: 'never', label: 'a cloud metadata address' };
  if (text === '169.254.169.254') return { kind: 'never', label: 'a cloud metadata address' };
  const range: string = ip.range();
  const local = LOCAL[range];
  if (local) return { kind: 'local', label: local };
  const label = NEVER[range] ?? 'a reserved address';
  if (range !== 'unicast') return { kind: 'never', label };
  if (ip.kind() === 'ipv6' && !isPlainGlobal(ip as ipaddr.IPv6)) return { kind: 'never', label };
  return { kind: 'public', label: 'a public address' };
}

// ISATAP hides an IPv4 address in the last 64 bits of an otherwise global one.
function isPlainGlobal(ip: ipaddr.IPv6): boolean {
  const isatap = ((ip.parts[4] ?? 0) & 0xfdff) === 0 && ip.parts[5] === 0x5efe;
  return ip.match(GLOBAL_UNICAST) && !isatap;
}
