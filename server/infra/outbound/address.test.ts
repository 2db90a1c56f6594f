import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { classify, parseIp } from './address.ts';
import { parseAllow } from './allow-list.ts';
import { createGuard } from './guard.ts';

const kind = (text: string) => {
  const ip = parseIp(text);
  return ip ? classify(ip).kind : 'not an address';
};

test.each([
  ['8.8.8.8', 'public'],
  ['1.1.1.1', 'public'],
  ['2606:4700::1111', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::808:808', 'public'],
  ['10.1.2.3', 'local'],
  ['172.16.0.1', 'local'],
  ['172.31.255.255', 'local'],
  ['192.168.1.1', 'local'],
  ['127.0.0.1', 'local'],
  ['127.9.9.9', 'local'],
  ['100.64.0.1', 'local'],
  ['::1', 'local'],
  ['fd12::1', 'local'],
  ['::ffff:127.0.0.1', 'local'],
  ['64:ff9b::7f00:1', 'local'],
  ['169.254.169.254', 'never'],
  ['169.254.0.1', 'never'],
  ['100.100.100.200', 'never'],
  ['168.63.129.16', 'never'],
  ['fd00:ec2::254', 'never'],
  ['192.0.0.192', 'never'],
  ['0.0.0.0', 'never'],
  ['224.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['240.0.0.1', 'never'],
  ['198.18.0.1', 'never'],
  ['203.0.113.5', 'never'],
  ['::', 'never'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['fec0::1', 'never'],
  ['ff02::1', 'never'],
  ['::127.0.0.1', 'never'],
  ['2002:7f00:1::', 'never'],
  ['2001:0:1::', 'never'],
  ['2001:db8::1', 'never'],
  ['64:ff9b:1::7f00:1', 'never'],
  ['::ffff:0:7f00:1', 'never'],
  ['2a00:1450::5efe:7f00:1', 'never'],
  ['::ffff:169.254.169.254', 'never'],
])('%s is %s', (address, expected) => {
  expect(kind(address)).toBe(expected);
});

const octet = fc.integer({ min: 0, max: 255 });
const localIpv4 = fc.oneof(
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(127), octet, octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(0), octet, octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

type Octets = [number, number, number, number];
const hex = (n: number) => n.toString(16);
const number = ([a, b, c, d]: Octets) => ((a * 256 + b) * 256 + c) * 256 + d;
const groups = ([a, b, c, d]: Octets) => `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;

/** Every way to write one IPv4 address into a URL. */
const notations: ((ip: Octets) => string)[] = [
  (ip) => ip.join('.'),
  (ip) => `${ip.join('.')}.`,
  (ip) => String(number(ip)),
  (ip) => `0x${hex(number(ip))}`,
  (ip) => `0${number(ip).toString(8)}`,
  (ip) => ip.map((n) => `0x${hex(n)}`).join('.'),
  (ip) => ip.map((n) => `0${n.toString(8)}`).join('.'),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  (ip) => ip.join('。'),
  (ip) => `[::ffff:${ip.join('.')}]`,
  (ip) => `[::ffff:${groups(ip)}]`,
  (ip) => `[::${groups(ip)}]`,
  (ip) => `[64:ff9b::${groups(ip)}]`,
  (ip) => `[2002:${groups(ip)}::1]`,
  (ip) => `[::ffff:0:${groups(ip)}]`,
];

test('a forbidden IPv4 address is refused in every notation a URL can carry', () => {
  const guard = createGuard([], { warn: () => {} });
  fc.assert(
    fc.property(localIpv4, fc.constantFrom(...notations), (ip, write) => {
      try {
        guard.target(`http://${write(ip)}:8080/v1`);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(['outbound_refused', 'bad_request']).toContain((error as AppError).code);
        return;
      }
      throw new Error('was let through');
    }),
    { numRuns: 2_000 },
  );
});

test('no text makes the guard throw anything but a refusal', () => {
  const guard = createGuard([parseAllow('10.0.0.0/8')], { warn: () => {} });
  const hosts = fc.oneof(fc.string(), fc.ipV4Extended(), fc.ipV6(), fc.webUrl(), fc.domain());
  fc.assert(
    fc.property(hosts, (text) => {
      for (const url of [text, `http://${text}/`, `http://[${text}]/`]) {
        try {
          guard.target(url);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }
    }),
  );
});

test('only http and https without credentials', () => {
  const guard = createGuard([], { warn: () => {} });
  for (const url of ['ftp://a.example/', 'file:///etc/passwd', 'https://u:p@a.example/', 'x']) {
    expect(() => guard.target(url)).toThrow(AppError);
  }
  expect(guard.target('https://a.example/v1?x=1')).toEqual({
    origin: 'https://a.example',
    path: '/v1?x=1',
  });
});

test('a refusal names the address and the way out, and tells the log', () => {
  const warned: unknown[] = [];
  const guard = createGuard([], { warn: (...args: unknown[]) => void warned.push(args) });
  expect(() => guard.target('http://10.1.2.3/')).toThrow(/10\.1\.2\.3.*private.*OUTBOUND_ALLOW/);
  expect(() =>
    guard.checkResolved('a.example', 80, [{ address: '169.254.169.254', family: 4 }]),
  ).toThrow(/a\.example.*169\.254\.169\.254.*metadata/);
  expect(warned).toHaveLength(2);
});
