import { expect, test } from 'vitest';
import { PlatformCreate } from '#shared/schemas/platforms.ts';
import { allowEntry, callAddress, idFromName, toPlatform } from './platform-form.ts';

test.each([
  ['Our vLLM', 'our-vllm'],
  ['  Café № 2! ', 'cafe-no-2'],
  ['自建', ''],
  ['--x--', 'x'],
])('the id of %j is %j', (name, id) => {
  expect(idFromName(name)).toBe(id);
});

test('a long name still gives an id the schema takes', () => {
  const id = idFromName(`${'a'.repeat(39)} b`);
  expect(id).toBe('a'.repeat(39));
});

test('slashes at the end of the address go, so that paths can follow', () => {
  const platform = toPlatform({ id: 'lab', name: ' Lab ', baseUrl: ' http://10.0.0.5:9100/v1// ' });
  expect(PlatformCreate.parse(platform)).toMatchObject({
    name: 'Lab',
    baseUrl: 'http://10.0.0.5:9100/v1',
  });
});

test('the address that will be called appears once it is one', () => {
  expect(callAddress('http://')).toBeNull();
  expect(callAddress('ftp://a/v1')).toBeNull();
  expect(callAddress('http://a/v1/')).toBe('http://a/v1/chat/completions');
});

test('the entry that opens an address names host and port', () => {
  expect(allowEntry('http://10.0.0.5:9100/v1')).toBe('10.0.0.5:9100');
  expect(allowEntry('http://[::1]:8000/v1')).toBe('[::1]:8000');
  expect(allowEntry('not an address')).toBe('');
});
