import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import {
  geminiCall as call,
  geminiRecipient as to,
  geminiUser as user,
} from '../../../testing/gemini-calls.ts';
import { JSON_ARRAY, SSE } from '../framing.ts';
import { gemini } from './index.ts';

describe('a request', () => {
  test.each([
    ['generateContent', '', false, SSE],
    ['streamGenerateContent', 'alt=sse', true, SSE],
    ['streamGenerateContent', '', true, JSON_ARRAY],
  ])('%s?%s', (action, query, stream, framing) => {
    const request = gemini.readRequest(
      call({ contents: [user('hi')] }, { action, query: new URLSearchParams(query) }),
    );
    expect(request).toMatchObject({ model: 'gemini-3-flash', stream, framing });
  });

  test('may have as many tokens as all its candidates together', () => {
    const generationConfig = { maxOutputTokens: 10, candidateCount: 3 };
    const request = gemini.readRequest(call({ contents: user('hi'), generationConfig }));
    expect(request.maxOutputTokens).toBe(30);
  });

  test.each([
    ['{}', 'contents'],
    ['{"contents":[]}', 'contents'],
    ['{"contents":[{"parts":[{"text":1}]}]}', 'contents.0.parts.0.text'],
    [
      '{"contents":{"parts":{"text":"x"}},"generation_config":{"topK":"x"}}',
      'generationConfig.topK',
    ],
    ['[]', 'body'],
  ])('%s is refused and %s named', (body, param) => {
    expect(() => gemini.readRequest(call(body))).toThrow(
      expect.objectContaining({ code: 'bad_request', param }),
    );
  });

  test('another action is not found', () => {
    const odd = call({ contents: [user('hi')] }, { action: 'embedContent' });
    expect(() => gemini.readRequest(odd)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test('of any JSON is read or refused, and nothing else happens', () => {
    const key = fc.constantFrom(
      ...['contents', 'parts', 'role', 'text', 'tools', 'thoughtSignature', 'function_call'],
      ...['functionResponse', 'response', 'name', 'generationConfig', 'systemInstruction'],
      ...[
        'thinking_config',
        'functionDeclarations',
        'parameters',
        'type',
        '__proto__',
        'inlineData',
      ],
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, '', 'model', 'x', 0, 1.5, true, [], {}),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const body = fc.record(
      {
        contents: value,
        tools: value,
        toolConfig: value,
        generation_config: value,
        systemInstruction: value,
      },
      { requiredKeys: ['contents'] },
    );
    fc.assert(
      fc.property(fc.oneof(value, body), (json) => {
        try {
          const request = gemini.readRequest(call(json));
          request.promptTexts();
          request.forward(to());
          gemini.writeRequest(request.dialogue(), to());
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ code: 'bad_request' });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([400, 100_000])('nested %i deep is refused', (depth) => {
    const deep = `{"contents":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(() => gemini.readRequest(call(deep))).toThrow(/nested too deeply/);
  });
});
