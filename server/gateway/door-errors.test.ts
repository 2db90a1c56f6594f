import { expect, test } from 'vitest';
import { dialectOf } from './door-errors.ts';
import { anthropicDialect } from './protocols/anthropic-messages/errors.ts';
import { geminiDialect } from './protocols/gemini/errors.ts';
import { openaiDialect } from './protocols/openai-chat/errors.ts';

test.each([
  ['/v1/chat/completions', openaiDialect],
  ['/v1/models', openaiDialect],
  ['/v1/messages', anthropicDialect],
  ['/playground/v1/messages/count_tokens', anthropicDialect],
  ['/v1beta', geminiDialect],
  ['/v1beta/models/gpt-lab:countTokens', geminiDialect],
  ['/v1/models/a/b:generateContent', geminiDialect],
])('%s has its dialect, with a query or without', (path, dialect) => {
  expect(dialectOf(path)).toBe(dialect);
  // Clients add `?beta=true`, `?alt=sse` or a key; what stands there is no path.
  expect(dialectOf(`${path}?alt=sse&beta=true`)).toBe(dialect);
  expect(dialectOf(`${path}?/v1/models/x:y`)).toBe(dialect);
});
