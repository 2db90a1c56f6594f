import { type Connection, code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

function python({ origin, model, prompt }: Connection) {
  return code('python', [
    'import os',
    'from langchain_openai import ChatOpenAI',
    '',
    'chat = ChatOpenAI(',
    `    model=${quoted(model)},`,
    `    base_url=${quoted(`${origin}/v1`)},`,
    `    api_key=os.environ["${KEY_VARIABLE}"],`,
    ')',
    `print(chat.invoke(${quoted(prompt)}).content)`,
  ]);
}

function typescript({ origin, model, prompt }: Connection) {
  return code('typescript', [
    'import { ChatOpenAI } from "@langchain/openai";',
    '',
    'const chat = new ChatOpenAI({',
    `  model: ${quoted(model)},`,
    `  apiKey: process.env.${KEY_VARIABLE},`,
    `  configuration: { baseURL: ${quoted(`${origin}/v1`)} },`,
    '});',
    `const answer = await chat.invoke(${quoted(prompt)});`,
    'console.log(answer.content);',
  ]);
}

export const langchain: ToolSpec = {
  name: 'LangChain',
  docs: 'https://docs.langchain.com/oss/python/integrations/chat/openai',
  variants: (connection) => [
    {
      id: 'python',
      name: 'Python',
      doors: ['chat'],
      install: 'pip install langchain-openai',
      steps: [python(connection)],
    },
    {
      id: 'typescript',
      name: 'TypeScript',
      doors: ['chat'],
      install: 'npm install @langchain/openai @langchain/core',
      steps: [typescript(connection)],
    },
  ],
};
