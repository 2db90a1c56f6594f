import { code, KEY_VARIABLE, shellWord, type ToolSpec } from './tool.ts';

/** Variables: the configuration reference of google-gemini/gemini-cli, and its content generator. */
export const geminiCli: ToolSpec = {
  name: 'Gemini CLI',
  docs: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/reference/configuration.md',
  variants: ({ origin, model }) => [
    {
      id: 'variables',
      name: 'Shell',
      doors: ['gemini'],
      install: 'npm install -g @google/gemini-cli',
      steps: [
        code('bash', [
          `export GOOGLE_GEMINI_BASE_URL=${shellWord(origin)}`,
          `export GEMINI_API_KEY="$${KEY_VARIABLE}"`,
          `export GEMINI_MODEL=${shellWord(model)}`,
          'gemini',
        ]),
      ],
    },
  ],
};
