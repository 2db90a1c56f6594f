import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createFernetReader } from '../../infra/fernet.ts';
import { fernetSeal } from '../../testing/fernet-seal.ts';
import { importPluginKeys } from './import-keys.ts';
import type { MadeKey } from './plugin-keys.repo.ts';

const key = randomBytes(32);

const sealed = (text: string) => fernetSeal(key, text);

const kept = new Map<string, MadeKey>();
const users = new Map([
  ['ada', 'id-ada'],
  ['ben', 'id-ben'],
]);
beforeEach(() => kept.clear());

const run = (text: string, write: boolean) =>
  importPluginKeys(
    {
      open: createFernetReader(key.toString('base64url')),
      cipher: { seal: (plain) => `ours(${plain})`, open: (text) => text },
      clock: { now: () => 0 },
      newId: () => 'account',
      repo: {
        userIds: async (names) => new Map([...users].filter(([name]) => names.includes(name))),
        stored: async () => null,
        async adopt(userId, made) {
          if (kept.has(userId)) return false;
          kept.set(userId, made);
          return true;
        },
      },
    },
    text,
    { write },
  );

const csv = (...rows: [string, string][]) =>
  [
    'id,username,api_key,plugin_user_id',
    ...rows.map(([who, what], at) => `${at},${who},${what},p${at}`),
  ].join('\n');

test('a dry run changes nothing', async () => {
  const results = await run(csv(['ada', sealed('sk-ada')]), false);
  expect(results).toEqual([{ line: 2, username: 'ada', became: 'would be imported' }]);
  expect(kept.size).toBe(0);
});

test('keys are opened and sealed with ours; a line that cannot be taken over says why', async () => {
  const text = csv(
    ['Ada', sealed('sk-ada')],
    ['zoe', sealed('sk-zoe')],
    ['ben', 'gAAAA'],
    ['ada', sealed('sk-2')],
  );
  const results = await run(text, true);
  expect(results.map(({ became }) => became)).toEqual([
    'imported',
    expect.stringContaining('no such user'),
    expect.stringContaining('too short'),
    'has a key already',
  ]);
  expect(kept.get('id-ada')).toMatchObject({ secret: 'ours(sk-ada)', pluginUserId: 'p0' });
  expect(JSON.stringify(results)).not.toContain('sk-');
});

test('JSON lines, with one that is none', async () => {
  const line = JSON.stringify({ username: 'ben', api_key: sealed('sk-ben') });
  const results = await run(`${line}\n\nnothing\n`, true);
  expect(results.map(({ became }) => became)).toEqual([
    'imported',
    expect.stringContaining('skipped'),
  ]);
});

test('a file that is neither is refused', async () => {
  await expect(run('a,b\n"never ends', true)).rejects.toThrow('neither CSV');
});
