import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialogues, PLAIN_WORDS, type Vocabulary } from '../../../testing/dialogues.ts';
import {
  geminiCall as call,
  geminiRecipient as to,
  geminiUser as user,
} from '../../../testing/gemini-calls.ts';
import { type Dialogue, type ThoughtPart, text } from '../dialogue.ts';
import { gemini } from './index.ts';

const read = (json: unknown): Dialogue => gemini.readRequest(call(json)).dialogue();

const thoughts: fc.Arbitrary<ThoughtPart> = fc
  .record({
    text: fc.constantFrom('', 'well …'),
    value: fc.uint8Array({ minLength: 1, maxLength: 9 }),
  })
  .map(({ text: words, value }) => ({
    kind: 'thought',
    text: words,
    seal: { maker: 'gemini', value: Buffer.from(value).toString('base64'), account: null },
    redacted: false,
  }));

const GEMINI_WORDS: Vocabulary = {
  ...PLAIN_WORDS,
  systemParts: true,
  imageSources: ['url', 'data'],
  audio: true,
  fileSources: ['url', 'data'],
  resultParts: ['image', 'file'],
  failedResults: true,
  thoughts,
  formats: ['json', 'schema'],
  reasoning: fc.record({
    effort: fc.constantFrom('minimal' as const, 'low' as const, 'medium' as const, 'high' as const),
    budgetTokens: fc.constant(null),
    show: fc.constantFrom(null, true, false),
  }),
  sampling: ['temperature', 'topP', 'topK', 'seed', 'frequencyPenalty', 'presencePenalty'],
  settings: ['maxOutputTokens', 'stop'],
};

/** A result is one text, and media behind it. */
const asGoogle = (dialogue: Dialogue): Dialogue => ({
  ...dialogue,
  messages: dialogue.messages.map((message) => {
    if (message.role !== 'tool') return message;
    const words = message.parts.flatMap((it) => (it.kind === 'text' ? [it.text] : []));
    const media = message.parts.filter(({ kind }) => kind !== 'text');
    const said = words.length > 0 ? [text(words.join('\n'))] : [];
    return { ...message, parts: [...said, ...media] };
  }),
});

/** Calls get the value that stands for a missing signature; here it is taken for one. */
const SKIP = 'skip_thought_signature_validator';
const withoutSkips = (dialogue: Dialogue): Dialogue => ({
  ...dialogue,
  messages: dialogue.messages.map((message) =>
    message.role === 'assistant'
      ? {
          ...message,
          parts: message.parts.filter((it) => it.kind !== 'thought' || it.seal?.value !== SKIP),
        }
      : message,
  ),
});

describe('a dialogue', () => {
  test('written and read again is the same', () => {
    fc.assert(
      fc.property(dialogues(GEMINI_WORDS).map(asGoogle), (dialogue) => {
        const body = JSON.parse(JSON.stringify(gemini.writeRequest(dialogue, to()).body));
        expect(withoutSkips(read(body))).toEqual(dialogue);
      }),
      { numRuns: 500 },
    );
  });

  test('reads in snake_case as in camelCase, and leaves the client’s own JSON alone', () => {
    // From https://ai.google.dev/gemini-api/docs/function-calling, in both spellings.
    const snake = {
      system_instruction: { parts: { text: 'Be brief.' } },
      contents: [
        { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'iVBO' } }] },
        {
          role: 'model',
          parts: [
            { function_call: { name: 'set', args: { my_key: 1 } }, thought_signature: 'c2ln' },
          ],
        },
        {
          role: 'function',
          parts: [{ function_response: { name: 'set', response: { my_key: 2 } } }],
        },
      ],
      generation_config: { max_output_tokens: 5, thinking_config: { thinking_level: 'LOW' } },
      tools: [
        {
          function_declarations: [
            {
              name: 'set',
              parameters: {
                type: 'OBJECT',
                properties: {
                  my_key: { type: 'ARRAY', items: { type: 'STRING' }, min_items: '2' },
                },
              },
            },
          ],
        },
      ],
      tool_config: {
        function_calling_config: { mode: 'ANY', allowed_function_names: ['set'] },
      },
    };
    const dialogue = read(snake);
    expect(dialogue.messages).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      {
        role: 'user',
        parts: [
          {
            kind: 'image',
            source: { at: 'data', mediaType: 'image/png', data: 'iVBO' },
            detail: null,
            cache: null,
          },
        ],
      },
      {
        role: 'assistant',
        parts: [
          {
            kind: 'thought',
            text: '',
            seal: { maker: 'gemini', value: 'c2ln', account: null },
            redacted: false,
          },
          { kind: 'call', id: 'call_0', name: 'set', arguments: '{"my_key":1}', cache: null },
        ],
      },
      {
        role: 'tool',
        callId: 'call_0',
        name: 'set',
        parts: [text('{"my_key":2}')],
        isError: false,
        cache: null,
      },
    ]);
    expect(dialogue.maxOutputTokens).toBe(5);
    expect(dialogue.reasoning).toEqual({ effort: 'low', budgetTokens: null, show: null });
    expect(dialogue.toolChoice).toEqual({ type: 'tool', name: 'set' });
    expect(dialogue.tools).toMatchObject([
      {
        schema: {
          type: 'object',
          properties: { my_key: { type: 'array', items: { type: 'string' }, minItems: 2 } },
        },
      },
    ]);
    expect(dialogue.unsaid).toEqual([]);
  });

  test('results without ids find their calls by name and order', () => {
    const fc1 = (name: string) => ({ functionCall: { name, args: {} } });
    const fr = (name: string, output: string) => ({
      functionResponse: { name, response: { output } },
    });
    const { messages } = read({
      contents: [
        user('go'),
        { role: 'model', parts: [fc1('a'), fc1('b'), fc1('a')] },
        { parts: [fr('b', 'B'), fr('a', '1'), fr('a', '2'), { text: 'and?' }] },
      ],
    });
    expect(messages.slice(2)).toMatchObject([
      { callId: 'call_1', parts: [{ text: 'B' }] },
      { callId: 'call_0', parts: [{ text: '1' }] },
      { callId: 'call_2', parts: [{ text: '2' }] },
      { role: 'user', parts: [{ text: 'and?' }] },
    ]);
  });

  test('the pieces of a streamed answer that a client kept are one turn', () => {
    const model = (part: object) => ({ role: 'model', parts: [part] });
    const { messages } = read({
      contents: [
        user('hi'),
        model({ text: 'let me ', thought: true }),
        model({ text: 'think', thought: true }),
        model({ text: '', thought: true, thoughtSignature: 'c2ln' }),
        model({ text: 'Hel' }),
        model({ text: 'lo' }),
        model({ text: '' }),
      ],
    });
    expect(messages[1]).toMatchObject({
      parts: [
        { kind: 'thought', text: 'let me think', seal: { value: 'c2ln' } },
        { kind: 'text', text: 'Hello' },
      ],
    });
  });

  test('names what it has no place for as the client spelled it', () => {
    const { unsaid } = read({
      contents: [user('hi')],
      safety_settings: [],
      cachedContent: 'cachedContents/1',
      labels: { a: 'b' },
      generationConfig: { responseModalities: ['IMAGE'], responseMimeType: 'text/x.enum' },
    });
    expect(unsaid).toEqual([
      'safety_settings',
      'cachedContent',
      'labels',
      'generationConfig.responseModalities',
      'generationConfig.responseMimeType',
    ]);
  });

  test('tools of the platform are hosted, files in its store are named', () => {
    const request = gemini.readRequest(
      call({
        contents: [
          {
            parts: [
              {
                fileData: {
                  mimeType: 'application/pdf',
                  fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc-1',
                },
              },
              { fileData: { fileUri: 'https://files.example/a.pdf' } },
            ],
          },
        ],
        tools: [{ googleSearch: {} }, { codeExecution: {} }],
      }),
    );
    expect(request.storedIds).toEqual([{ id: 'files/abc-1', param: 'fileUri' }]);
    expect(request.dialogue().tools).toEqual([
      { kind: 'hosted', type: 'googleSearch' },
      { kind: 'hosted', type: 'codeExecution' },
    ]);
    expect(request.dialogue().messages[0]).toMatchObject({
      parts: [
        { kind: 'file', source: { at: 'file', id: 'files/abc-1' } },
        { kind: 'file', source: { at: 'url', url: 'https://files.example/a.pdf' } },
      ],
    });
  });

  test.each([
    [
      { type: 'STRING', nullable: true, enum: ['a'] },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [
      { anyOf: [{ type: 'STRING' }, { type: 'INTEGER', format: 'int32' }], nullable: true },
      { anyOf: [{ type: 'string' }, { type: 'integer', format: 'int32' }, { type: 'null' }] },
    ],
    [
      {
        type: 'OBJECT',
        propertyOrdering: ['type'],
        properties: { type: { type: 'NUMBER', example: 1 } },
      },
      { type: 'object', properties: { type: { type: 'number', examples: [1] } } },
    ],
    [{ type: 'TYPE_UNSPECIFIED', description: 'any' }, { description: 'any' }],
  ])('the schema %j is %j', (responseSchema, schema) => {
    const generationConfig = { responseMimeType: 'application/json', responseSchema };
    const { format } = read({ contents: [user('hi')], generationConfig });
    expect(format).toMatchObject({ type: 'schema', schema });
  });
});
