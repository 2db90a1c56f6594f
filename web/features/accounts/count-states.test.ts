import { expect, test } from 'vitest';
import { AccountState } from '#shared/schemas/accounts.ts';
import { countStates, STATES } from './count-states.ts';
import { account } from './testing.ts';

test('every state is counted, and those without an account are 0', () => {
  const rows = [account({ state: 'cooling' }), account({ state: 'cooling' }), account({})];
  expect(countStates(rows)).toEqual({
    active: 1,
    cooling: 2,
    exhausted: 0,
    expired: 0,
    disabled: 0,
  });
});

test('the board lists every state there is, once', () => {
  expect([...STATES].sort()).toEqual([...AccountState.options].sort());
});
