import { type Connection, code, KEY_VARIABLE, shellWord, type ToolSpec } from './tool.ts';

/** Every model setting: what is left unset asks for a model of Anthropic's own by its name. */
function settings({ origin, model }: Connection): [name: string, value: string][] {
  return [
    ['ANTHROPIC_BASE_URL', origin],
    ['ANTHROPIC_MODEL', model],
    ['ANTHROPIC_DEFAULT_OPUS_MODEL', model],
    ['ANTHROPIC_DEFAULT_SONNET_MODEL', model],
    ['ANTHROPIC_DEFAULT_HAIKU_MODEL', model],
  ];
}

/** Variables: code.claude.com/docs/en/llm-gateway and /model-config. */
export const claudeCode: ToolSpec = {
  name: 'Claude Code',
  docs: 'https://code.claude.com/docs/en/llm-gateway',
  variants: (connection) => [
    {
      id: 'variables',
      name: 'Shell',
      doors: ['messages'],
      install: 'npm install -g @anthropic-ai/claude-code',
      steps: [
        code('bash', [
          'unset ANTHROPIC_API_KEY',
          `export ANTHROPIC_AUTH_TOKEN="$${KEY_VARIABLE}"`,
          ...settings(connection).map(([name, value]) => `export ${name}=${shellWord(value)}`),
          'claude',
        ]),
      ],
    },
    {
      id: 'settings',
      name: 'settings.json',
      doors: ['messages'],
      install: 'npm install -g @anthropic-ai/claude-code',
      steps: [
        code(
          'json',
          [
            JSON.stringify(
              {
                apiKeyHelper: `echo "$${KEY_VARIABLE}"`,
                env: Object.fromEntries(settings(connection)),
              },
              null,
              2,
            ),
          ],
          '~/.claude/settings.json',
        ),
      ],
    },
  ],
};
