import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { parseAllow } from './allow-list.ts';
import { createGuard } from './guard.ts';

const guardOf = (...entries: string[]) => createGuard(entries.map(parseAllow), { warn: () => {} });

const opens = (entries: string[], url: string) => {
  try {
    guardOf(...entries).target(url);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['10.0.0.0/8', 'http://10.9.8.7:1234/', true],
  ['10.0.0.0/8', 'http://11.9.8.7/', true],
  ['10.0.0.0/8', 'http://192.168.0.1/', false],
  ['10.0.0.0/8:80', 'http://10.9.8.7/', true],
  ['10.0.0.0/8:80', 'http://10.9.8.7:81/', false],
  ['127.0.0.1:9100', 'http://127.0.0.1:9100/v1', true],
  ['127.0.0.1:9100', 'http://0x7f000001:9100/v1', true],
  ['127.0.0.1:9100', 'http://[::ffff:127.0.0.1]:9100/v1', true],
  ['127.0.0.1:9100', 'http://127.0.0.1:9101/v1', false],
  ['127.0.0.1:443', 'https://127.0.0.1/', true],
  ['[::1]:9100', 'http://[::1]:9100/', true],
  ['[::1]:9100', 'http://[::1]/', false],
  ['::1', 'http://[::1]:7/', true],
  ['[fd00::/8]:443', 'https://[fd00::5]/', true],
  ['fd00::/8', 'http://[fc00::5]/', false],
  ['0.0.0.0/0', 'http://[::1]/', false],
  ['169.254.169.254', 'http://169.254.169.254/', true],
])('%s lets %s through: %s', (entry, url, expected) => {
  expect(opens([entry], url)).toBe(expected);
});

const resolves = (entry: string, host: string, address: string, port = 80) => {
  const family = address.includes(':') ? 6 : 4;
  guardOf(entry).checkResolved(host, port, [{ address, family }]);
};

test('a listed host may resolve to local addresses, but not to metadata or link-local ones', () => {
  resolves('gpu.internal', 'gpu.internal', '10.0.0.5');
  resolves('GPU.internal.:8000', 'gpu.internal.', '::1', 8000);
  expect(() => resolves('gpu.internal:8000', 'gpu.internal', '10.0.0.5')).toThrow(AppError);
  expect(() => resolves('gpu.internal', 'other.internal', '10.0.0.5')).toThrow(AppError);
  expect(() => resolves('gpu.internal', 'sub.gpu.internal', '10.0.0.5')).toThrow(AppError);
  expect(() => resolves('gpu.internal', 'gpu.internal', '169.254.169.254')).toThrow(AppError);
});

test('one forbidden address among the resolved ones is enough to refuse', () => {
  const addresses = [
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ];
  expect(() => guardOf().checkResolved('a.example', 80, addresses)).toThrow('10.0.0.1');
});

test.each([
  '',
  ':80',
  'host:',
  'host:0',
  'host:65536',
  'host:http',
  'http://host',
  'host/path',
  '10.0.0.0/33',
  '10.0.0/8',
  '10.0.0.0/8/8',
  '10.0.1',
  '127.1',
  '0x7f.0.0.1',
  '256.1.1.1',
  '[10.0.0.1]:80',
  '[::1',
  '[::1]x',
  '[::1]:',
  'a b',
  '-host',
  'ho..st',
  '*',
  '*.example.com',
])('%j is refused by name', (entry) => {
  expect(() => parseAllow(entry)).toThrow(AppError);
  expect(() => parseAllow(entry)).toThrow(JSON.stringify(entry));
});

test('any text is either a rule or a clear refusal', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain()), (text) => {
      try {
        expect(['host', 'network']).toContain(parseAllow(text).kind);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
