import { code, KEY_VARIABLE, quoted, type ToolSpec } from './tool.ts';

/** `wire_api` knows "responses" only; a provider's id may not be one of the built-in ones. */
export const codex: ToolSpec = {
  name: 'Codex CLI',
  docs: 'https://developers.openai.com/codex/config-advanced',
  variants: ({ origin, model }) => [
    {
      id: 'config',
      name: 'config.toml',
      doors: ['responses'],
      install: 'npm install -g @openai/codex',
      steps: [
        code(
          'toml',
          [
            `model = ${quoted(model)}`,
            'model_provider = "gatehouse"',
            '',
            '[model_providers.gatehouse]',
            'name = "Gatehouse"',
            `base_url = ${quoted(`${origin}/v1`)}`,
            `env_key = "${KEY_VARIABLE}"`,
            'wire_api = "responses"',
          ],
          '~/.codex/config.toml',
        ),
      ],
    },
  ],
};
