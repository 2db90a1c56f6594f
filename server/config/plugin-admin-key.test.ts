import { expect, test } from 'vitest';
import { sha256hex } from '../infra/ids.ts';
import { toConfig } from './config.ts';
import { parseEnv } from './env.ts';

test('without an admin key nobody is the admin of our Plug-in API', () => {
  for (const env of [{}, { PLUGIN_ADMIN_KEY: '' }]) {
    expect(toConfig(parseEnv(env)).pluginContract).toMatchObject({ adminKeyHash: null });
  }
});

test('of an admin key only the hash is kept', () => {
  const key = 'Zk3-q8Wn_5tYxR7mB1cLdF0uHvJp9sEa';
  const config = toConfig(parseEnv({ PLUGIN_ADMIN_KEY: key }));
  expect(config.pluginContract).toMatchObject({ adminKeyHash: sha256hex(key) });
  expect(JSON.stringify(config)).not.toContain(key);
});

test.each([
  ['short', 'Zk3-q8Wn_5tYxR7mB1cLdF0uHvJp9sE'],
  ['of few characters', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
  ['with a space', 'Zk3-q8Wn 5tYxR7mB1cLdF0uHvJp9sEa-x'],
])('one that is %s is refused at the start, and not printed', (_why, key) => {
  const start = () => parseEnv({ PLUGIN_ADMIN_KEY: key });
  expect(start).toThrow(/PLUGIN_ADMIN_KEY/);
  expect(start).not.toThrow(new RegExp(key));
});
