import { type Connection, code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

type Provider = { package: string; create: string; options: readonly string[] };

function program({ model, prompt }: Connection, provider: Provider) {
  return code('typescript', [
    'import { generateText } from "ai";',
    `import { ${provider.create} } from "${provider.package}";`,
    '',
    `const gatehouse = ${provider.create}({`,
    ...provider.options.map((option) => `  ${option},`),
    `  apiKey: process.env.${KEY_VARIABLE},`,
    '});',
    'const { text } = await generateText({',
    `  model: gatehouse(${quoted(model)}),`,
    `  prompt: ${quoted(prompt)},`,
    '});',
    'console.log(text);',
  ]);
}

/** Unlike the providers' own SDKs, these take the version into the base URL: ai-sdk.dev/providers. */
export const vercelAi: ToolSpec = {
  name: 'Vercel AI SDK',
  docs: 'https://ai-sdk.dev/providers/openai-compatible-providers',
  variants: (connection) => [
    {
      id: 'openai-compatible',
      name: 'OpenAI-compatible',
      doors: ['chat'],
      install: 'npm install ai @ai-sdk/openai-compatible',
      steps: [
        program(connection, {
          package: '@ai-sdk/openai-compatible',
          create: 'createOpenAICompatible',
          options: ['name: "gatehouse"', `baseURL: ${quoted(`${connection.origin}/v1`)}`],
        }),
      ],
    },
    {
      id: 'anthropic',
      name: 'Anthropic',
      doors: ['messages'],
      install: 'npm install ai @ai-sdk/anthropic',
      steps: [
        program(connection, {
          package: '@ai-sdk/anthropic',
          create: 'createAnthropic',
          options: [`baseURL: ${quoted(`${connection.origin}/v1`)}`],
        }),
      ],
    },
    {
      id: 'google',
      name: 'Google',
      doors: ['gemini'],
      install: 'npm install ai @ai-sdk/google',
      steps: [
        program(connection, {
          package: '@ai-sdk/google',
          create: 'createGoogleGenerativeAI',
          options: [`baseURL: ${quoted(`${connection.origin}/v1beta`)}`],
        }),
      ],
    },
  ],
};
