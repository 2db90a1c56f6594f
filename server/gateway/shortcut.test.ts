import { expect, test } from 'vitest';
import { createShortcut } from './shortcut.ts';

const nobody = { identify: () => Promise.reject(new Error('nobody')) };
const way = (name: string) => ({ ...nobody, name });
const shortcut = createShortcut({
  v1: way('v1'),
  v1beta: way('v1beta'),
  ask: (speaks, { name }, words) =>
    Object.assign(() => undefined, { to: [speaks.name, name, words?.model, words?.action] }),
});
const found = (url: string, method = 'POST') => shortcut({ method, url });

test.each([
  ['/v1/chat/completions', ['openai-chat', 'v1', undefined, undefined]],
  ['/v1/messages?beta=true', ['anthropic-messages', 'v1', undefined, undefined]],
  [
    '/v1beta/models/gemini-pro:generateContent?key=x',
    ['gemini', 'v1beta', 'gemini-pro', 'generateContent'],
  ],
  ['/v1/models/a/b:streamGenerateContent', ['gemini', 'v1', 'a/b', 'streamGenerateContent']],
])('%s has one', (url, to) => {
  expect(found(url)).toHaveProperty('to', to);
});

test.each([
  '/v1/chat/completions/',
  '/V1/chat/completions',
  '//v1/chat/completions',
  '/v1/chat%2Fcompletions',
  '/v1/models',
  '/v1/responses/abc',
  '/v1beta/models/gemini%2Dpro:generateContent',
  '/v1beta/models/gemini-pro:constructor',
  '/v1beta/models/gemini-pro:embed',
  '/playground/v1/chat/completions',
  'http://elsewhere.test/v1/chat/completions',
  '/constructor',
  '',
])('%s has none', (url) => {
  expect(found(url)).toBeNull();
});

test('only what is asked with POST has one', () => {
  expect(found('/v1/chat/completions', 'GET')).toBeNull();
  expect(found('/v1/chat/completions', 'OPTIONS')).toBeNull();
});
