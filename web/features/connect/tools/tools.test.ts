import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { TOOL_IDS } from './groups.ts';
import { TOOLS } from './index.ts';
import { type CodeStep, type Connection, KEY_VARIABLE, shellWord, type Variant } from './tool.ts';

const ORIGIN = 'https://gate.example.com:8443';
const connection: Connection = {
  origin: ORIGIN,
  model: 'team/gpt-lab@v2:free',
  prompt: `Say "hello", it's me.`,
};

const ALL = Object.entries(TOOLS).flatMap(([id, tool]) =>
  tool
    .variants(connection)
    .map((variant): [name: string, variant: Variant] => [`${id} ${variant.id}`, variant]),
);

function textOf({ steps }: Variant): string {
  return steps
    .map((step) =>
      step.kind === 'code'
        ? step.text
        : step.fields.map(({ name, value }) => `${name}=${value ?? `$${KEY_VARIABLE}`}`).join('\n'),
    )
    .join('\n');
}

function codeIn(language: CodeStep['language']): [name: string, text: string][] {
  return ALL.flatMap(([name, { steps }]) =>
    steps.flatMap((step): [string, string][] =>
      step.kind === 'code' && step.language === language ? [[name, step.text]] : [],
    ),
  );
}

describe.each(ALL)('%s', (_, variant) => {
  test('names this server, the model and where the key is kept', () => {
    const text = textOf(variant);
    expect(text).toContain(ORIGIN);
    expect(text).toContain(connection.model);
    expect(text).toContain(KEY_VARIABLE);
  });

  test('the base URL ends where its protocol appends the rest', () => {
    const base = textOf(variant).match(/https:\/\/gate\.example\.com:8443[^"'\s`,)]*/g) ?? [];
    expect(base.length).toBeGreaterThan(0);
    for (const url of base) expect(url).not.toMatch(/\/$|\/v1\/v1|\/v1beta\/v1/);
  });

  test('speaks to a door', () => expect(variant.doors.length).toBeGreaterThan(0));
});

test('each tool gets the base URL that it appends its path to', () => {
  const expected: Record<string, string> = {
    'openai python': `${ORIGIN}/v1`,
    'openai typescript': `${ORIGIN}/v1`,
    'anthropic python': ORIGIN,
    'anthropic typescript': ORIGIN,
    'google python': ORIGIN,
    'google typescript': ORIGIN,
    'vercel openai-compatible': `${ORIGIN}/v1`,
    'vercel anthropic': `${ORIGIN}/v1`,
    'vercel google': `${ORIGIN}/v1beta`,
    'langchain python': `${ORIGIN}/v1`,
    'langchain typescript': `${ORIGIN}/v1`,
    'codex config': `${ORIGIN}/v1`,
    'claude variables': ORIGIN,
    'claude settings': ORIGIN,
    'gemini variables': ORIGIN,
    'cursor settings': `${ORIGIN}/v1`,
    'cline settings': `${ORIGIN}/v1`,
    'continue config': `${ORIGIN}/v1`,
    'openwebui docker': `${ORIGIN}/v1`,
    'librechat config': `${ORIGIN}/v1`,
    'curl chat': `${ORIGIN}/v1/chat/completions`,
    'curl responses': `${ORIGIN}/v1/responses`,
    'curl messages': `${ORIGIN}/v1/messages`,
    'curl gemini': `${ORIGIN}/v1beta/models/${connection.model}:generateContent`,
  };
  const found = ALL.map(([name, variant]) => [
    name,
    /https:\/\/gate[^"'\s,)]*/.exec(textOf(variant))?.[0],
  ]);
  expect(Object.fromEntries(found)).toEqual(expected);
});

test('what claims to be JSON is JSON', () => {
  expect(codeIn('json').length).toBeGreaterThan(0);
  for (const [, text] of codeIn('json'))
    expect(JSON.parse(text).env.ANTHROPIC_BASE_URL).toBe(ORIGIN);
});

test('what claims to be YAML is YAML with these values', () => {
  const parsed = Object.fromEntries(codeIn('yaml').map(([name, text]) => [name, parseYaml(text)]));
  expect(parsed['continue config'].models).toEqual([
    {
      name: connection.model,
      provider: 'openai',
      model: connection.model,
      apiBase: `${ORIGIN}/v1`,
      apiKey: `\${{ secrets.${KEY_VARIABLE} }}`,
    },
  ]);
  expect(parsed['librechat config'].endpoints.custom).toMatchObject([
    { apiKey: `\${${KEY_VARIABLE}}`, baseURL: `${ORIGIN}/v1`, models: { fetch: true } },
  ]);
});

/** The part of TOML that is used here: tables, and keys whose value is a basic string. */
function readToml(text: string): Record<string, string> {
  let table = '';
  return Object.fromEntries(
    text.split('\n').flatMap((line): [string, string][] => {
      if (line === '') return [];
      const head = /^\[([\w-]+(?:\.[\w-]+)*)\]$/.exec(line);
      if (head) {
        table = `${head[1]}.`;
        return [];
      }
      const [, key, value] = /^(\w+) = (".*")$/.exec(line) ?? [];
      if (!key || !value) throw new Error(`not TOML: ${line}`);
      return [[table + key, JSON.parse(value)]];
    }),
  );
}

test('what claims to be TOML is TOML, and Codex is told to speak Responses', () => {
  const [[, text] = ['', '']] = codeIn('toml');
  expect(readToml(text)).toEqual({
    model: connection.model,
    model_provider: 'gatehouse',
    'model_providers.gatehouse.name': 'Gatehouse',
    'model_providers.gatehouse.base_url': `${ORIGIN}/v1`,
    'model_providers.gatehouse.env_key': KEY_VARIABLE,
    'model_providers.gatehouse.wire_api': 'responses',
  });
});

test('bodies of curl are JSON once the shell has taken the quotes away', () => {
  const curl = codeIn('bash').filter(([name]) => name.startsWith('curl'));
  expect(curl).toHaveLength(4);
  for (const [, text] of curl) {
    const body = /-d '(.*)'$/s.exec(text)?.[1]?.replaceAll(`'\\''`, "'") ?? '';
    expect(JSON.stringify(JSON.parse(body))).toContain(JSON.stringify(connection.prompt));
  }
});

test('a value that is more than a word is quoted for the shell', () => {
  expect(shellWord('https://gate.example.com/v1')).toBe('https://gate.example.com/v1');
  expect(shellWord(`a b'; rm`)).toBe(`'a b'\\''; rm'`);
});

test('every tool is listed once, and variants of a tool have names of their own', () => {
  expect([...TOOL_IDS].sort()).toEqual(Object.keys(TOOLS).sort());
  for (const tool of Object.values(TOOLS)) {
    const ids = tool.variants(connection).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(tool.docs).toMatch(/^https:\/\//);
  }
});
