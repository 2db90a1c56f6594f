import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { BUILT_IN } from './registry.ts';

const page = await readFile(new URL('../../docs/platforms.md', import.meta.url), 'utf8');
const [addresses = '', operations = '', quirks = ''] = page
  .split(/^## /m)
  .filter((section) => section.includes('| ---'));

/** The rows of a table that begin with the platform's id. */
const rowsOf = (table: string, id: string) =>
  table.split('\n').filter((line) => line.replace(/\s+/g, ' ').startsWith(`| \`${id}\` `));

/** Models with quirks of their own, besides those in the catalogue. */
const MORE = ['o3', 'gpt-5', 'gemini-2.5-pro', 'qwen3-8b', 'glm-4.5', 'claude-3-7-sonnet'];

test.each(BUILT_IN)('docs/platforms.md tells where $id is and what it speaks', (platform) => {
  const [row = '', ...others] = rowsOf(addresses, platform.id);
  expect(others).toEqual([]);
  const names = {
    'openai-chat': 'OpenAI chat',
    'openai-responses': 'OpenAI Responses',
    'anthropic-messages': 'Anthropic Messages',
    gemini: 'Google Gemini',
  };
  for (const { protocol, baseUrl } of platform.endpoints) {
    expect(row).toContain(names[protocol]);
    expect(row).toContain(baseUrl ?? 'answered on this server');
  }
  expect(row.indexOf(names[platform.endpoints[0].protocol])).toBeLessThan(40);
});

test.each(BUILT_IN)('docs/platforms.md tells what else $id has, with a source', (platform) => {
  const [row = ''] = rowsOf(operations, platform.id);
  const told = row
    .split('|')[2]
    ?.match(/\b(embeddings|images|speech|transcription|translation|rerank)\b/g);
  expect([...new Set(told ?? [])].sort()).toEqual(Object.keys(platform.operations).sort());
  if (row !== '') expect(row).toMatch(/<https:\/\/[^>]+>/);
});

test.each(BUILT_IN)('docs/platforms.md tells every quirk of $id, with a source', (platform) => {
  const names = new Set(
    [...platform.models, ...MORE].flatMap((model) => Object.keys(platform.quirks?.(model) ?? {})),
  );
  const rows = rowsOf(quirks, platform.id);
  const told = new Set(rows.map((row) => row.split('|')[2]?.trim().replaceAll('`', '')));
  expect([...told].sort()).toEqual([...names].sort());
  for (const row of rows) expect(row).toMatch(/<https:\/\/[^>]+>/);
});
