import { describe, expect, test } from 'vitest';
import type { Principal } from '../../gateway/ports.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { quotaGateConformance } from '../../testing/quota-gate-conformance.ts';
import { createMemoryQuotaGate } from './quota-gate.memory.ts';

describe('in memory', () => quotaGateConformance((options) => createMemoryQuotaGate(options)));

function ask(id: string): Principal {
  const limit = { rpm: null, tokensPerDay: 100 };
  return { userId: id, keyId: id, allowedModels: [], limits: [{ subject: 'key', id, limit }] };
}

test('memory is bounded: idle counters leave and come back from the ledger', async () => {
  const used = new Map<string, number>();
  const gate = createMemoryQuotaGate({
    clock: fakeClock(),
    loadUsedToday: async (_subject, id) => used.get(id) ?? 0,
    mostCounters: 10,
  });
  for (let n = 0; n < 100; n += 1) {
    gate.settle(await gate.hold({ principal: ask(`k${n}`), tokens: 100, requestId: 'r' }), 100);
    used.set(`k${n}`, 100);
  }
  expect(gate.size()).toEqual({ counters: 10, holds: 0 });
  const again = gate.hold({ principal: ask('k0'), tokens: 1, requestId: 'r' });
  await expect(again).rejects.toMatchObject({ code: 'quota_exhausted' });
});

test('a counter with running requests is never dropped', async () => {
  const gate = createMemoryQuotaGate({
    clock: fakeClock(),
    loadUsedToday: async () => 0,
    mostCounters: 2,
  });
  await gate.hold({ principal: ask('busy'), tokens: 100, requestId: 'r' });
  for (let n = 0; n < 20; n += 1) {
    gate.settle(await gate.hold({ principal: ask(`k${n}`), tokens: 1, requestId: 'r' }), 1);
  }
  const again = gate.hold({ principal: ask('busy'), tokens: 1, requestId: 'r' });
  await expect(again).rejects.toMatchObject({ code: 'quota_exhausted' });
});

test('while the ledger cannot be read a limited request is refused, and the next try reads again', async () => {
  let away = true;
  const gate = createMemoryQuotaGate({
    clock: fakeClock(),
    loadUsedToday: async () => {
      if (away) throw new Error('connection refused');
      return 0;
    },
  });
  const request = { principal: ask('k'), tokens: 1, requestId: 'r' };
  await expect(gate.hold(request)).rejects.toMatchObject({ code: 'storage_unavailable' });
  away = false;
  await expect(gate.hold(request)).resolves.toHaveProperty('id');
});

test.each([Number.NaN, -5, 3.4, Number.POSITIVE_INFINITY])(
  'odd usage %s keeps counters sane',
  async (odd) => {
    const gate = createMemoryQuotaGate({ clock: fakeClock(), loadUsedToday: async () => 0 });
    gate.settle(await gate.hold({ principal: ask('k'), tokens: 10, requestId: 'r' }), odd);
    const rest = gate.hold({ principal: ask('k'), tokens: 97, requestId: 'r' });
    await expect(rest).resolves.toHaveProperty('id');
  },
);
