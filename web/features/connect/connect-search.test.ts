import { expect, test } from 'vitest';
import { readConnectSearch } from './connect-search.ts';

test('the tool and the model are read from the address', () => {
  expect(readConnectSearch({ tool: 'codex', model: 'gpt-lab' })).toEqual({
    tool: 'codex',
    model: 'gpt-lab',
  });
});

test('a model whose name looks like a number is still a name', () => {
  expect(readConnectSearch({ model: 4.1 })).toEqual({ model: '4.1' });
});

test.each([
  { tool: 'emacs' },
  { tool: 'toString' },
  { tool: 1 },
  { model: ['a'] },
  { key: 'gh-x' },
])('what makes no sense is left out: %j', (search) => {
  expect(readConnectSearch(search)).toEqual({});
});
