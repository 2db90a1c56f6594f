import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { dialogues, PLAIN_WORDS, type Vocabulary } from '../../../testing/dialogues.ts';
import { type Dialogue, EMPTY_DIALOGUE, type ThoughtPart, text } from '../dialogue.ts';
import { JSON_ARRAY, SSE } from '../framing.ts';
import type { ArrivedCall, Recipient } from '../protocol.ts';
import { writeSeal } from '../seals.ts';
import { gemini } from './index.ts';

const call = (json: unknown, changes: Partial<ArrivedCall> = {}): ArrivedCall => ({
  body: Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)),
  headers: {},
  model: 'gemini-3-flash',
  action: 'generateContent',
  query: new URLSearchParams(),
  ...changes,
});

const to = (changes: Partial<Recipient> = {}): Recipient => ({
  model: 'gemini-3-flash-preview',
  quirks: {},
  account: 'aaaaaaaa',
  ...changes,
});

const read = (json: unknown): Dialogue => gemini.readRequest(call(json)).dialogue();
const user = (words: string) => ({ role: 'user', parts: [{ text: words }] });

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
        const body = JSON.parse(JSON.stringify(gemini.writeRequest(dialogue, to())));
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
    expect(request.fileIds).toEqual(['files/abc-1']);
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
          request.promptText();
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

  test('nested without end is refused', () => {
    const deep = `{"contents":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(() => gemini.readRequest(call(deep))).toThrow(/nested too deeply/);
  });
});

describe('a forwarded body', () => {
  const own = writeSeal({ maker: 'gemini', value: 'b3du+/8=', account: 'aaaaaaaa' });
  const other = writeSeal({ maker: 'gemini', value: 'b3Ro', account: 'bbbbbbbb' });
  const turn = (parts: object[]) => ({ contents: [user('hi'), { role: 'model', parts }] });

  test('passes as it came', () => {
    const body =
      '{ "contents" : {"parts":[{"text":"hi"}]},\n "seed": 1e0, "x": 12345678901234567890 }';
    const { body: sent, dropped } = gemini.readRequest(call(body)).forward(to());
    expect(sent.toString()).toBe(body);
    expect(dropped).toEqual([]);
  });

  test('frees the account’s own seals of their marks and touches nothing else', () => {
    const body = JSON.stringify(
      turn([
        { thought_signature: own, function_call: { name: 'f' } },
        { text: 'x', thoughtSignature: 'cGxhaW4=' },
      ]),
      null,
      1,
    );
    const request = gemini.readRequest(call(body));
    expect(request.accounts).toEqual(['aaaaaaaa']);
    const { body: sent, dropped } = request.forward(to());
    expect(sent.toString()).toBe(body.replace(own, 'b3du+/8='));
    expect(dropped).toEqual([]);
  });

  test('a seal that a client decoded and encoded again is freed of its mark too', () => {
    const recoded = Buffer.from(own, 'base64').toString('base64url').padEnd(own.length, '=');
    expect(recoded).not.toBe(own);
    const { body } = gemini
      .readRequest(call(turn([{ text: 'x', thoughtSignature: recoded }])))
      .forward(to());
    expect(JSON.parse(body.toString()).contents[1].parts[0].thoughtSignature).toBe('b3du-_8=');
  });

  test('seals of another account go, and calls get the value that stands for none', () => {
    const parts = [
      { text: 'x', thoughtSignature: other },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: other },
      { functionCall: { name: 'g', args: {} }, thoughtSignature: own },
    ];
    const { body, dropped } = gemini.readRequest(call(turn(parts))).forward(to());
    expect(JSON.parse(body.toString()).contents[1].parts).toEqual([
      { text: 'x' },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: SKIP },
      { functionCall: { name: 'g', args: {} }, thoughtSignature: 'b3du+/8=' },
    ]);
    expect(dropped).toEqual(['thoughtSignature']);
    const older = gemini.readRequest(call(turn(parts))).forward(to({ model: 'gemini-2.5-pro' }));
    expect(JSON.parse(older.body.toString()).contents[1].parts[1]).not.toHaveProperty(
      'thoughtSignature',
    );
  });

  test('minds what the platform lacks and its ranges, however they are spelled', () => {
    const quirks = {
      lacks: ['labels', 'generationConfig.topK'],
      ranges: { 'generationConfig.temperature': [0, 1] as const },
    };
    const body = {
      ...turn([]),
      labels: {},
      generation_config: { top_k: 3, temperature: 2, seed: 1 },
    };
    const { body: sent, dropped } = gemini.readRequest(call(body)).forward(to({ quirks }));
    expect(JSON.parse(sent.toString())).toEqual({
      ...turn([]),
      generation_config: { temperature: 1, seed: 1 },
    });
    expect(dropped).toEqual(['labels', 'generationConfig.topK']);
  });
});

describe('a body for the platform', () => {
  const asked = (changes: Partial<Dialogue>): Dialogue => ({
    ...EMPTY_DIALOGUE,
    messages: [{ role: 'user', parts: [text('hi')] }],
    ...changes,
  });

  test('has all instructions at the start, and calls signed once a turn', () => {
    const body = gemini.writeRequest(
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
    const body = gemini.writeRequest(
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
    const body = gemini.writeRequest(
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
    const body = gemini.writeRequest(asked({ reasoning }), to({ quirks: { thinkingBy } }));
    expect((body['generationConfig'] as { thinkingConfig?: unknown })?.thinkingConfig).toEqual(
      thinkingConfig,
    );
  });

  test('goes to the path of the model', () => {
    expect(gemini.path('gemini-3-flash', false)).toBe('/models/gemini-3-flash:generateContent');
    expect(gemini.path('models/a/b', true)).toBe('/models/a%2Fb:streamGenerateContent?alt=sse');
  });
});
