import { type Connection, code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

function python({ origin, model, prompt }: Connection) {
  return code('python', [
    'import os',
    'from openai import OpenAI',
    '',
    'client = OpenAI(',
    `    base_url=${quoted(`${origin}/v1`)},`,
    `    api_key=os.environ["${KEY_VARIABLE}"],`,
    ')',
    'answer = client.chat.completions.create(',
    `    model=${quoted(model)},`,
    `    messages=[{"role": "user", "content": ${quoted(prompt)}}],`,
    ')',
    'print(answer.choices[0].message.content)',
    '',
    '# The Responses API works as well:',
    `answer = client.responses.create(model=${quoted(model)}, input=${quoted(prompt)})`,
    'print(answer.output_text)',
  ]);
}

function typescript({ origin, model, prompt }: Connection) {
  return code('typescript', [
    'import OpenAI from "openai";',
    '',
    'const client = new OpenAI({',
    `  baseURL: ${quoted(`${origin}/v1`)},`,
    `  apiKey: process.env.${KEY_VARIABLE},`,
    '});',
    'const chat = await client.chat.completions.create({',
    `  model: ${quoted(model)},`,
    `  messages: [{ role: "user", content: ${quoted(prompt)} }],`,
    '});',
    'console.log(chat.choices[0]?.message.content);',
    '',
    '// The Responses API works as well:',
    'const response = await client.responses.create({',
    `  model: ${quoted(model)},`,
    `  input: ${quoted(prompt)},`,
    '});',
    'console.log(response.output_text);',
  ]);
}

/** Names of arguments: the READMEs of openai-python and openai-node. */
export const openaiSdk: ToolSpec = {
  name: 'OpenAI SDK',
  docs: 'https://platform.openai.com/docs/libraries',
  variants: (connection) => [
    {
      id: 'python',
      name: 'Python',
      doors: ['chat', 'responses'],
      install: 'pip install openai',
      steps: [python(connection)],
    },
    {
      id: 'typescript',
      name: 'TypeScript',
      doors: ['chat', 'responses'],
      install: 'npm install openai',
      steps: [typescript(connection)],
    },
  ],
};
