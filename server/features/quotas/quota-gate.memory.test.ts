import { describe, expect, test } from 'vitest';
import type { QuotaRule } from '#shared/schemas/quotas.ts';
import { fakeClock } from '../../testing/fake-clock.ts';
import { quotaGateConformance } from '../../testing/quota-gate-conformance.ts';
import { createMemoryQuotaGate, type MemoryQuotaGateDeps } from './quota-gate.memory.ts';

describe('in memory', () => quotaGateConformance((options) => createMemoryQuotaGate(options)));

const make = (deps: Partial<MemoryQuotaGateDeps> = {}) =>
  createMemoryQuotaGate({
    clock: fakeClock(),
    zone: 'UTC',
    loadUsed: async () => ({ tokens: 0, cost: 0 }),
    ...deps,
  });

function ask(id: string, tokens: number) {
  const rule: QuotaRule = { subject: 'key', id, metric: 'tokens-per-day', limit: 100 };
  return { rules: [rule], tokens, cost: 0, requestId: 'r' };
}

test('memory is bounded: idle counters leave and come back from the ledger', async () => {
  const used = new Map<string, number>();
  const gate = make({
    loadUsed: async (_subject, id) => ({ tokens: used.get(id) ?? 0, cost: 0 }),
    mostCounters: 10,
  });
  for (let n = 0; n < 100; n += 1) {
    gate.settle(await gate.hold(ask(`k${n}`, 100)), { tokens: 100, cost: 0 });
    used.set(`k${n}`, 100);
  }
  expect(gate.counts()).toEqual({ holds: 0, counters: { size: 10, hits: 100, misses: 100 } });
  await expect(gate.hold(ask('k0', 1))).rejects.toMatchObject({ code: 'quota_exhausted' });
});

test('a counter with running requests is never dropped', async () => {
  const gate = make({ mostCounters: 2 });
  await gate.hold(ask('busy', 100));
  for (let n = 0; n < 20; n += 1) {
    gate.settle(await gate.hold(ask(`k${n}`, 1)), { tokens: 1, cost: 0 });
  }
  await expect(gate.hold(ask('busy', 1))).rejects.toMatchObject({ code: 'quota_exhausted' });
});

test('while the ledger cannot be read a limited request is refused, and the next try reads again', async () => {
  let away = true;
  const gate = make({
    async loadUsed() {
      if (away) throw new Error('connection refused');
      return { tokens: 0, cost: 0 };
    },
  });
  await expect(gate.hold(ask('k', 1))).rejects.toMatchObject({ code: 'storage_unavailable' });
  away = false;
  await expect(gate.hold(ask('k', 1))).resolves.toHaveProperty('id');
});

test('one of several servers takes its share of what is left', async () => {
  const gate = make({ share: () => 4, loadUsed: async () => ({ tokens: 60, cost: 0 }) });
  await expect(gate.hold(ask('k', 11))).rejects.toMatchObject({ code: 'quota_exhausted' });
  await expect(gate.hold(ask('k', 10))).resolves.toHaveProperty('id');
});
