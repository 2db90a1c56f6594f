import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureClient } from './generate-client.ts';

const HEADER = `generator client {
  provider               = "prisma-client"
  output                 = "../server/infra/prisma/generated"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
}
datasource db {
  provider = "postgresql"
}
`;
const schemaOf = (model: string) => `${HEADER}model ${model} {\n  id Int @id\n}\n`;

let root = '';
const setSchema = (text: string) => writeFileSync(path.join(root, 'prisma/schema.prisma'), text);
const models = () =>
  readFileSync(path.join(root, 'server/infra/prisma/generated/models.ts'), 'utf8');

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'gatehouse-client-'));
  mkdirSync(path.join(root, 'prisma'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('the client is made once, and again when the schema changed', {
  timeout: 60_000,
}, async () => {
  setSchema(schemaOf('Thing'));
  expect(await ensureClient(root)).toBe(true);
  expect(models()).toContain('Thing');
  expect(await ensureClient(root)).toBe(false);
  setSchema(schemaOf('Other'));
  expect(await ensureClient(root)).toBe(true);
  expect(models()).toContain('Other');
  rmSync(path.join(root, 'server'), { recursive: true });
  expect(await ensureClient(root)).toBe(true);
});

test('a schema that is not valid is reported and leaves nothing behind', async () => {
  setSchema(schemaOf('Thing').replace('Int', 'Nothing'));
  await expect(ensureClient(root)).rejects.toThrow(/Type "Nothing" is neither a built-in type/);
  expect(readdirSync(path.join(root, '.cache'))).toEqual([]);
}, 60_000);
