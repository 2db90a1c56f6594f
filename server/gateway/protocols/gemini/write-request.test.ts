import { describe, expect, test } from 'vitest';
import { geminiRecipient as to } from '../../../testing/gemini-calls.ts';
import { type Dialogue, EMPTY_DIALOGUE, text } from '../dialogue.ts';
import { SKIP_SIGNATURE as SKIP } from './gemini-seals.ts';
import { gemini } from './index.ts';

describe('a body for the platform', () => {
  const asked = (changes: Partial<Dialogue>): Dialogue => ({
    ...EMPTY_DIALOGUE,
    messages: [{ role: 'user', parts: [text('hi')] }],
    ...changes,
  });

  test('has all instructions at the start, and calls signed once a turn', () => {
    const { body } = gemini.writeRequest(
      asked({
        messages: [
          { role: 'system', parts: [text('a')] },
          { role: 'user', parts: [text('hi')] },
          { role: 'developer', parts: [text('b')] },
          {
            role: 'assistant',
            parts: [
              { kind: 'thought', text: 'hm', seal: null, redacted: false },
              { kind: 'call', id: '1', name: 'f', arguments: '{}', cache: null },
              { kind: 'call', id: '2', name: 'g', arguments: 'broken', cache: null },
            ],
          },
          {
            role: 'tool',
            callId: '1',
            name: null,
            parts: [text('ok')],
            isError: false,
            cache: null,
          },
          {
            role: 'tool',
            callId: '2',
            name: null,
            parts: [text('no')],
            isError: true,
            cache: null,
          },
        ],
      }),
      to(),
    );
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'a' }, { text: 'b' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: SKIP },
            { functionCall: { id: '2', name: 'g', args: { input: 'broken' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: '1', name: 'f', response: { output: 'ok' } } },
            { functionResponse: { id: '2', name: 'g', response: { error: 'no' } } },
          ],
        },
      ],
    });
  });

  test('for older models has no stand-in for signatures, and images behind the results', () => {
    const image = {
      kind: 'image' as const,
      source: { at: 'data' as const, mediaType: 'image/png', data: 'iVBO' },
      detail: null,
      cache: null,
    };
    const { body } = gemini.writeRequest(
      asked({
        messages: [
          {
            role: 'assistant',
            parts: [{ kind: 'call', id: '1', name: 'f', arguments: '', cache: null }],
          },
          { role: 'tool', callId: '1', name: 'f', parts: [image], isError: false, cache: null },
        ],
      }),
      to({ model: 'gemini-2.5-flash' }),
    );
    expect(body['contents']).toEqual([
      { role: 'model', parts: [{ functionCall: { id: '1', name: 'f', args: {} } }] },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: '1', name: 'f', response: { output: '' } } },
          { inlineData: { mimeType: 'image/png', data: 'iVBO' } },
        ],
      },
    ]);
  });

  test('offers tools of free text as functions, and writes their calls as such', () => {
    const { body } = gemini.writeRequest(
      asked({
        tools: [{ kind: 'custom', name: 'sql', description: 'Runs SQL.', grammar: null }],
        messages: [
          {
            role: 'assistant',
            parts: [{ kind: 'call', id: '1', name: 'sql', arguments: '{}', cache: null }],
          },
        ],
      }),
      to(),
    );
    expect(body).toMatchObject({
      tools: [
        { functionDeclarations: [{ name: 'sql', parametersJsonSchema: { required: ['input'] } }] },
      ],
      contents: [{ parts: [{ functionCall: { name: 'sql', args: { input: '{}' } } }] }],
    });
  });

  test.each([
    [
      { effort: 'xhigh', budgetTokens: null, show: 'auto' },
      'level',
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    [
      { effort: null, budgetTokens: 1_000, show: false },
      'level',
      { thinkingLevel: 'LOW', includeThoughts: false },
    ],
    [{ effort: null, budgetTokens: -1, show: null }, 'level', undefined],
    [{ effort: 'none', budgetTokens: null, show: null }, 'budget', { thinkingBudget: 0 }],
    [{ effort: 'high', budgetTokens: 5, show: null }, 'budget', { thinkingBudget: 5 }],
  ] as const)('thinks %j by %s', (reasoning, thinkingBy, thinkingConfig) => {
    const { body } = gemini.writeRequest(asked({ reasoning }), to({ quirks: { thinkingBy } }));
    expect((body['generationConfig'] as { thinkingConfig?: unknown })?.thinkingConfig).toEqual(
      thinkingConfig,
    );
  });

  test('goes to the path of the model', () => {
    expect(gemini.path('gemini-3-flash', false)).toBe('/models/gemini-3-flash:generateContent');
    expect(gemini.path('models/a/b', true)).toBe('/models/a%2Fb:streamGenerateContent?alt=sse');
  });
});
