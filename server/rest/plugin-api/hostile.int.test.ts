import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ADMIN_KEY,
  keyFor,
  type PluginContractApp,
  startPluginContract,
} from '../../testing/plugin-contract.ts';

const ANN = keyFor('ann');

let h: PluginContractApp;
beforeAll(async () => {
  h = await startPluginContract();
});
afterAll(() => h[Symbol.asyncDispose]());

import fc from 'fast-check';

const NOBODY = '0190c0de-0000-7000-8000-000000000000';
const GONE = '0190c0de000070008000000000000000';
test('whatever is sent, the answer is no 500', async () => {
  const routes = [
    ...[
      '/api/users',
      '/api/oauth/authorize',
      '/api/oauth/callback/manual',
      '/api/kiro/oauth/authorize',
      '/api/kiro/oauth/callback',
      '/api/kiro/accounts',
    ].map((path) => ['POST', path] as const),
    ['PUT', `/api/users/${NOBODY}/status`],
    ['PUT', `/api/accounts/${GONE}/name`],
    ['PUT', `/api/kiro/accounts/${GONE}/name`],
  ] as const;
  const body = fc.oneof(fc.json(), fc.string());
  const call = fc.tuple(fc.constantFrom(...routes), fc.constantFrom(ADMIN_KEY, ANN, null), body);
  await fc.assert(
    fc.asyncProperty(call, async ([[method, path], key, text]) => {
      const told = await h.ask(key, method, path, { body: text });
      expect(told.status).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
  const part = fc.string({ maxLength: 60 }).map(encodeURIComponent);
  await fc.assert(
    fc.asyncProperty(part, part, async (one, two) => {
      for (const path of [
        `/api/accounts/${one}`,
        `/api/quotas/consumption/stats/${one}`,
        `/api/kiro/oauth/status/${one}`,
        `/api/oauth/callback?code=${one}&state=${two}`,
        `/api/quotas/consumption?start_date=${one}&limit=${two}`,
      ]) {
        expect((await h.ask(ANN, 'GET', path)).status).toBeLessThan(500);
      }
    }),
    { numRuns: 20 },
  );
});
