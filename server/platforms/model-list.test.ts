import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Protocol } from '#shared/schemas/platforms.ts';
import { modelListRequest, modelsIn } from './model-list.ts';

test('every protocol has its own way to ask for the models', () => {
  expect(Protocol.options.map((protocol) => modelListRequest(protocol).path)).toEqual([
    '/models',
    '/models',
    '/models?limit=1000',
    '/models?pageSize=1000',
  ]);
  expect(modelListRequest('anthropic-messages').headers).toEqual({
    'anthropic-version': '2023-06-01',
  });
});

test("OpenAI's list, sorted, each name once, without what was shut down", () => {
  const data = [{ id: 'b' }, { id: 'a' }, { id: 'b' }, { id: 'gone', status: 'Shutdown' }, 7, {}];
  expect(modelsIn({ object: 'list', data })).toEqual(['a', 'b']);
});

// Shape: https://docs.claude.com/en/api/models-list
test("Anthropic's list", () => {
  const data = [
    { type: 'model', id: 'claude-opus-5', display_name: 'Claude Opus 5', created_at: '2026-01-01' },
  ];
  expect(modelsIn({ data, has_more: false, first_id: 'x', last_id: 'x' })).toEqual([
    'claude-opus-5',
  ]);
});

// Shape: https://ai.google.dev/api/models#ListModelsResponse
test("Gemini's list, without the folder in front of the names", () => {
  const models = [{ name: 'models/gemini-x', supportedGenerationMethods: ['generateContent'] }];
  expect(modelsIn({ models, nextPageToken: '' })).toEqual(['gemini-x']);
});

test('a bare list counts; anything else is none', () => {
  expect(modelsIn([{ id: 'a' }])).toEqual(['a']);
  for (const other of [null, 'x', 7, {}, { data: {} }]) expect(modelsIn(other)).toBeNull();
});

test('no list, however odd, breaks it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const names = modelsIn(value);
      expect(names === null || names.every((name) => name !== '')).toBe(true);
    }),
  );
});
