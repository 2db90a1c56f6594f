import { code, KEY_VARIABLE, quoted, shellWord, type ToolSpec } from './tool.ts';

/** Variables: docs.openwebui.com, environment variable configuration. */
export const openWebui: ToolSpec = {
  name: 'Open WebUI',
  docs: 'https://docs.openwebui.com/getting-started/env-configuration',
  variants: ({ origin, model }) => [
    {
      id: 'docker',
      name: 'Docker',
      doors: ['chat'],
      install: null,
      steps: [
        code('bash', [
          'docker run -d --name open-webui -p 3001:8080 \\',
          `  -e OPENAI_API_BASE_URL=${shellWord(`${origin}/v1`)} \\`,
          `  -e OPENAI_API_KEY="$${KEY_VARIABLE}" \\`,
          `  -e DEFAULT_MODELS=${shellWord(model)} \\`,
          '  -v open-webui:/app/backend/data \\',
          '  ghcr.io/open-webui/open-webui:main',
        ]),
      ],
    },
  ],
};

/** Fields: librechat.ai/docs/configuration/librechat_yaml/object_structure/custom_endpoint. */
export const librechat: ToolSpec = {
  name: 'LibreChat',
  docs: 'https://www.librechat.ai/docs/quick_start/custom_endpoints',
  variants: ({ origin, model }) => [
    {
      id: 'config',
      name: 'librechat.yaml',
      doors: ['chat'],
      install: null,
      steps: [
        code(
          'yaml',
          [
            'endpoints:',
            '  custom:',
            '    - name: "Gatehouse"',
            `      apiKey: "\${${KEY_VARIABLE}}"`,
            `      baseURL: ${quoted(`${origin}/v1`)}`,
            '      models:',
            `        default: [${quoted(model)}]`,
            '        fetch: true',
            '      titleConvo: true',
            `      titleModel: ${quoted(model)}`,
          ],
          'librechat.yaml',
        ),
      ],
    },
  ],
};
