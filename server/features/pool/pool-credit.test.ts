import { expect, test, vi } from 'vitest';
import { PoolSettings } from '#shared/schemas/pool.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import type { CreditRepo } from './credit.repo.ts';
import { createPoolCredit } from './pool-credit.ts';

test('a reservation whose answer was lost is given back when the request is refused', async () => {
  const released: string[] = [];
  const repo: CreditRepo = {
    reserve: () => Promise.reject(new Error('the connection broke')),
    settle: async () => null,
    async release({ id }) {
      released.push(id);
      return null;
    },
    renew: async () => undefined,
    free: async () => [],
    changed: async () => [],
    ofUser: async () => [],
    forget: async () => 0,
  };
  const lent = { accountId: 'a1', platformId: 'lab', upstreamModel: 'tiny' };
  const errors: unknown[] = [];
  const credit = createPoolCredit({
    repo,
    settings: {
      current: () => PoolSettings.parse({ credit: true }),
      groupOf: (model) => `model:${model}`,
    },
    clock: fakeClock(),
    holder: 'holder',
    quotaOf: () => ({ name: 'a1', remaining: 1 }),
    tokensPerDayOf: () => null,
    onError: (error) => errors.push(error),
    onUnknownUse: () => undefined,
  });
  expect(await credit.reserve('ann', 'gpt-lab', { requestId: 'one', lent })).toBeNull();
  await vi.waitFor(() => expect(released).toEqual(['one']));
  // While the database is known to be away nothing is sent, and so there is nothing to give back.
  expect(await credit.reserve('ann', 'gpt-lab', { requestId: 'two', lent })).toBeNull();
  await credit.close();
  expect(released).toEqual(['one']);
  expect(errors).toHaveLength(1);
});
