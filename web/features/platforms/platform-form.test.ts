import { expect, test } from 'vitest';
import { PlatformCreate, Protocol } from '#shared/schemas/platforms.ts';
import { allowEntry, callAddress, EXAMPLE_URLS, toPlatform } from './platform-form.ts';

test('slashes at the end of the address go, so that paths can follow', () => {
  const platform = toPlatform({
    id: 'lab',
    name: ' Lab ',
    protocol: 'gemini',
    baseUrl: ' http://10.0.0.5:9100/v1// ',
  });
  expect(PlatformCreate.parse(platform)).toMatchObject({
    name: 'Lab',
    protocol: 'gemini',
    baseUrl: 'http://10.0.0.5:9100/v1',
  });
});

test('the address that will be called appears once it is one', () => {
  expect(callAddress('openai-chat', 'http://')).toBeNull();
  expect(callAddress('openai-chat', 'ftp://a/v1')).toBeNull();
  expect(callAddress('openai-chat', 'http://a/v1/')).toBe('http://a/v1/chat/completions');
});

test('each protocol is called at its own path, and has an example that is an address', () => {
  const paths = Protocol.options.map((protocol) => callAddress(protocol, 'http://a/v1'));
  expect(paths).toEqual([
    'http://a/v1/chat/completions',
    'http://a/v1/responses',
    'http://a/v1/messages',
    'http://a/v1/models/…:generateContent',
  ]);
  for (const protocol of Protocol.options) {
    expect(callAddress(protocol, EXAMPLE_URLS[protocol])).not.toBeNull();
  }
});

test('the entry that opens an address names host and port', () => {
  expect(allowEntry('http://10.0.0.5:9100/v1')).toBe('10.0.0.5:9100');
  expect(allowEntry('http://[::1]:8000/v1')).toBe('[::1]:8000');
  expect(allowEntry('not an address')).toBe('');
});
