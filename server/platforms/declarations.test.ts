import { expect, test } from 'vitest';
import { ModelName } from '#shared/schemas/models.ts';
import { PlatformId, Protocol } from '#shared/schemas/platforms.ts';
import { BUILT_IN } from './registry.ts';

test('ids are unique and fit the rule for ids', () => {
  const ids = BUILT_IN.map((platform) => platform.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(PlatformId.safeParse(id).success, id).toBe(true);
  expect(ids).toEqual(
    expect.arrayContaining([
      'openai',
      'claude',
      'qwen',
      'zhipu',
      'baidu',
      'spark',
      'doubao',
      'gemini',
    ]),
  );
});

test.each(BUILT_IN)('$id is declared completely', (platform) => {
  expect(platform.name).not.toBe('');
  for (const { protocol } of platform.endpoints) expect(Protocol.options).toContain(protocol);
  expect(platform.models.length).toBeGreaterThan(0);
  expect(new Set(platform.models).size).toBe(platform.models.length);
  for (const model of platform.models) expect(ModelName.safeParse(model).success, model).toBe(true);
});

test.each(BUILT_IN.filter(({ id }) => id !== 'sandbox'))(
  '$id is called over TLS with a key',
  (platform) => {
    const operations = Object.values(platform.operations);
    for (const { baseUrl } of [...platform.endpoints, ...operations]) {
      expect(new URL(baseUrl ?? '').protocol).toBe('https:');
      expect(baseUrl).not.toMatch(/[/?#]$/);
    }
    for (const { path } of operations) expect(path).toMatch(/^\/[^?#]+[^/?#]$/);
    for (const { auth } of platform.endpoints) expect(auth).not.toBe('none');
    expect(new URL(platform.keyUrl ?? '').protocol).toBe('https:');
    expect(platform.keyOptional).toBe(false);
  },
);

test.each(BUILT_IN)('each quota group of $id is in itself', ({ models, quotaGroup }) => {
  for (const model of models) {
    const group = quotaGroup?.(model) ?? model;
    expect(quotaGroup?.(group) ?? group).toBe(group);
  }
});

test('models that share a limit at a platform are one quota group', () => {
  const group = (id: string, model: string) =>
    BUILT_IN.find((platform) => platform.id === id)?.quotaGroup?.(model);
  expect(group('claude', 'claude-opus-4-5-20251101')).toBe(group('claude', 'claude-opus-4-8'));
  expect(group('claude', 'claude-sonnet-4-6')).not.toBe(group('claude', 'claude-opus-4-6'));
  expect(group('claude', 'claude-opus-5')).not.toBe(group('claude', 'claude-opus-5-5'));
  expect(group('claude', 'claude-haiku-4-5-20251001')).toBe('claude-haiku-4-5');
  expect(group('openai', 'gpt-5-mini-2025-08-07')).toBe('gpt-5-mini');
});

test('only the sandbox stays in this process, and it needs no key', () => {
  const inside = BUILT_IN.filter(({ endpoints }) => endpoints.some((to) => to.baseUrl === null));
  expect(inside.map(({ id, endpoints }) => [id, ...endpoints.map((to) => to.auth)])).toEqual([
    ['sandbox', 'none'],
  ]);
});
