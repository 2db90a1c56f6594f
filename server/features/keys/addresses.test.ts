import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyAddress } from '#shared/schemas/keys.ts';
import { addressList, addressText, tidyAddresses } from './addresses.ts';

describe('an address list', () => {
  test.each([
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.1.2.3', '10.1.2.3', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.9', false],
    ['2001:db8::/32', '2001:DB8:0:0::9', true],
    ['2001:db8::/32', '2001:db9::9', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1.2.3.4', '1.2.3.4', false],
    ['10.0.0.0/8', '', false],
    ['10.0.0.0/8', '10.0.0.1:4711', false],
    ['10.0.0.0/8', '010.0.0.1', false],
    ['10.0.0.0/8', 'unknown', false],
  ])('%s with %s: %s', (entry, address, within) => {
    expect(addressList([entry])(address)).toBe(within);
  });

  test('with an entry that nobody can read lets nobody in for it', () => {
    expect(addressList(['everywhere'])('10.0.0.1')).toBe(false);
  });

  test('agrees with a matcher that compares bit by bit', () => {
    const bits = (size: number) => fc.array(fc.boolean(), { minLength: size, maxLength: size });
    const family = fc.constantFrom(32, 128);
    fc.assert(
      fc.property(
        family.chain((size) => fc.tuple(bits(size), fc.array(fc.tuple(bits(size), fc.nat(size))))),
        fc.nat(128),
        ([address, ranges], flipAt) => {
          // Most random addresses are in no range: some are made by changing one bit of a range's own.
          const near = ranges[0]?.[0].map((bit, at) => (at === flipAt ? !bit : bit)) ?? address;
          const list = addressList(ranges.map(([network, size]) => `${written(network)}/${size}`));
          for (const each of [address, near]) {
            const naive = ranges.some(([network, size]) =>
              network.slice(0, size).every((bit, at) => bit === each[at]),
            );
            // What is IPv4 in IPv6's clothes is IPv4, and in no range of IPv6 that is not.
            fc.pre(!written(each).startsWith('0:0:0:0:0:ffff:'));
            expect(list(written(each))).toBe(naive);
          }
        },
      ),
    );
  });
});

function written(bits: readonly boolean[]): string {
  const part = (from: number, size: number) =>
    bits.slice(from, from + size).reduce((sum, bit) => sum * 2 + Number(bit), 0);
  return bits.length === 32
    ? [0, 8, 16, 24].map((at) => part(at, 8)).join('.')
    : Array.from({ length: 8 }, (_, at) => part(at * 16, 16).toString(16)).join(':');
}

test('entries are kept once, by the first address of their range, in the shortest form', () => {
  expect(
    tidyAddresses([
      '10.9.8.7/8',
      '10.0.0.0/8',
      '10.1.1.1/32',
      '2001:DB8:0:0:0:0:0:1',
      '::ffff:1.2.3.4',
    ]),
  ).toEqual(['10.0.0.0/8', '10.1.1.1', '2001:db8::1', '1.2.3.4']);
});

test('everything that the schema takes can be read', () => {
  const texts = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), fc.nat(40)).map(([ip, size]) => `${ip}/${size}`),
    fc.tuple(fc.ipV6(), fc.nat(140)).map(([ip, size]) => `${ip}/${size}`),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      if (KeyAddress.safeParse(text).success) expect(tidyAddresses([text])).toHaveLength(1);
    }),
  );
});

test.each(['', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', 'fe80::1%eth0', '10.0.0.0/-1', '1.2.3'])(
  '%j is refused by name',
  (entry) => {
    expect(KeyAddress.safeParse(entry).success).toBe(false);
    expect(() => tidyAddresses([entry])).toThrow(/is no address/);
  },
);

test('an address is called by its shortest name, and nothing else by any', () => {
  expect(addressText('::ffff:203.0.113.9')).toBe('203.0.113.9');
  expect(addressText('<script>')).toBeNull();
});
