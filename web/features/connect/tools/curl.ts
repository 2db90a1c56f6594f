import {
  type Connection,
  code,
  KEY_VARIABLE,
  shellJson,
  shellWord,
  type ToolSpec,
} from './tool.ts';

function request(url: string, headers: readonly string[], body: unknown) {
  return code('bash', [
    `curl ${shellWord(url)} \\`,
    ...[...headers, 'Content-Type: application/json'].map((header) => `  -H "${header}" \\`),
    `  -d ${shellJson(body)}`,
  ]);
}

function variants({ origin, model, prompt }: Connection) {
  const bearer = `Authorization: Bearer $${KEY_VARIABLE}`;
  const messages = [{ role: 'user', content: prompt }];
  return [
    {
      id: 'chat',
      name: 'Chat Completions',
      doors: ['chat'],
      install: null,
      steps: [request(`${origin}/v1/chat/completions`, [bearer], { model, messages })],
    },
    {
      id: 'responses',
      name: 'Responses',
      doors: ['responses'],
      install: null,
      steps: [request(`${origin}/v1/responses`, [bearer], { model, input: prompt })],
    },
    {
      id: 'messages',
      name: 'Anthropic Messages',
      doors: ['messages'],
      install: null,
      steps: [
        request(
          `${origin}/v1/messages`,
          [`x-api-key: $${KEY_VARIABLE}`, 'anthropic-version: 2023-06-01'],
          { model, max_tokens: 1024, messages },
        ),
      ],
    },
    {
      id: 'gemini',
      name: 'Gemini',
      doors: ['gemini'],
      install: null,
      steps: [
        request(
          `${origin}/v1beta/models/${model}:generateContent`,
          [`x-goog-api-key: $${KEY_VARIABLE}`],
          { contents: [{ role: 'user', parts: [{ text: prompt }] }] },
        ),
      ],
    },
  ] as const;
}

export const curl: ToolSpec = { name: 'curl', docs: 'https://curl.se/docs/manpage.html', variants };
