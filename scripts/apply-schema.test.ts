import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { applySchema } from './apply-schema.ts';

const published = new URL('../docs/apply.schema.json', import.meta.url);

test('docs/apply.schema.json is current: node scripts/apply.ts --schema > docs/apply.schema.json', async () => {
  expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(applySchema())),
  );
});

test('docs/apply.md tells of every field', async () => {
  const text = await readFile(new URL('../docs/apply.md', import.meta.url), 'utf8');
  const fields = new Set<string>();
  JSON.stringify(applySchema(), (name, value: unknown) => {
    if (name === 'properties' && typeof value === 'object' && value !== null) {
      for (const field of Object.keys(value)) fields.add(field);
    }
    return value;
  });
  expect(fields.size).toBeGreaterThan(20);
  expect([...fields].filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
});
