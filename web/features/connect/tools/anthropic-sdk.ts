import { type Connection, code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

function python({ origin, model, prompt }: Connection) {
  return code('python', [
    'import os',
    'from anthropic import Anthropic',
    '',
    'client = Anthropic(',
    `    base_url=${quoted(origin)},`,
    `    api_key=os.environ["${KEY_VARIABLE}"],`,
    ')',
    'message = client.messages.create(',
    `    model=${quoted(model)},`,
    '    max_tokens=1024,',
    `    messages=[{"role": "user", "content": ${quoted(prompt)}}],`,
    ')',
    'print(message.content)',
  ]);
}

function typescript({ origin, model, prompt }: Connection) {
  return code('typescript', [
    'import Anthropic from "@anthropic-ai/sdk";',
    '',
    'const client = new Anthropic({',
    `  baseURL: ${quoted(origin)},`,
    `  apiKey: process.env.${KEY_VARIABLE},`,
    '});',
    'const message = await client.messages.create({',
    `  model: ${quoted(model)},`,
    '  max_tokens: 1024,',
    `  messages: [{ role: "user", content: ${quoted(prompt)} }],`,
    '});',
    'console.log(message.content);',
  ]);
}

/** The SDK appends /v1/messages itself, so the base URL is the bare address. */
export const anthropicSdk: ToolSpec = {
  name: 'Anthropic SDK',
  docs: 'https://platform.claude.com/docs/en/api/client-sdks',
  variants: (connection) => [
    {
      id: 'python',
      name: 'Python',
      doors: ['messages'],
      install: 'pip install anthropic',
      steps: [python(connection)],
    },
    {
      id: 'typescript',
      name: 'TypeScript',
      doors: ['messages'],
      install: 'npm install @anthropic-ai/sdk',
      steps: [typescript(connection)],
    },
  ],
};
