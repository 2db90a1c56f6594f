import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY, toCurl, toRequestBody } from './conversation.ts';

test('parameters that were not set are left to the platform', () => {
  const body = toRequestBody('lab', EMPTY.settings, [{ id: '1', role: 'user', text: 'hi' }]);
  expect(Object.keys(body)).toEqual(['model', 'messages', 'stream', 'stream_options']);
});

test('a shell reads the same body out of the curl command, whatever it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (said) => {
      // No argument of a program can hold a NUL.
      const text = `it's $HOME \`x\` ${said}`.replaceAll('\0', '');
      const body = toRequestBody('lab', EMPTY.settings, [{ id: '1', role: 'user', text }]);
      const command = toCurl('http://host:1', body).replace(/^curl/, "printf '%s\\0'");
      const args = execFileSync('sh', ['-c', command], { env: { GATEHOUSE_KEY: 'gh-1' } });
      const words = args.toString().split('\0');
      expect(JSON.parse(words[7] ?? '')).toEqual(body);
      expect(words[3]).toBe('Authorization: Bearer gh-1');
    }),
    { numRuns: 20 },
  );
});
