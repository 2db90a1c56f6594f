import { expect, test } from 'vitest';
import { Operation } from '#shared/schemas/platforms.ts';
import { customPlatform } from './custom.ts';

const BASE = 'https://lab.example/v1';
const speaking = (protocol: Parameters<typeof customPlatform>[0]['protocol']) =>
  customPlatform({ id: 'lab', name: 'Lab', protocol, baseUrl: BASE });

test.each([
  ['openai-chat', 'bearer'],
  ['openai-responses', 'bearer'],
  ['anthropic-messages', 'x-api-key'],
  ['gemini', 'x-goog-api-key'],
] as const)('an added platform that speaks %s gets its key as %s', (protocol, auth) => {
  expect(speaking(protocol).endpoints).toEqual([{ protocol, baseUrl: BASE, auth }]);
  expect(speaking(protocol).keyOptional).toBe(true);
});

test.each(['openai-chat', 'openai-responses'] as const)(
  'one that speaks %s is asked for everything else at the usual paths',
  (protocol) => {
    const { operations } = speaking(protocol);
    expect(Object.keys(operations)).toEqual(Operation.options);
    expect(operations.transcription).toEqual({ baseUrl: BASE, path: '/audio/transcriptions' });
  },
);

test.each(['anthropic-messages', 'gemini'] as const)(
  'one that speaks %s has chats only',
  (protocol) => {
    expect(speaking(protocol).operations).toEqual({});
  },
);
