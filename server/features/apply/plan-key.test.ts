import { expect, test } from 'vitest';
import { ApplyKey } from '#shared/schemas/apply.ts';
import { storedForm } from '../keys/index.ts';
import { NO_LIMITS } from '../quotas/index.ts';
import { planKey } from './plan-entries.ts';

const OLD = `gh-${'o'.repeat(43)}`;
const NEW = `gh-${'n'.repeat(43)}`;
const tools = { ownerId: 'ada', newId: () => 'new' };

const found = (present: string, previous: string | null) => ({
  ...storedForm(present),
  ...NO_LIMITS,
  id: 'key',
  ownerId: 'ada',
  name: 'ci',
  previousHash: previous === null ? null : storedForm(previous).secretHash,
  previousUntil: previous === null ? null : new Date(0),
  description: '',
  scopes: [],
  addresses: [],
  allowedModels: [],
  expiresAt: null,
  revoked: false,
});
const wanted = (secret: string, more: object = {}) =>
  ApplyKey.parse({ owner: 'ada', name: 'ci', secret, ...more });

test('a file that still has a secret that was replaced does not bring it back', () => {
  const step = planKey(wanted(OLD, { scopes: ['chat'] }), found(NEW, OLD), tools);
  expect(step).toMatchObject({
    action: 'update',
    columns: { scopes: ['chat'] },
    changes: ['scopes'],
  });
  expect(step.note).toMatch(/replaced by rotation/);
});

test('a new secret in the file ends the one that still worked beside the present one', () => {
  const step = planKey(wanted(`gh-${'x'.repeat(43)}`), found(NEW, OLD), tools);
  expect(step).toMatchObject({
    action: 'update',
    columns: { previousHash: null, previousUntil: null },
    changes: ['secret'],
  });
});

test('addresses are kept in their shortest form, so that writing them otherwise is no change', () => {
  const key = { ...found(NEW, null), addresses: ['10.0.0.0/8'] };
  expect(planKey(wanted(NEW, { addresses: ['10.1.2.3/8'] }), key, tools).action).toBe('unchanged');
});
