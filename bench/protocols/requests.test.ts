import { expect, test } from 'vitest';
import { Protocol } from '#shared/schemas/platforms.ts';
import { chunksToStop, readWish, streamRequest } from './requests.ts';
import { protocolOf } from './wire.ts';

test('the platform reads protocol and wish off every protocol’s request', () => {
  const wish = { pauseMs: 4, chunks: 10_000, stopEvery: 1_000 };
  for (const protocol of Protocol.options) {
    const url = new URL('http://127.0.0.1:9');
    const request = streamRequest({ url, key: 'k', protocol, model: 'tiny', wish }).toString();
    expect(protocolOf(request)).toBe(protocol);
    expect(readWish(request)).toEqual(wish);
  }
});

test('a request without a wish has none, and an unknown path no protocol', () => {
  expect(readWish('{"messages":[]}')).toBeNull();
  expect(protocolOf('GET /v1/models HTTP/1.1')).toBeNull();
});

test('chunks are sent up to the next stop, or the end', () => {
  const wish = { pauseMs: 0, chunks: 2_500, stopEvery: 1_000 };
  expect([1, 999, 1_000, 2_400].map((sent) => chunksToStop(sent, wish))).toEqual([
    999, 1, 1_000, 100,
  ]);
  expect(chunksToStop(1, { ...wish, stopEvery: 0 })).toBe(2_499);
});
