import { type Connection, code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

function python({ origin, model, prompt }: Connection) {
  return code('python', [
    'import os',
    'from google import genai',
    'from google.genai import types',
    '',
    'client = genai.Client(',
    `    api_key=os.environ["${KEY_VARIABLE}"],`,
    `    http_options=types.HttpOptions(base_url=${quoted(origin)}),`,
    ')',
    'answer = client.models.generate_content(',
    `    model=${quoted(model)},`,
    `    contents=${quoted(prompt)},`,
    ')',
    'print(answer.text)',
  ]);
}

function typescript({ origin, model, prompt }: Connection) {
  return code('typescript', [
    'import { GoogleGenAI } from "@google/genai";',
    '',
    'const client = new GoogleGenAI({',
    `  apiKey: process.env.${KEY_VARIABLE},`,
    `  httpOptions: { baseUrl: ${quoted(origin)} },`,
    '});',
    'const answer = await client.models.generateContent({',
    `  model: ${quoted(model)},`,
    `  contents: ${quoted(prompt)},`,
    '});',
    'console.log(answer.text);',
  ]);
}

/**
 * The SDK appends the version itself: v1beta, or v1 from 3.0 on (release notes of
 * googleapis/python-genai). Both are served.
 */
export const googleSdk: ToolSpec = {
  name: 'Google Gen AI SDK',
  docs: 'https://ai.google.dev/gemini-api/docs/libraries',
  variants: (connection) => [
    {
      id: 'python',
      name: 'Python',
      doors: ['gemini'],
      install: 'pip install google-genai',
      steps: [python(connection)],
    },
    {
      id: 'typescript',
      name: 'TypeScript',
      doors: ['gemini'],
      install: 'npm install @google/genai',
      steps: [typescript(connection)],
    },
  ],
};
