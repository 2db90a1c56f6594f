import { code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

/** Cursor has no other override than that of its OpenAI provider. */
export const cursor: ToolSpec = {
  name: 'Cursor',
  docs: 'https://cursor.com/help/models-and-usage/api-keys',
  variants: ({ origin, model }) => [
    {
      id: 'settings',
      name: 'Settings',
      doors: ['chat'],
      install: null,
      steps: [
        {
          kind: 'fields',
          place: 'Cursor Settings › Models › API Keys',
          fields: [
            { name: 'OpenAI API Key', value: null },
            { name: 'Override OpenAI Base URL', value: `${origin}/v1` },
            { name: 'Add model', value: model },
          ],
        },
      ],
    },
  ],
};

/** Fields: docs.cline.bot/provider-config/openai-compatible. */
export const cline: ToolSpec = {
  name: 'Cline',
  docs: 'https://docs.cline.bot/provider-config/openai-compatible',
  variants: ({ origin, model }) => [
    {
      id: 'settings',
      name: 'Settings',
      doors: ['chat'],
      install: null,
      steps: [
        {
          kind: 'fields',
          place: 'Cline › Settings',
          fields: [
            { name: 'API Provider', value: 'OpenAI Compatible' },
            { name: 'Base URL', value: `${origin}/v1` },
            { name: 'API Key', value: null },
            { name: 'Model ID', value: model },
          ],
        },
      ],
    },
  ],
};

/** Continue reads secrets from `~/.continue/.env` and not from the shell: docs.continue.dev. */
export const continueDev: ToolSpec = {
  name: 'Continue',
  docs: 'https://docs.continue.dev/customize/model-providers/top-level/openai',
  variants: ({ origin, model }) => [
    {
      id: 'config',
      name: 'config.yaml',
      doors: ['chat'],
      install: null,
      steps: [
        code(
          'yaml',
          [
            'name: Gatehouse',
            'version: 0.0.1',
            'schema: v1',
            'models:',
            `  - name: ${quoted(model)}`,
            '    provider: openai',
            `    model: ${quoted(model)}`,
            `    apiBase: ${quoted(`${origin}/v1`)}`,
            `    apiKey: "\${{ secrets.${KEY_VARIABLE} }}"`,
          ],
          '~/.continue/config.yaml',
        ),
      ],
    },
  ],
};
