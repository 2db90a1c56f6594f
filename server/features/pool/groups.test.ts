import { expect, test } from 'vitest';
import { PoolSettings } from '#shared/schemas/pool.ts';
import { createGroupOf, groupName, groupsByPlatform } from './groups.ts';

const groups = [{ name: 'claude', models: ['claude-big', 'claude-small'] }];

test('models of a group share one credit; others, even of that name, have their own', () => {
  const groupOf = createGroupOf(groups);
  expect(groupOf('claude-big')).toBe(groupOf('claude-small'));
  expect(groupOf('claude')).not.toBe(groupOf('claude-big'));
  expect([groupOf('gpt'), groupName(groupOf('gpt')), groupName('group:a:b')]).toEqual([
    'model:gpt',
    'gpt',
    'a:b',
  ]);
});

test('an account may earn the credit of every model that leads to its platform', () => {
  const found = groupsByPlatform(
    [
      { name: 'claude-big', routes: [{ platformId: 'claude' }, { platformId: 'proxy' }] },
      { name: 'claude-small', routes: [{ platformId: 'claude' }, { platformId: 'claude' }] },
      { name: 'gpt', routes: [{ platformId: 'proxy' }] },
    ],
    createGroupOf(groups),
  );
  expect(found.get('claude')).toEqual([
    { model: 'claude-big', groupKey: 'group:claude' },
    { model: 'claude-small', groupKey: 'group:claude' },
  ]);
  expect(found.get('proxy')?.map(({ groupKey }) => groupKey)).toEqual([
    'group:claude',
    'model:gpt',
  ]);
});

test('the switch is off and nothing grouped unless an admin says so', () => {
  expect(PoolSettings.parse({})).toEqual({
    credit: false,
    rule: 'flat',
    reserve: 0.02,
    groups: [],
  });
});

test.each([
  ['a model in two groups', [groups[0], { name: 'other', models: ['claude-big'] }]],
  ['a model twice in one', [{ name: 'a', models: ['x', 'x'] }]],
  ['two groups of one name', [groups[0], { name: 'claude', models: ['x'] }]],
  ['an empty group', [{ name: 'a', models: [] }]],
])('%s is refused', (_, refused) => {
  expect(PoolSettings.safeParse({ groups: refused }).success).toBe(false);
});
