import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDataUrl, writeDataUrl } from './data-url.ts';

test.each([
  ['data:image/png;base64,AAAA', { at: 'data', mediaType: 'image/png', data: 'AAAA' }],
  [
    'data:text/plain;charset=utf-8;base64,AAAA',
    { at: 'data', mediaType: 'text/plain', data: 'AAAA' },
  ],
  ['DATA:,a%20b', { at: 'data', mediaType: 'text/plain', data: 'YSBi' }],
  ['data:,%zz', null],
  ['data:image/png;base64', null],
  ['https://a.example/', null],
])('%s', (url, source) => {
  expect(readDataUrl(url)).toEqual(source);
});

test('what is written is read again, and nothing makes it throw', () => {
  const source = { at: 'data', mediaType: 'application/pdf', data: 'CC==' } as const;
  expect(readDataUrl(writeDataUrl(source))).toEqual(source);
  fc.assert(fc.property(fc.string(), (rest) => void readDataUrl(`data:${rest}`)));
});

test.each(['a', ';', ';a', ';base64', ','])('megabytes of "%s" are read or refused', (unit) => {
  expect(() => readDataUrl(`data:${unit.repeat(8_000_000)}`)).not.toThrow();
});
